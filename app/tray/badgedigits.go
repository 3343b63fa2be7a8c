package tray

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2/theme"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// outlineSize is the font size at which outlines are read, in pixels. They are scaled when drawn.
const outlineSize = 256

// letters are outlines from Fyne's bold font.
type letters map[rune]letter

type letter struct {
	outline sfnt.Segments
	advance fixed.Int26_6 // to the next letter
}

func readLetters(which string) (letters, error) {
	bold, err := sfnt.Parse(theme.DefaultTextBoldFont().Content())
	if err != nil {
		return nil, err
	}
	var buf sfnt.Buffer
	list := letters{}
	for _, r := range which {
		index, err := bold.GlyphIndex(&buf, r)
		if err != nil {
			return nil, err
		}
		shared, err := bold.LoadGlyph(&buf, index, fixed.I(outlineSize), nil)
		if err != nil {
			return nil, err
		}
		outline := append(sfnt.Segments(nil), shared...)
		advance, err := bold.GlyphAdvance(&buf, index, fixed.I(outlineSize), font.HintingNone)
		if err != nil {
			return nil, err
		}
		list[r] = letter{outline: outline, advance: advance}
	}
	return list, nil
}

// outline is the outline of s, in one line.
func (l letters) outline(s string) sfnt.Segments {
	var all sfnt.Segments
	var x fixed.Int26_6
	for _, r := range s {
		for _, segment := range l[r].outline {
			for i := range segment.Args {
				segment.Args[i].X += x
			}
			all = append(all, segment)
		}
		x += l[r].advance
	}
	return all
}

// number writes n into the middle of a tile with a rim.
func (p *brush) number(n int, ink color.NRGBA, rim float32) {
	switch {
	case n >= badgeMany:
		p.text("99", ink, box{x: 3 + rim*2/3, width: 43 - rim, height: 38 - rim/2})
		p.text("+", ink, box{x: 47 - rim*2/3, width: 15, height: 15})
	case n >= 10:
		p.text(strconv.Itoa(n), ink, box{x: 4 + rim*2/3, width: 56 - rim*4/3, height: 44 - rim/2})
	default:
		p.text(strconv.Itoa(n), ink, box{x: 8 + rim, width: 48 - 2*rim, height: 48 - rim})
	}
}

// numbers writes n and below it, smaller, how many more wait.
func (p *brush) numbers(n, queue int, ink color.NRGBA) {
	above, below := strconv.Itoa(n), "+"+strconv.Itoa(queue)
	if n >= badgeMany {
		above = "99+"
	}
	if queue >= badgeQueue {
		below = strconv.Itoa(badgeQueue) + "+"
	}
	p.text(above, ink, box{x: 7, width: 50, height: 26, down: -13})
	p.text(below, ink, box{x: 7, width: 50, height: 22, down: 15})
}

// box is where a text goes: in the middle of the badge's height, or that far down from there.
type box struct{ x, width, height, down float32 }

// text fills a box with s from top to bottom and centres it across, squeezed where it would be too wide.
func (p *brush) text(s string, ink color.NRGBA, b box) {
	outline := p.letters.outline(s)
	bounds := outline.Bounds()
	left, top := float32(bounds.Min.X), float32(bounds.Min.Y)
	wide, high := float32(bounds.Max.X)-left, float32(bounds.Max.Y)-top
	scaleY := b.height / high
	scaleX := min(scaleY, b.width/wide)
	x0, y0 := b.x+(b.width-wide*scaleX)/2, (BadgeSize-b.height)/2+b.down
	at := func(p fixed.Point26_6) (x, y float32) {
		return x0 + (float32(p.X)-left)*scaleX, y0 + (float32(p.Y)-top)*scaleY
	}
	path := vector.NewRasterizer(BadgeSize, BadgeSize)
	for _, segment := range outline {
		ax, ay := at(segment.Args[0])
		bx, by := at(segment.Args[1])
		cx, cy := at(segment.Args[2])
		switch segment.Op {
		case sfnt.SegmentOpMoveTo:
			path.ClosePath()
			path.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			path.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			path.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	path.ClosePath()
	p.fill(path, ink)
}
