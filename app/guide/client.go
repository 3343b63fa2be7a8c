package guide

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// clientProxy are what the third step asks of the proxy. All of it reads or writes files, and is not for the UI's goroutine.
type clientProxy interface {
	Clients() []connect.Status
	Variables(with connect.Credentials) []connect.Variable
	Connect(id string, with connect.Choice) error
	Disconnect(id string) ([]connect.Restored, error)
}

// clientStep is the guide's third step: Claude Code is pointed at the proxy, by one press or by a line to copy.
type clientStep struct {
	page   *Page
	shown  connect.Status
	login  connect.Credentials // that were chosen; "" = as they are shown
	copied bool                // the line was

	connect *widget.Button
	choice  *widget.Button // of the credentials
	state   *widget.Text
	found   *parts.FindingList
	line    *widget.Code
	copy    *ui.CopyButton
	step    *step
}

func newClientStep(page *Page) *clientStep {
	c := &clientStep{page: page, state: widget.NewText("", widget.Style{Color: widget.ColorMuted})}
	c.connect = widget.NewButton(widget.Primary, theme.LoginIcon(), ui.Tr("guide.connect"), c.press)
	c.choice = widget.NewButton(widget.Plain, theme.MenuDropDownIcon(), "", c.choose)
	c.choice.Hide()
	c.found = parts.NewFindingList(func() { c.send(true) })
	d := page.desk
	d.Copy = func(text string) {
		page.desk.Copy(text)
		c.copied = true
		c.tick()
	}
	c.copy = ui.NewCopyButton(d, widget.Plain, page.tidy)
	c.line = widget.NewCode(c.copy.Button)
	one := container.New(layout.NewCustomPaddedHBoxLayout(8), c.connect, c.choice, c.state)
	c.step = newStep("3", ui.Tr("guide.client"), ui.Tr("guide.client_press"),
		container.New(layout.NewCustomPaddedVBoxLayout(8), one, c.found.Box, c.line))
	return c
}

// clientState is what the step shows.
type clientState struct {
	client    connect.Status
	known     bool // the client's file could be read
	variables []connect.Variable
}

// ask reads files, and is not for the UI's goroutine.
func (c *clientStep) ask(login connect.Credentials) (now clientState) {
	for _, client := range c.page.svc.Clients() {
		if client.ID == clientID {
			now.client, now.known = client, client.State != connect.Unreadable
		}
	}
	now.variables = c.page.svc.Variables(login)
	return now
}

func (c *clientStep) set(now clientState) {
	if len(now.variables) > 0 {
		c.lines(parts.ExportAll(now.variables, true), parts.ExportAll(now.variables, false))
	}
	if !now.known {
		return
	}
	c.shown = now.client
	on := c.shown.State == connect.Connected
	if on {
		c.login = connect.Usual // it is in the file now
	}
	c.state.Set(ui.When(on, "guide.connected"))
	if on {
		c.connect.Set(theme.ContentUndoIcon(), ui.Tr("guide.disconnect"))
	} else {
		c.connect.Set(theme.LoginIcon(), ui.Tr("guide.connect"))
	}
	if c.shown.Overridden() != nil {
		c.state.Set(ui.Tr("clients.overridden"))
	}
	c.name()
	c.found.Set(c.shown)
	c.tick()
}

// address shows the lines for a proxy that listens there, until more is known.
func (c *clientStep) address(addr string, noLogin bool) {
	if c.shown.ID == "" {
		line := parts.ExportLine(addr, noLogin)
		c.lines(line, line)
	}
}

func (c *clientStep) lines(seen, copied string) {
	c.copy.SetText(ui.Tr("copy.label"), copied)
	if c.line.Set(seen) {
		c.page.tidy()
	}
}

// name shows what Claude Code would sign its calls with, where there is a choice.
func (c *clientStep) name() {
	ui.SetVisible(c.choice, len(c.shown.LoginVendors) > 0)
	c.choice.Label = ui.TrText("clients.choose_login", parts.LoginName(c.chosen()))
	c.choice.Set(theme.MenuDropDownIcon(), parts.LoginName(c.chosen()))
}

func (c *clientStep) chosen() connect.Credentials {
	if c.login != connect.Usual {
		return c.login
	}
	return c.shown.Credentials
}

// choose opens a menu of what Claude Code may sign its calls with.
func (c *clientStep) choose() {
	var items []*fyne.MenuItem
	for _, login := range []connect.Credentials{connect.Placeholder, connect.Own} {
		items = append(items, &fyne.MenuItem{Label: parts.LoginName(login), Checked: login == c.chosen(), Action: func() { c.chooseLogin(login) }})
	}
	ui.MenuBelow(c.choice, items...)
}

// chooseLogin takes the user's choice. A connected client is connected with it at once.
func (c *clientStep) chooseLogin(login connect.Credentials) {
	if login == c.chosen() {
		return
	}
	c.login = login
	if c.shown.State == connect.Connected {
		c.send(false)
		return
	}
	c.name()
	c.page.again() // the lines are others
}

func (c *clientStep) tick() {
	c.step.tick(c.shown.State == connect.Connected && c.shown.Overridden() == nil || c.copied)
	c.page.tidy()
}

// press connects, or takes that back.
func (c *clientStep) press() {
	if c.shown.State != connect.Connected {
		c.send(false)
		return
	}
	c.change(func() error {
		_, err := c.page.svc.Disconnect(clientID)
		return err
	})
}

// send connects Claude Code with what was chosen.
func (c *clientStep) send(setAside bool) {
	with := connect.Choice{Credentials: c.chosen(), SetAside: setAside}
	c.change(func() error { return c.page.svc.Connect(clientID, with) })
}

func (c *clientStep) change(work func() error) {
	c.page.work.Do(work, func(err error) {
		c.page.report(err, "guide.not_connected")
		c.page.again()
	})
}
