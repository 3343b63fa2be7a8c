package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const (
	routeArrow = "→"
	routeGap   = 6
)

// Route is what was asked for and what came of it, with an arrow between: "claude-opus-4-6 → glm-5.1". Where it
// does not fit, each of the two loses its middle.
type Route struct {
	widget.BaseWidget
	style    Style
	from, to string
}

// NewRoute makes an empty route.
func NewRoute(style Style) *Route {
	r := &Route{style: style}
	r.ExtendBaseWidget(r)
	return r
}

// Set changes both. Without to there is no arrow.
func (r *Route) Set(from, to string) {
	if from == r.from && to == r.to {
		return
	}
	r.from, r.to = from, to
	r.Refresh()
}

// FullWidth is the width at which nothing is left out.
func (r *Route) FullWidth() float32 {
	if r.to == "" {
		return r.measure(r.from)
	}
	return r.measure(r.from) + 2*routeGap + r.measure(routeArrow) + r.measure(r.to)
}

func (r *Route) measure(text string) float32 {
	return fyne.MeasureText(text, textSize(r, r.style.Size), r.style.text()).Width
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says: the whole names.
func (r *Route) AccessibilityLabel() string {
	if r.to == "" {
		return r.from
	}
	return r.from + " " + routeArrow + " " + r.to
}

func (r *Route) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// fit shortens the two to a width: the shorter one keeps what it needs up to a half.
func (r *Route) fit(width float32) (from, to string) {
	size, style := textSize(r, r.style.Size), r.style.text()
	if r.to == "" {
		return shorten(r.from, width, size, style), ""
	}
	width -= 2*routeGap + r.measure(routeArrow)
	first, second := r.measure(r.from), r.measure(r.to)
	switch half := width / 2; {
	case first+second <= width:
	case first <= half:
		second = width - first
	case second <= half:
		first = width - second
	default:
		first, second = half, half
	}
	return shorten(r.from, first, size, style), shorten(r.to, second, size, style)
}

// CreateRenderer is for Fyne.
func (r *Route) CreateRenderer() fyne.WidgetRenderer {
	from, arrow, to := &canvas.Text{}, &canvas.Text{Text: routeArrow}, &canvas.Text{}
	muted := r.style
	muted.Color, muted.Bold = ColorMuted, false
	layout := func(size fyne.Size) {
		from.Text, to.Text = r.fit(size.Width)
		x := float32(0)
		for _, t := range []*canvas.Text{from, arrow, to} {
			least := t.MinSize()
			box(t, x, (size.Height-least.Height)/2, least.Width, least.Height)
			x += least.Width + routeGap
		}
	}
	refresh := func() {
		r.style.paint(from, r)
		muted.paint(arrow, r)
		r.style.paint(to, r)
		setVisible(r.to != "", arrow, to)
		layout(r.Size())
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{from, arrow, to},
		minSize: func() fyne.Size { return fyne.NewSize(nameMin, from.MinSize().Height) },
		layout: func(size fyne.Size) {
			layout(size)
			from.Refresh()
			to.Refresh()
		},
		refresh: refresh,
	}
}
