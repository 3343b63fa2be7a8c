package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Focusable     = (*Segment)(nil)
	_ fyne.Tappable      = (*Segment)(nil)
	_ desktop.Cursorable = (*Segment)(nil)
)

const (
	segmentHeight = 28
	segmentInset  = 12
	segmentEdge   = 3 // around the chosen one
	segmentRadius = 6
)

// Segment chooses one of a few short texts, side by side.
type Segment struct {
	widget.BaseWidget

	// OnChosen is called with what the user has chosen, never for Choose.
	OnChosen func(i int)

	texts   []string
	chosen  int
	focused bool
	pointed bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// NewSegment makes a choice of texts, the first of which is chosen.
func NewSegment(texts ...string) *Segment {
	s := &Segment{texts: slices.Clone(texts)}
	s.ExtendBaseWidget(s)
	return s
}

// Choose chooses the i-th text, from 0; -1 chooses none.
func (s *Segment) Choose(i int) {
	if i == s.chosen {
		return
	}
	s.chosen = i
	s.Refresh()
}

// Offer puts other texts in place of those there were, and chooses the i-th.
func (s *Segment) Offer(texts []string, i int) {
	if slices.Equal(texts, s.texts) {
		s.Choose(i)
		return
	}
	s.texts, s.chosen = slices.Clone(texts), i
	s.Refresh()
}

// Texts are what can be chosen.
func (s *Segment) Texts() []string { return slices.Clone(s.texts) }

// Chosen is which text is chosen.
func (s *Segment) Chosen() int { return s.chosen }

// Tapped chooses what is at that place.
func (s *Segment) Tapped(e *fyne.PointEvent) {
	s.pointed = true
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
	for i := range s.texts {
		if left, width := s.place(i); e.Position.X >= left && e.Position.X < left+width {
			s.choose(i)
		}
	}
}

// TypedKey chooses by keyboard: the arrows, Home and End.
func (s *Segment) TypedKey(key *fyne.KeyEvent) {
	s.pointed = false
	to := s.chosen
	switch key.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		to--
	case fyne.KeyRight, fyne.KeyDown:
		to++
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = len(s.texts) - 1
	default:
		passOn(s, key)
		return
	}
	s.choose(min(max(to, 0), len(s.texts)-1))
	s.Refresh()
}

// TypedRune is for Fyne.
func (s *Segment) TypedRune(rune) {}

// FocusGained, FocusLost and Cursor are for Fyne.
func (s *Segment) FocusGained()           { s.focused = true; s.Refresh(); Reveal(s) }
func (s *Segment) FocusLost()             { s.focused, s.pointed = false, false; s.Refresh() }
func (s *Segment) Cursor() desktop.Cursor { return desktop.PointerCursor }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (s *Segment) AccessibilityLabel() string {
	if s.chosen < 0 {
		return ""
	}
	return s.texts[s.chosen]
}
func (s *Segment) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

func (s *Segment) choose(i int) {
	if i == s.chosen {
		return
	}
	s.Choose(i)
	if s.OnChosen != nil {
		s.OnChosen(i)
	}
}

// place is where the i-th text has its room.
func (s *Segment) place(i int) (left, width float32) {
	for j, text := range s.texts {
		width = ceil(fyne.MeasureText(text, textSize(s, ""), fyne.TextStyle{}).Width) + 2*segmentInset
		if j == i {
			break
		}
		left += width
	}
	return left, width
}

// CreateRenderer is for Fyne.
func (s *Segment) CreateRenderer() fyne.WidgetRenderer {
	back, chosen := &canvas.Rectangle{CornerRadius: segmentRadius}, &canvas.Rectangle{CornerRadius: segmentRadius - 2, StrokeWidth: 1}
	r := &renderer{objects: []fyne.CanvasObject{back, chosen}}
	var texts []*canvas.Text
	refresh := func() {
		for len(texts) < len(s.texts) {
			texts = append(texts, &canvas.Text{})
			r.objects = append(r.objects, texts[len(texts)-1])
		}
		height := float32(segmentHeight)
		back.FillColor = themeColor(s, ColorTrack)
		chosen.FillColor, chosen.StrokeColor, chosen.StrokeWidth = themeColor(s, ColorCard), themeColor(s, ColorCardBorder), 1
		if s.focused && !s.pointed {
			chosen.StrokeColor, chosen.StrokeWidth = themeColor(s, theme.ColorNamePrimary), 2
		}
		for i, text := range texts {
			text.Hidden = i >= len(s.texts)
			if text.Hidden {
				continue
			}
			ink := ColorMuted
			if i == s.chosen {
				ink = theme.ColorNameForeground
			}
			text.Text = s.texts[i]
			Style{Color: ink}.paint(text, s)
			left, width := s.place(i)
			line := text.MinSize()
			box(text, left+round((width-line.Width)/2), round((height-line.Height)/2), line.Width, line.Height)
		}
		chosen.Hidden = s.chosen < 0
		left, width := s.place(s.chosen)
		box(chosen, left+segmentEdge, segmentEdge, width-2*segmentEdge, height-2*segmentEdge)
	}
	refresh()
	r.refresh = refresh
	r.minSize = func() fyne.Size {
		left, width := s.place(len(s.texts) - 1)
		return fyne.NewSize(left+width, segmentHeight)
	}
	r.layout = func(fyne.Size) { back.Resize(r.minSize()); refresh() }
	return r
}
