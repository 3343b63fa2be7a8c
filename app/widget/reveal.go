package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// revealMargin is the room left between what is brought into view and the edge.
const revealMargin = 12

// Reveal scrolls what o is in until o is to be seen: whoever goes from one thing to the next by keyboard must see where
// he is. It looks for scrolls in containers, not in widgets: those that scroll know their own ways.
func Reveal(o fyne.CanvasObject) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(o)
	if c == nil {
		return
	}
	found := scrolls(c.Content())
	for _, over := range c.Overlays().List() {
		found = append(found, scrolls(over)...)
	}
	for _, s := range found {
		if !movesWith(s, o) {
			continue
		}
		top := driver.AbsolutePositionForObject(o).Y - driver.AbsolutePositionForObject(s).Y
		offset := s.Offset
		switch bottom := top + o.Size().Height; {
		case top < 0:
			offset.Y += top - revealMargin
		case bottom > s.Size().Height:
			offset.Y += min(bottom-s.Size().Height+revealMargin, top)
		default:
			continue
		}
		s.ScrollToOffset(offset)
	}
}

// ScrollBy scrolls what scrolls in root, the outermost, as the keys for it say. It is false for other keys.
func ScrollBy(root fyne.CanvasObject, key fyne.KeyName) bool {
	found := scrolls(root)
	if len(found) == 0 {
		return false
	}
	s := found[0]
	to, page := s.Offset, s.Size().Height*0.9
	switch key {
	case fyne.KeyUp:
		to.Y -= lineStep
	case fyne.KeyDown:
		to.Y += lineStep
	case fyne.KeyPageUp:
		to.Y -= page
	case fyne.KeyPageDown:
		to.Y += page
	case fyne.KeyHome:
		to.Y = 0
	case fyne.KeyEnd:
		to.Y = s.Content.MinSize().Height
	default:
		return false
	}
	to.Y = min(max(to.Y, 0), max(s.Content.MinSize().Height-s.Size().Height, 0))
	s.ScrollToOffset(to)
	return true
}

// lineStep is how far the arrows scroll, in Fyne's units: two lines of text.
const lineStep = 40

// scrolls lists those that can be seen, the outer before the inner.
func scrolls(o fyne.CanvasObject) (found []*container.Scroll) {
	if o == nil || !o.Visible() {
		return nil
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			found = append(found, scrolls(child)...)
		}
	case *Dialog:
		return scrolls(o.scroll)
	case *container.Scroll:
		found = append(append(found, o), scrolls(o.Content)...)
	}
	return found
}

// movesWith tells whether o is in s. Fyne does not say what holds an object, but what is in a scroll moves with it.
func movesWith(s *container.Scroll, o fyne.CanvasObject) bool {
	driver := fyne.CurrentApp().Driver()
	before, at := driver.AbsolutePositionForObject(o), s.Content.Position()
	s.Content.Move(at.AddXY(0, 1))
	after := driver.AbsolutePositionForObject(o)
	s.Content.Move(at)
	return after != before
}
