package tray

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
	"golang.org/x/image/vector"

	"afterglow/assets"
)

// BadgeSize is the width and height of a badge in pixels. Panels scale it down, most often to a quarter:
// edges at multiples of 4 stay sharp then.
const BadgeSize = 64

// tileRadius is the radius of a tile's corners.
const tileRadius = 14

// paint is what a tile looks like. The outermost colour, rim or ground, can be told from a light panel
// and from a dark one; the ink can be read on the ground.
type paint struct {
	ground, ink color.NRGBA
	rim         color.NRGBA
	rimWidth    float32 // 0: there is none
}

func paintOf(m mood) paint {
	white := rgb(0xffffff)
	switch m {
	case Pending:
		return paint{ground: rgb(0xffb320), ink: rgb(0x2b1a00), rim: rgb(0xa86400), rimWidth: 4}
	case afterglow:
		return paint{ground: rgb(0x29274f), ink: white, rim: rgb(0x918ea3), rimWidth: 7}
	case down:
		return paint{ground: rgb(0xd3433a), ink: white}
	case paused:
		return paint{ground: rgb(0x6d6a7c), ink: white}
	}
	return paint{ground: rgb(0x5b5bd6), ink: white}
}

// calm is the colour of the mark on the bare panel, about as far from white as from black.
func calm() color.NRGBA { return rgb(0x8683a0) }

// rgb is an opaque colour, 0xRRGGBB.
func rgb(c uint32) color.NRGBA {
	return color.NRGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 0xff}
}

// brush draws badges.
type brush struct {
	letters letters
	glyph   *oksvg.SvgIcon
	canvas  *image.RGBA // what is being drawn
}

func newBrush() (*brush, error) {
	letters, err := readLetters("0123456789+!")
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	glyph, err := oksvg.ReadReplacingCurrentColor(bytes.NewReader(assets.Glyph), "#000")
	if err != nil {
		return nil, fmt.Errorf("read glyph: %w", err)
	}
	return &brush{letters: letters, glyph: glyph}, nil
}

// badge draws a badge.
func (p *brush) badge(b Badge) image.Image {
	p.canvas = image.NewRGBA(image.Rect(0, 0, BadgeSize, BadgeSize))
	switch b.Mood {
	case Idle:
		p.mark(calm(), 0)
		return solid(p.canvas)
	case dot:
		p.round(calm(), 18, 14)
		return solid(p.canvas)
	}
	c := paintOf(b.Mood)
	if c.rimWidth > 0 {
		p.tile(c.rim, 0)
	}
	p.tile(c.ground, c.rimWidth)
	switch {
	case b.Queue > 0:
		p.numbers(b.Number, b.Queue, c.ink)
	case b.Number > 0:
		p.number(b.Number, c.ink, c.rimWidth)
	case b.Mood == down:
		p.text("!", c.ink, box{x: 16, width: 32, height: 48})
	case b.Mood == paused:
		p.bar(c.ink, image.Rect(18, 16, 28, 48))
		p.bar(c.ink, image.Rect(36, 16, 46, 48))
	default:
		p.mark(c.ink, 13)
	}
	return solid(p.canvas)
}

// mark draws the glyph, inset by a number of pixels.
func (p *brush) mark(ink color.NRGBA, inset float64) {
	for i := range p.glyph.SVGPaths {
		p.glyph.SVGPaths[i].SetFillColor(ink)
	}
	p.glyph.SetTarget(inset, inset, BadgeSize-2*inset, BadgeSize-2*inset)
	scanner := rasterx.NewScannerGV(BadgeSize, BadgeSize, p.canvas, p.canvas.Bounds())
	p.glyph.Draw(rasterx.NewDasher(BadgeSize, BadgeSize, scanner), 1)
}

// tile fills the badge, inset by a number of pixels.
func (p *brush) tile(c color.NRGBA, inset float32) { p.round(c, inset, tileRadius-inset/2) }

// round fills a square with round corners of radius r, inset by a number of pixels.
func (p *brush) round(c color.NRGBA, inset, r float32) {
	const round = 0.5523 // how far the handles of a cubic curve reach that is a quarter of a circle
	low, high := inset, BadgeSize-inset
	k := r * (1 - round)
	path := vector.NewRasterizer(BadgeSize, BadgeSize)
	path.MoveTo(low+r, low)
	path.LineTo(high-r, low)
	path.CubeTo(high-k, low, high, low+k, high, low+r)
	path.LineTo(high, high-r)
	path.CubeTo(high, high-k, high-k, high, high-r, high)
	path.LineTo(low+r, high)
	path.CubeTo(low+k, high, low, high-k, low, high-r)
	path.LineTo(low, low+r)
	path.CubeTo(low, low+k, low+k, low, low+r, low)
	path.ClosePath()
	p.fill(path, c)
}

func (p *brush) bar(ink color.NRGBA, r image.Rectangle) {
	draw.Draw(p.canvas, r, image.NewUniform(ink), image.Point{}, draw.Src)
}

func (p *brush) fill(path *vector.Rasterizer, c color.NRGBA) {
	path.Draw(p.canvas, p.canvas.Bounds(), image.NewUniform(c), image.Point{})
}

// solid makes every pixel opaque or clear. On Linux systray keeps only the low byte of a colour that has
// been multiplied with its alpha, so that a half-clear pixel comes out as noise.
func solid(src *image.RGBA) image.Image {
	out := image.NewNRGBA(src.Bounds())
	draw.Draw(out, out.Bounds(), src, image.Point{}, draw.Src)
	for i := 0; i < len(out.Pix); i += 4 {
		pixel := out.Pix[i : i+4]
		if pixel[3] < 0x80 {
			clear(pixel)
		} else {
			pixel[3] = 0xff
		}
	}
	return out
}
