package ui

import (
	"time"

	"fyne.io/fyne/v2/theme"

	"afterglow/app/widget"
)

// CopiedFor is how long a copy button says that it has copied.
const CopiedFor = 2 * time.Second

// CopyButton copies a text and says so for a moment.
type CopyButton struct {
	*widget.Button
	label   string
	text    string
	Copied  *time.Timer // nil: it shows its label
	Resized func()      // called when it has another label
}

// NewCopyButton makes a hidden button. resized is called whenever its label changes.
func NewCopyButton(d Context, kind widget.ButtonKind, resized func()) *CopyButton {
	b := &CopyButton{Resized: resized}
	b.Button = widget.NewButton(kind, theme.ContentCopyIcon(), "", func() {
		d.Copy(b.text)
		b.thank(d)
	})
	b.Hide()
	return b
}

// SetText changes the label and the text to copy; without a text there is no button.
func (b *CopyButton) SetText(label, text string) {
	if label == b.label && text == b.text {
		return
	}
	b.label, b.text = label, text
	SetVisible(b, text != "")
	b.show()
}

func (b *CopyButton) show() {
	if b.Copied == nil {
		b.Set(theme.ContentCopyIcon(), b.label)
	} else {
		b.Set(theme.ConfirmIcon(), Tr("copy.done"))
	}
	b.Resized()
}

// thank says that it has copied, for a while.
func (b *CopyButton) thank(d Context) {
	if b.Copied != nil {
		b.Copied.Reset(CopiedFor)
		return
	}
	b.Copied = time.AfterFunc(CopiedFor, func() {
		d.Run(func() {
			b.Copied = nil
			b.show()
		})
	})
	b.show()
}
