package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	switchWidth  = 36
	switchHeight = 28
	switchTrack  = 20 // height of what the thumb runs in
	switchThumb  = 14
)

// Switch is on or off: a thumb at the right or at the left of its track.
type Switch struct {
	widget.BaseWidget
	press

	// OnSet is called with what the user has chosen, never for Set.
	OnSet func(on bool)

	Label string // what a screen reader says

	on bool
}

// NewSwitch makes a switch that is off.
func NewSwitch(label string) *Switch {
	s := &Switch{Label: label}
	s.self = s
	s.tapped = func() {
		s.Set(!s.on)
		if s.OnSet != nil {
			s.OnSet(s.on)
		}
	}
	s.ExtendBaseWidget(s)
	return s
}

// Set turns it on or off.
func (s *Switch) Set(on bool) {
	if on != s.on {
		s.on = on
		s.Refresh()
	}
}

// On tells that it is on.
func (s *Switch) On() bool { return s.on }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (s *Switch) AccessibilityLabel() string {
	if s.on {
		return "✓ " + s.Label
	}
	return s.Label
}

func (s *Switch) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is for Fyne.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer {
	track := &canvas.Rectangle{CornerRadius: switchTrack / 2, StrokeWidth: 1}
	over := &canvas.Rectangle{CornerRadius: switchTrack / 2}
	thumb := &canvas.Circle{}
	top := float32(switchHeight-switchTrack) / 2
	refresh := func() {
		fill, edge, x := ColorTrack, ColorThumbEdge, float32(switchTrack)/2
		thumb.FillColor = themeColor(s, ColorThumbEdge)
		if s.on {
			fill, edge, x = theme.ColorNamePrimary, theme.ColorNamePrimary, switchWidth-switchTrack/2
			thumb.FillColor = themeColor(s, theme.ColorNameForegroundOnPrimary)
		}
		track.FillColor, track.StrokeColor = themeColor(s, fill), themeColor(s, edge)
		shade(over, s, s.hovered, s.ring())
		if s.ring() {
			over.StrokeColor = themeColor(s, theme.ColorNameForeground) // the primary colour is the track's
		}
		centre(thumb, switchThumb, fyne.NewPos(x, switchHeight/2))
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{track, over, thumb},
		minSize: func() fyne.Size { return fyne.NewSize(switchWidth, switchHeight) },
		layout: func(fyne.Size) {
			box(track, 0, top, switchWidth, switchTrack)
			box(over, 0, top, switchWidth, switchTrack)
			refresh()
		},
		refresh: refresh,
	}
}
