package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Field is one line to type into, with a cross that clears it, as Escape does. It leaves shortcuts that it does
// not know to the window.
type Field struct {
	widget.Entry
	clear *Button
}

// NewField makes an empty field; hint is what it says then. changed is called with every new text.
func NewField(hint string, changed func(text string)) *Field {
	f := &Field{}
	f.PlaceHolder = hint
	f.Wrapping = fyne.TextWrapOff
	f.Scroll = fyne.ScrollNone
	f.clear = NewButton(Quiet, theme.CancelIcon(), "", func() { f.SetText("") })
	f.clear.Hide()
	f.ActionItem = f.clear
	f.OnChanged = func(text string) {
		setVisible(text != "", f.clear)
		changed(text)
	}
	f.ExtendBaseWidget(f)
	return f
}

// FocusGained, TypedKey and TypedShortcut are for Fyne.
func (f *Field) FocusGained() {
	f.Entry.FocusGained()
	Reveal(f)
}

func (f *Field) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		f.SetText("")
		return
	}
	f.Entry.TypedKey(key)
}

func (f *Field) TypedShortcut(s fyne.Shortcut) {
	f.Entry.TypedShortcut(s)
	if _, ours := s.(fyne.KeyboardShortcut); !ours {
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(f).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
