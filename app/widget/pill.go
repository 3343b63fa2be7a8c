package widget

import (
	_ "embed"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

//go:embed icons/hourglass.svg
var hourglassSVG []byte

//go:embed icons/clock.svg
var clockSVG []byte

const (
	pillHeight = 20
	pillIcon   = 12
	pillInset  = 8
	pillGap    = 4
)

// PillKind is what a pill tells.
type PillKind uint8

const (
	NoPill    PillKind = iota // nothing: it takes its room and draws nothing
	Pending                   // calls are waiting: amber, with an hourglass
	Afterglow                 // calls were waiting a moment ago: grey, with a clock
)

// Pill is a short remark beside a gauge, at the left of its room.
type Pill struct {
	widget.BaseWidget
	kind PillKind
	text string
}

// NewPill makes a pill that says nothing yet.
func NewPill() *Pill {
	p := &Pill{}
	p.ExtendBaseWidget(p)
	return p
}

// Set changes what the pill says.
func (p *Pill) Set(kind PillKind, text string) {
	if kind == p.kind && text == p.text {
		return
	}
	p.kind, p.text = kind, text
	p.Refresh()
}

// pillLook is one kind's colours and icon.
type pillLook struct {
	fill, border, text fyne.ThemeColorName
	icon               fyne.Resource
}

func (k PillKind) look() pillLook {
	if k == Pending {
		return pillLook{ColorPending, ColorPendingBorder, ColorPendingText,
			icon("hourglass.svg", hourglassSVG, ColorPendingText)}
	}
	return pillLook{ColorGlow, ColorGlowBorder, ColorGlowText, icon("clock.svg", clockSVG, ColorGlowText)}
}

// icon is an SVG that takes its colour from the theme.
func icon(name string, svg []byte, color fyne.ThemeColorName) fyne.Resource {
	return theme.NewColoredResource(fyne.NewStaticResource(name, svg), color)
}

// CreateRenderer is for Fyne.
func (p *Pill) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: canvas.RadiusMaximum, StrokeWidth: 1}
	mark := &canvas.Image{FillMode: canvas.ImageFillContain}
	text := &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}}
	layout := func(size fyne.Size) {
		line := text.MinSize()
		top := (size.Height - pillHeight) / 2
		back.Resize(fyne.NewSize(pillInset+pillIcon+pillGap+line.Width+pillInset, pillHeight))
		back.Move(fyne.NewPos(0, top))
		mark.Resize(fyne.NewSquareSize(pillIcon))
		mark.Move(fyne.NewPos(pillInset, top+(pillHeight-pillIcon)/2))
		text.Resize(line)
		text.Move(fyne.NewPos(pillInset+pillIcon+pillGap, top+(pillHeight-line.Height)/2))
	}
	refresh := func() {
		look := p.kind.look()
		back.FillColor, back.StrokeColor = themeColor(p, look.fill), themeColor(p, look.border)
		mark.Resource = look.icon
		text.Text, text.Color = p.text, themeColor(p, look.text)
		text.TextSize = textSize(p, theme.SizeNameCaptionText)
		for _, o := range []fyne.CanvasObject{back, mark, text} {
			setHidden(o, p.kind == NoPill)
		}
		layout(p.Size())
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back, mark, text},
		minSize: func() fyne.Size { return fyne.NewSize(back.Size().Width, pillHeight) },
		layout:  layout,
		refresh: refresh,
	}
}

func setHidden(o fyne.CanvasObject, hidden bool) {
	if hidden {
		o.Hide()
	} else {
		o.Show()
	}
}
