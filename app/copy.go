package app

import (
	"time"

	"fyne.io/fyne/v2/theme"

	"afterglow/app/widget"
)

// copiedFor is how long a copy button says that it has copied.
const copiedFor = 2 * time.Second

// copyButton copies a text and says so for a moment.
type copyButton struct {
	*widget.Button
	label   string
	text    string
	copied  *time.Timer // nil: it shows its label
	resized func()      // called when it has another label
}

// newCopyButton makes a hidden button. resized is called whenever its label changes.
func newCopyButton(d desk, kind widget.ButtonKind, resized func()) *copyButton {
	b := &copyButton{resized: resized}
	b.Button = widget.NewButton(kind, theme.ContentCopyIcon(), "", func() {
		d.copy(b.text)
		b.thank(d)
	})
	b.Hide()
	return b
}

// set changes the label and the text to copy; without a text there is no button.
func (b *copyButton) set(label, text string) {
	if label == b.label && text == b.text {
		return
	}
	b.label, b.text = label, text
	setVisible(b, text != "")
	b.show()
}

func (b *copyButton) show() {
	if b.copied == nil {
		b.Set(theme.ContentCopyIcon(), b.label)
	} else {
		b.Set(theme.ConfirmIcon(), tr("copy.done"))
	}
	b.resized()
}

// thank says that it has copied, for a while.
func (b *copyButton) thank(d desk) {
	if b.copied != nil {
		b.copied.Reset(copiedFor)
		return
	}
	b.copied = time.AfterFunc(copiedFor, func() {
		d.run(func() {
			b.copied = nil
			b.show()
		})
	})
	b.show()
}
