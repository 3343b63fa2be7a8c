package app

import (
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// guideConnect is the guide's third step: Claude Code is pointed at the proxy, by one press or by a line to copy.
type guideConnect struct {
	page   *guidePage
	on     bool // it is connected
	copied bool // the line was

	connect *widget.Button
	state   *widget.Text
	line    *widget.Code
	copy    *copyButton
	step    *guideStep
}

func newGuideConnect(page *guidePage) *guideConnect {
	c := &guideConnect{page: page, state: widget.NewText("", widget.Style{Color: widget.ColorMuted})}
	c.connect = widget.NewButton(widget.Primary, theme.LoginIcon(), tr("guide.connect"), c.press)
	d := page.desk
	d.copy = func(text string) {
		page.desk.copy(text)
		c.copied = true
		c.tick()
	}
	c.copy = newCopyButton(d, widget.Plain, page.tidy)
	c.line = widget.NewCode(c.copy.Button)
	one := container.New(layout.NewCustomPaddedHBoxLayout(8), c.connect, c.state)
	c.step = newGuideStep("3", tr("guide.client"), tr("guide.client_press"), container.New(layout.NewCustomPaddedVBoxLayout(8), one, c.line))
	return c
}

// ask says whether it is connected. It reads files, and is not for the UI's goroutine.
func (c *guideConnect) ask() (connected, can bool) {
	for _, client := range c.page.svc.Clients() {
		if client.ID == guideClient {
			return client.State == connect.Connected, client.State != connect.Unreadable
		}
	}
	return false, false
}

func (c *guideConnect) set(connected, can bool) {
	if !can {
		return
	}
	c.on = connected
	c.state.Set(when(connected, "guide.connected"))
	if connected {
		c.connect.Set(theme.ContentUndoIcon(), tr("guide.disconnect"))
	} else {
		c.connect.Set(theme.LoginIcon(), tr("guide.connect"))
	}
	c.tick()
}

func (c *guideConnect) tick() {
	c.step.tick(c.on || c.copied)
	c.page.tidy()
}

// press connects, or takes that back.
func (c *guideConnect) press() {
	work := func() error { return c.page.svc.Connect(guideClient, connect.Choice{}) }
	if c.on {
		work = func() error {
			_, err := c.page.svc.Disconnect(guideClient)
			return err
		}
	}
	c.page.work.do(work, func(err error) {
		c.page.report(err, "guide.not_connected")
		c.page.again()
	})
}

// address shows the line for a proxy that listens there.
func (c *guideConnect) address(addr string) {
	line := exportLine(addr)
	c.line.Set(line)
	c.copy.set(tr("copy.label"), line)
}
