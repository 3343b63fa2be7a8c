package activity

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// collapsibleShown is how many letters of a text are shown: what a window can draw without a pause. Copying takes all.
const collapsibleShown = 4000

// collapsible is a long text below its title, which opens and closes it. It can be selected and copied.
type collapsible struct {
	title  string
	text   string
	open   bool
	toggle *widget.Button
	copy   *ui.CopyButton
	label  *fynewidget.Label
	back   *fyne.Container
	box    *fyne.Container
}

// newCollapsible makes a hidden fold. resized is called whenever it has another size.
func newCollapsible(d ui.Context, title string, open bool, resized func()) *collapsible {
	f := &collapsible{title: title, open: open, label: fynewidget.NewLabel("")}
	f.label.TextStyle.Monospace, f.label.Selectable, f.label.Wrapping = true, true, fyne.TextWrapBreak
	f.label.SizeName = theme.SizeNameCaptionText
	f.toggle = widget.NewButton(widget.Quiet, theme.MenuDropDownIcon(), title, func() {
		f.open = !f.open
		f.show()
		resized()
	})
	f.copy = ui.NewCopyButton(d, widget.Quiet, resized)
	f.back = container.NewStack(widget.NewGround(), f.label)
	head := container.NewBorder(nil, nil, f.toggle, f.copy.Button)
	f.box = container.New(layout.NewCustomPaddedVBoxLayout(4), head, f.back)
	f.show()
	return f
}

// set changes the text; without one there is no fold. It is true when the text is another.
func (f *collapsible) set(text string) bool {
	if text == f.text {
		return false
	}
	f.text = text
	shown := strings.TrimRight(cut(text, collapsibleShown), "\n")
	if len(shown) < len(strings.TrimRight(text, "\n")) {
		shown += "\n…"
	}
	f.label.SetText(shown)
	f.toggle.Set(theme.MenuDropDownIcon(), f.title+"  "+viewmodel.Bytes(int64(len(text))))
	f.copy.SetText(ui.Tr("copy.label"), text)
	f.show()
	return true
}

func (f *collapsible) show() {
	ui.SetVisible(f.box, f.text != "")
	ui.SetVisible(f.back, f.open)
	icon := theme.MenuExpandIcon()
	if f.open {
		icon = theme.MenuDropDownIcon()
	}
	f.toggle.Set(icon, f.toggle.Text())
}

// cut leaves n letters of a text.
func cut(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}
