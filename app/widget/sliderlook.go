package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

const (
	sliderHeight   = 28 // more than the 24 that a finger or a shaky hand needs
	sliderMinWidth = 96
	sliderLabel    = 24 // two digits
	sliderTrack    = 4
	thumbSize      = 14
	markWidth      = 3
	markHeight     = 12
	ringSize       = 24
)

// track is where the middle of the thumb can be, from the value 1 to max.
func (s *LimitSlider) track() (left, right float32) {
	return ringSize / 2, s.Size().Width - sliderLabel - ringSize/2
}

// marked tells whether the limit in force is to be told from the one that is set.
func (s *LimitSlider) marked() bool { return s.mark > 0 && s.mark < s.value }

// sliderLook is what a LimitSlider is drawn with.
type sliderLook struct {
	slider        *LimitSlider
	track, filled *canvas.Rectangle
	mark          *canvas.Rectangle // where the limit in force is, below that which is set
	ring, thumb   *canvas.Circle
	label         *canvas.Text
}

// CreateRenderer is for Fyne.
func (s *LimitSlider) CreateRenderer() fyne.WidgetRenderer {
	l := &sliderLook{
		slider: s,
		track:  &canvas.Rectangle{CornerRadius: canvas.RadiusMaximum},
		filled: &canvas.Rectangle{CornerRadius: canvas.RadiusMaximum},
		mark:   &canvas.Rectangle{CornerRadius: markWidth / 2.0},
		ring:   &canvas.Circle{},
		thumb:  &canvas.Circle{StrokeWidth: 1.5},
		label:  &canvas.Text{Alignment: fyne.TextAlignTrailing, TextStyle: fyne.TextStyle{Bold: true}},
	}
	l.refresh()
	return &renderer{
		objects: []fyne.CanvasObject{l.track, l.filled, l.ring, l.mark, l.thumb, l.label},
		minSize: func() fyne.Size { return fyne.NewSize(sliderMinWidth, sliderHeight) },
		layout:  func(fyne.Size) { l.layout() },
		refresh: l.refresh,
	}
}

func (l *sliderLook) refresh() {
	s := l.slider
	l.track.FillColor = themeColor(s, ColorTrack)
	l.filled.FillColor = themeColor(s, ColorThumbEdge)
	l.mark.FillColor = themeColor(s, theme.ColorNamePrimary)
	l.mark.Hidden = !s.marked()
	l.thumb.FillColor = themeColor(s, ColorThumb)
	l.thumb.StrokeColor = themeColor(s, ColorThumbEdge)
	l.paintRing()
	l.label.Text = s.label()
	l.label.Color = themeColor(s, ColorMuted)
	if s.hovered || s.dragging || s.focused {
		l.label.Color = themeColor(s, theme.ColorNameForeground)
	}
	l.label.TextSize = textSize(s, theme.SizeNameCaptionText)
	l.layout()
}

// paintRing shows the focus or the pointer around the thumb; without them it is hidden, not only clear,
// so that it costs nothing.
func (l *sliderLook) paintRing() {
	s := l.slider
	l.ring.Hidden, l.ring.StrokeWidth = false, 0
	switch {
	case s.focused && !s.pointed:
		l.ring.FillColor = themeColor(s, theme.ColorNameFocus)
		l.ring.StrokeColor, l.ring.StrokeWidth = themeColor(s, theme.ColorNamePrimary), 2
	case s.hovered || s.dragging:
		l.ring.FillColor = themeColor(s, theme.ColorNameHover)
	default:
		l.ring.Hidden = true
	}
}

func (l *sliderLook) layout() {
	size := l.slider.Size()
	left, right := l.slider.track()
	middle, x := size.Height/2, l.slider.place(l.slider.value)
	l.track.Move(fyne.NewPos(left-sliderTrack/2, middle-sliderTrack/2))
	l.track.Resize(fyne.NewSize(right-left+sliderTrack, sliderTrack))
	l.filled.Move(l.track.Position())
	to := x
	if l.slider.marked() { // what is in force is filled, and the thumb stands beyond it
		to = l.slider.place(l.slider.mark)
		l.mark.Move(fyne.NewPos(to-markWidth/2.0, middle-markHeight/2))
		l.mark.Resize(fyne.NewSize(markWidth, markHeight))
	}
	l.filled.Resize(fyne.NewSize(to-left+sliderTrack, sliderTrack))
	centre(l.ring, ringSize, fyne.NewPos(x, middle))
	centre(l.thumb, thumbSize, fyne.NewPos(x, middle))
	height := l.label.MinSize().Height
	l.label.Move(fyne.NewPos(size.Width-sliderLabel, middle-height/2))
	l.label.Resize(fyne.NewSize(sliderLabel, height))
}

func centre(o fyne.CanvasObject, diameter float32, at fyne.Position) {
	o.Move(at.SubtractXY(diameter/2, diameter/2))
	o.Resize(fyne.NewSquareSize(diameter))
}
