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
	Closed                    // no calls go there for a while: grey, in the colour of something wrong
)

// pillLook is one kind's colours and icon.
type pillLook struct {
	fill, border, text fyne.ThemeColorName
	icon               fyne.Resource
}

// Pill is a short remark beside a gauge, at the left of its room.
type Pill struct {
	widget.BaseWidget
	kind  PillKind
	text  string
	looks [Closed + 1]pillLook
}

// NewPill makes a pill that says nothing yet.
func NewPill() *Pill {
	p := &Pill{}
	p.looks[Pending] = pillLook{ColorPending, ColorPendingBorder, ColorPendingText,
		fyne.NewStaticResource("hourglass.svg", hourglassSVG)}
	p.looks[Afterglow] = pillLook{ColorGlow, ColorGlowBorder, ColorGlowText,
		fyne.NewStaticResource("clock.svg", clockSVG)}
	p.looks[Closed] = p.looks[Afterglow]
	p.looks[Closed].text = theme.ColorNameError
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

// CreateRenderer is for Fyne.
func (p *Pill) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: canvas.RadiusMaximum, StrokeWidth: 1}
	mark := newMark()
	text := &canvas.Text{TextStyle: fyne.TextStyle{Bold: true}}
	layout := func(size fyne.Size) {
		line := text.MinSize()
		top := (size.Height - pillHeight) / 2
		box(back, 0, top, pillInset+pillIcon+pillGap+line.Width+pillInset, pillHeight)
		box(mark, pillInset, top+(pillHeight-pillIcon)/2, pillIcon, pillIcon)
		box(text, pillInset+pillIcon+pillGap, top+(pillHeight-line.Height)/2, line.Width, line.Height)
	}
	refresh := func() {
		setVisible(p.kind != NoPill, back, mark.Image, text)
		if p.kind == NoPill {
			return
		}
		look := p.looks[p.kind]
		back.FillColor, back.StrokeColor = themeColor(p, look.fill), themeColor(p, look.border)
		mark.paint(p, look.icon, look.text)
		text.Text, text.Color = p.text, themeColor(p, look.text)
		text.TextSize = textSize(p, theme.SizeNameCaptionText)
		layout(p.Size())
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back, mark.Image, text},
		minSize: func() fyne.Size { return fyne.NewSize(back.Size().Width, pillHeight) },
		layout:  layout,
		refresh: refresh,
	}
}

func setVisible(visible bool, objects ...fyne.CanvasObject) {
	for _, o := range objects {
		if visible {
			o.Show()
		} else {
			o.Hide()
		}
	}
}
