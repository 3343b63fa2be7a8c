package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// clientCard is one coding agent: where its calls go, and the button that changes that.
type clientCard struct {
	shown  connect.Status
	vendor string // the one that was chosen, "" = the first
	busy   bool
	change func(do func(ClientService) ([]connect.Restored, error))

	dot     *widget.Dot
	state   *widget.Text
	file    *widget.Name
	why     *fynewidget.Label
	choice  *widget.Button
	connect *widget.Button
	undo    *widget.Button
	card    *widget.Card
}

func newClientCard(c connect.Status, d desk, change func(do func(ClientService) ([]connect.Restored, error))) *clientCard {
	v := &clientCard{
		change: change,
		dot:    widget.NewDot(), state: widget.NewText("", widget.Style{Color: widget.ColorMuted}),
		file: widget.NewName("", captionStyle), why: fynewidget.NewLabel(""),
	}
	v.why.Wrapping, v.why.SizeName, v.why.Importance = fyne.TextWrapWord, theme.SizeNameCaptionText, fynewidget.LowImportance
	v.choice = widget.NewButton(widget.Quiet, theme.MenuDropDownIcon(), "", v.choose)
	v.connect = widget.NewButton(widget.Primary, theme.LoginIcon(), tr("clients.connect"), func() {
		if !v.busy {
			id, vendor := v.shown.ID, v.vendor
			change(func(svc ClientService) ([]connect.Restored, error) {
				return nil, svc.Connect(id, connect.Choice{Vendor: vendor})
			})
		}
	})
	v.undo = widget.NewButton(widget.Plain, theme.ContentUndoIcon(), tr("clients.disconnect"), func() {
		if !v.busy {
			id := v.shown.ID
			change(func(svc ClientService) ([]connect.Restored, error) { return svc.Disconnect(id) })
		}
	})
	name := widget.NewText(c.Name, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})
	head := container.New(layout.NewCustomPaddedHBoxLayout(8), name, container.New(layout.NewCustomPaddedLayout(0, 0, 4, 0), v.dot), v.state)
	top := container.NewBorder(nil, nil, head, container.New(layout.NewCustomPaddedHBoxLayout(8), v.choice, v.undo, v.connect))
	v.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(4), top,
		container.New(layout.NewCustomPaddedLayout(-textInset, -textInset, -textInset, -textInset), v.why), v.file))
	return v
}

func (v *clientCard) set(c connect.Status) {
	v.shown = c
	v.file.Set(c.File)
	color, ring := widget.ColorMuted, true
	switch c.State {
	case connect.Connected:
		color, ring = theme.ColorNameSuccess, false
	case connect.Elsewhere:
		color = theme.ColorNameWarning
	case connect.Unreadable:
		color, ring = theme.ColorNameError, false
	}
	v.dot.Set(color, ring)
	v.state.Set(clientState(c))
	v.why.SetText(clientWhy(c))
	v.arrange()
}

// arrange shows the buttons that mean something.
func (v *clientCard) arrange() {
	c := v.shown
	able := c.State != connect.Unreadable && (c.Chain || len(c.Vendors) > 0)
	setVisible(v.undo, c.State == connect.Connected)
	setVisible(v.connect, able && c.State != connect.Connected)
	setVisible(v.choice, able && c.State != connect.Connected && len(c.Vendors) > 0)
	if len(c.Vendors) > 0 {
		chosen := v.chosen()
		v.choice.Label = trText("clients.choose", chosen)
		v.choice.Set(theme.MenuDropDownIcon(), chosen)
	}
}

// chosen is the vendor that the client would be connected to.
func (v *clientCard) chosen() string {
	for _, name := range v.shown.Vendors {
		if name == v.vendor {
			return name
		}
	}
	return v.shown.Vendors[0]
}

// choose opens a menu of the vendors that can serve the client.
func (v *clientCard) choose() {
	var items []*fyne.MenuItem
	for _, name := range v.shown.Vendors {
		items = append(items, &fyne.MenuItem{Label: name, Checked: name == v.chosen(), Action: func() {
			v.vendor = name
			v.arrange()
			v.card.Refresh()
		}})
	}
	menuBelow(v.choice, items...)
}

// rest lets the buttons do nothing while a file is being changed.
func (v *clientCard) rest(on bool) { v.busy = on }

// clientState says in a word or two where a client's calls go.
func clientState(c connect.Status) string {
	switch c.State {
	case connect.Connected:
		return tr("clients.connected")
	case connect.Elsewhere:
		return trText("clients.elsewhere", c.Address)
	case connect.Unreadable:
		return tr("clients.unreadable")
	}
	return tr("clients.apart")
}

// clientWhy says what connecting does, or why it cannot be done.
func clientWhy(c connect.Status) string {
	switch {
	case c.State == connect.Unreadable:
		return c.Error
	case c.Chain:
		return tr("clients.chain")
	case len(c.Vendors) > 0:
		return tr("clients.vendor")
	case c.ID == "codex":
		return tr("clients.no_responses")
	}
	return tr("clients.no_chat")
}
