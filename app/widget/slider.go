package widget

import (
	"math"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Draggable     = (*LimitSlider)(nil)
	_ fyne.Focusable     = (*LimitSlider)(nil)
	_ fyne.Tappable      = (*LimitSlider)(nil)
	_ desktop.Hoverable  = (*LimitSlider)(nil)
	_ desktop.Cursorable = (*LimitSlider)(nil)
)

// LimitSlider chooses a limit of 1…max calls, with the number beside it. The number follows the thumb;
// the limit is set when the thumb is let go, when the track is tapped, and with each key: the arrows,
// Home and End.
type LimitSlider struct {
	widget.BaseWidget

	// OnSet is called with a limit that the user has chosen, never for SetLimit.
	OnSet func(limit int)

	limit int // what holds
	value int // what is shown: the limit, or while dragging what it would be
	max   int
	mark  int // what of the limit is in force; 0 = all of it

	dragging bool
	hovered  bool
	focused  bool
	pointed  bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// NewLimitSlider makes a slider for 1…max at the limit.
func NewLimitSlider(limit, max int) *LimitSlider {
	s := &LimitSlider{limit: limit, value: limit, max: max}
	s.ExtendBaseWidget(s)
	return s
}

// SetLimit shows a limit that was set elsewhere. A thumb that is being dragged stays where it is.
func (s *LimitSlider) SetLimit(limit, max int) {
	value := limit
	if s.dragging {
		value = s.value
	}
	if limit == s.limit && value == s.value && max == s.max {
		return
	}
	s.limit, s.value, s.max = limit, value, max
	s.Refresh()
}

// SetMark marks on the track how much of the limit is in force, where that is less; 0 = all of it.
func (s *LimitSlider) SetMark(mark int) {
	if mark == s.mark {
		return
	}
	s.mark = mark
	s.Refresh()
}

// Value is the number shown.
func (s *LimitSlider) Value() int { return s.value }

// Dragged and DragEnd are for Fyne.
func (s *LimitSlider) Dragged(e *fyne.DragEvent) {
	s.dragging = true
	s.show(s.at(e.Position.X))
}

func (s *LimitSlider) DragEnd() {
	if !s.dragging {
		return
	}
	s.dragging = false
	s.set(s.value)
}

// Tapped sets the limit at that place of the track. A tap on the number does nothing.
func (s *LimitSlider) Tapped(e *fyne.PointEvent) {
	s.pointed = true
	if c := fyne.CurrentApp().Driver().CanvasForObject(s); c != nil {
		c.Focus(s)
	}
	if left, right := s.track(); e.Position.X < left-thumbSize || e.Position.X > right+thumbSize {
		return
	}
	s.set(s.at(e.Position.X))
}

// TypedKey sets the limit by keyboard.
func (s *LimitSlider) TypedKey(key *fyne.KeyEvent) {
	s.pointed = false
	switch key.Name {
	case fyne.KeyLeft, fyne.KeyDown:
		s.set(s.value - 1)
	case fyne.KeyRight, fyne.KeyUp:
		s.set(s.value + 1)
	case fyne.KeyHome:
		s.set(1)
	case fyne.KeyEnd:
		s.set(s.max)
	default:
		passOn(s, key)
	}
}

// TypedRune is for Fyne.
func (s *LimitSlider) TypedRune(rune) {}

// FocusGained and FocusLost are for Fyne.
func (s *LimitSlider) FocusGained() {
	s.focused = true
	s.Refresh()
	Reveal(s)
}

func (s *LimitSlider) FocusLost() {
	s.focused, s.pointed = false, false
	s.Refresh()
}

// MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (s *LimitSlider) MouseIn(*desktop.MouseEvent) {
	s.hovered = true
	s.Refresh()
}

func (s *LimitSlider) MouseMoved(*desktop.MouseEvent) {}

func (s *LimitSlider) MouseOut() {
	s.hovered = false
	s.Refresh()
}

func (s *LimitSlider) Cursor() desktop.Cursor { return desktop.PointerCursor }

// set shows value and reports it if it is not what holds already.
func (s *LimitSlider) set(value int) {
	s.show(value)
	if s.value != s.limit && s.OnSet != nil {
		s.OnSet(s.value)
	}
}

func (s *LimitSlider) show(value int) {
	value = min(max(value, 1), s.max)
	if value == s.value {
		return
	}
	s.value = value
	s.Refresh()
}

// at is the value at x.
func (s *LimitSlider) at(x float32) int {
	left, right := s.track()
	ratio := float64((x - left) / (right - left))
	return 1 + int(math.Round(ratio*float64(s.max-1)))
}

// place is where a value's thumb has its middle.
func (s *LimitSlider) place(value int) float32 {
	left, right := s.track()
	if s.max <= 1 {
		return left
	}
	return left + (right-left)*float32(value-1)/float32(s.max-1)
}

func (s *LimitSlider) label() string { return strconv.Itoa(s.value) }
