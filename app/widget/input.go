package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Input is one line of a form to type into. Escape is the window's, as are shortcuts that it does not know.
type Input struct {
	widget.Entry

	// Label is what a screen reader says.
	Label string

	least float32 // width
	eye   *Button // of a secret
}

// NewInput makes an empty line of at least that width; hint is what it says then. changed is called with every text
// that the user types, never for Show.
func NewInput(hint string, least float32, changed func(text string)) *Input {
	i := &Input{least: least}
	i.PlaceHolder = hint
	i.Wrapping = fyne.TextWrapOff
	i.Scroll = fyne.ScrollNone
	i.OnChanged = changed
	i.ExtendBaseWidget(i)
	return i
}

// NewSecret makes an Input whose text shows as dots, until its eye is pressed.
func NewSecret(hint string, changed func(text string)) *Input {
	i := NewInput(hint, nameMin, changed)
	i.Password = true
	i.eye = NewButton(Quiet, theme.VisibilityIcon(), "", func() {
		i.Password = !i.Password
		icon := theme.VisibilityIcon()
		if !i.Password {
			icon = theme.VisibilityOffIcon()
		}
		i.eye.Set(icon, "")
		i.Refresh()
	})
	i.ActionItem = i.eye
	return i
}

// Eye shows a secret, or makes it dots again.
func (i *Input) Eye() *Button { return i.eye }

// Mask makes the text dots again.
func (i *Input) Mask() {
	if i.eye != nil && !i.Password {
		i.eye.tapped()
	}
}

// Put sets the text without calling changed.
func (i *Input) Put(text string) {
	if text == i.Text {
		return
	}
	changed := i.OnChanged
	i.OnChanged = nil
	i.SetText(text)
	i.OnChanged = changed
}

// MinSize, FocusGained, TypedKey and TypedShortcut are for Fyne.
func (i *Input) MinSize() fyne.Size {
	size := i.Entry.MinSize()
	size.Width = max(i.least, size.Width)
	return size
}

func (i *Input) FocusGained() {
	i.Entry.FocusGained()
	Reveal(i)
}

func (i *Input) TypedKey(key *fyne.KeyEvent) {
	if key.Name != fyne.KeyEscape {
		i.Entry.TypedKey(key)
		return
	}
	passOn(i, key)
}

func (i *Input) TypedShortcut(s fyne.Shortcut) {
	i.Entry.TypedShortcut(s)
	if _, ours := s.(fyne.KeyboardShortcut); !ours {
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(i).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// AccessibilityLabel is what a screen reader says.
func (i *Input) AccessibilityLabel() string { return i.Label }
