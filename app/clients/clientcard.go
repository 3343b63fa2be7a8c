package clients

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// clientCard is one coding agent: where its calls go, and the button that changes that.
type clientCard struct {
	page   *Page
	shown  connect.Status
	vendor string              // the one that was chosen, "" = the first
	chosen connect.Credentials // those that were chosen, "" = as it is shown
	busy   bool

	dot     *widget.Dot
	state   *widget.Text
	file    *widget.Name
	why     *fynewidget.Label
	choice  *widget.Button // of the vendor, or of the credentials
	found   *parts.FindingList
	connect *widget.Button
	undo    *widget.Button
	card    *widget.Card
}

func newClientCard(c connect.Status, page *Page) *clientCard {
	v := &clientCard{
		page: page,
		dot:  widget.NewDot(), state: widget.NewText("", widget.Style{Color: widget.ColorMuted}),
		file: widget.NewName("", ui.CaptionStyle), why: fynewidget.NewLabel(""),
	}
	v.why.Wrapping, v.why.SizeName, v.why.Importance = fyne.TextWrapWord, theme.SizeNameCaptionText, fynewidget.LowImportance
	v.choice = widget.NewButton(widget.Quiet, theme.MenuDropDownIcon(), "", v.choose)
	v.found = parts.NewFindingList(func() { v.send(true) })
	v.connect = widget.NewButton(widget.Primary, theme.LoginIcon(), ui.Tr("clients.connect"), func() { v.send(false) })
	v.undo = widget.NewButton(widget.Plain, theme.ContentUndoIcon(), ui.Tr("clients.disconnect"), func() {
		if !v.busy {
			id := v.shown.ID
			page.change(func(svc Proxy) ([]connect.Restored, error) { return svc.Disconnect(id) })
		}
	})
	name := widget.NewText(c.Name, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})
	head := container.New(layout.NewCustomPaddedHBoxLayout(8), name, container.New(layout.NewCustomPaddedLayout(0, 0, 4, 0), v.dot), v.state)
	top := container.NewBorder(nil, nil, head, container.New(layout.NewCustomPaddedHBoxLayout(8), v.choice, v.undo, v.connect))
	v.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(4), top,
		container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, -ui.TextInset, -ui.TextInset), v.why), v.file, v.found.Box))
	return v
}

// send connects the client with what was chosen.
func (v *clientCard) send(setAside bool) {
	if v.busy {
		return
	}
	id, with := v.shown.ID, connect.Choice{Vendor: v.vendor, Credentials: v.login(), SetAside: setAside}
	v.page.change(func(svc Proxy) ([]connect.Restored, error) { return nil, svc.Connect(id, with) })
}

// login is what the client signs its calls with once it is connected.
func (v *clientCard) login() connect.Credentials {
	if v.chosen != connect.Usual {
		return v.chosen
	}
	return v.shown.Credentials
}

func (v *clientCard) set(c connect.Status) {
	v.shown = c
	v.file.Set(c.File)
	color, ring := widget.ColorMuted, true
	switch {
	case c.Overridden() != nil:
		color, ring = theme.ColorNameWarning, false
	case c.State == connect.Connected:
		color, ring = theme.ColorNameSuccess, false
	case c.State == connect.Elsewhere:
		color = theme.ColorNameWarning
	case c.State == connect.Unreadable:
		color, ring = theme.ColorNameError, false
	}
	if c.State == connect.Connected {
		v.chosen = connect.Usual // it is in the file now
	}
	v.dot.Set(color, ring)
	v.state.Set(clientState(c))
	v.found.Set(c)
	v.arrange()
}

// arrange shows the buttons that mean something.
func (v *clientCard) arrange() {
	c := v.shown
	able := c.State != connect.Unreadable && (c.Chain || len(c.Vendors) > 0)
	on := c.State == connect.Connected
	ui.SetVisible(v.undo, on)
	ui.SetVisible(v.connect, able && !on)
	ui.SetVisible(v.choice, able && (len(c.LoginVendors) > 0 || !on && len(c.Vendors) > 0))
	switch {
	case len(c.LoginVendors) > 0:
		v.choice.Label = ui.TrText("clients.choose_login", parts.LoginName(v.login()))
		v.choice.Set(theme.MenuDropDownIcon(), parts.LoginName(v.login()))
	case len(c.Vendors) > 0:
		v.choice.Label = ui.TrText("clients.choose", v.target())
		v.choice.Set(theme.MenuDropDownIcon(), v.target())
	}
	v.why.SetText(clientWhy(c, v.login()))
}

// target is the vendor that the client would be connected to.
func (v *clientCard) target() string {
	for _, name := range v.shown.Vendors {
		if name == v.vendor {
			return name
		}
	}
	return v.shown.Vendors[0]
}

// choose opens a menu of the vendors that can serve the client, or of what it may sign its calls with.
func (v *clientCard) choose() {
	var items []*fyne.MenuItem
	if len(v.shown.LoginVendors) > 0 {
		for _, c := range []connect.Credentials{connect.Placeholder, connect.Own} {
			items = append(items, &fyne.MenuItem{Label: parts.LoginName(c), Checked: c == v.login(), Action: func() { v.chooseLogin(c) }})
		}
	} else {
		for _, name := range v.shown.Vendors {
			items = append(items, &fyne.MenuItem{Label: name, Checked: name == v.target(), Action: func() {
				v.vendor = name
				v.arrange()
				v.card.Refresh()
			}})
		}
	}
	ui.MenuBelow(v.choice, items...)
}

// chooseLogin takes the user's choice. A connected client is connected with it at once.
func (v *clientCard) chooseLogin(c connect.Credentials) {
	if v.busy || c == v.login() {
		return
	}
	v.chosen = c
	if v.shown.State == connect.Connected {
		v.send(false)
		return
	}
	v.arrange()
	v.card.Refresh()
	v.page.reload() // the lines for a shell are others
}

// rest lets the buttons do nothing while a file is being changed.
func (v *clientCard) rest(on bool) { v.busy = on }

// clientState says in a word or two where a client's calls go.
func clientState(c connect.Status) string {
	switch {
	case c.Overridden() != nil:
		return ui.Tr("clients.overridden")
	case c.State == connect.Connected:
		return ui.Tr("clients.connected")
	case c.State == connect.Elsewhere:
		return ui.TrText("clients.elsewhere", c.Address)
	case c.State == connect.Unreadable:
		return ui.Tr("clients.unreadable")
	}
	return ui.Tr("clients.apart")
}

// clientWhy says what connecting does, or why it cannot be done.
func clientWhy(c connect.Status, login connect.Credentials) string {
	names := strings.Join(c.LoginVendors, ", ")
	switch {
	case c.State == connect.Unreadable:
		return ui.ErrorText(c.Cause)
	case names != "" && login == connect.Own:
		return ui.TrText("clients.login_own_why", names)
	case names != "":
		return ui.TrText("clients.login_none_why", names)
	case c.Chain:
		return ui.Tr("clients.chain")
	case len(c.Vendors) > 0:
		return ui.Tr("clients.vendor")
	case c.ID == "codex":
		return ui.Tr("clients.no_responses")
	}
	return ui.Tr("clients.no_chat")
}
