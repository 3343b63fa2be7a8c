package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/desktop"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// loginStart is whether this program is started when the user logs in. It reads and writes files.
type loginStart interface {
	State() (desktop.StartAtLogin, error)
	Set(on bool) error
}

// startSettings are what is started when the user logs in, and whether the window opens then.
type startSettings struct {
	page   *settingsPage
	login  *widget.Segment
	window *widget.Segment
	moved  *fyne.Container // says that another file is started, with a button that repairs it
	card   *widget.Card
}

func newStartSettings(p *settingsPage) *startSettings {
	s := &startSettings{page: p}
	s.login = p.onOff(s.set)
	repair := p.button(theme.ViewRefreshIcon(), ui.Tr("settings.repair"), func() { s.set(true) })
	s.moved = container.NewBorder(nil, nil, nil, container.NewCenter(repair), ui.Sideways(ui.Caption(ui.Tr("settings.moved"))))
	s.moved.Hide()
	s.window = p.onOff(func(on bool) { p.changeDesktop(func(d *config.Desktop) { d.Hidden = !on }) })
	s.card = settingsCard(ui.Tr("settings.start"), container.New(layout.NewCustomPaddedVBoxLayout(6), settingLine(ui.Tr("settings.login"), s.login), s.moved),
		ui.Explained(settingLine(ui.Tr("settings.window"), s.window), ui.Caption(ui.Tr("settings.window_why"))))
	return s
}

func (s *startSettings) show(d config.Desktop) {
	s.window.Choose(1)
	if d.Hidden {
		s.window.Choose(0)
	}
}

// read asks what is started at login, and shows it.
func (s *startSettings) read() { s.ask(nil) }

// set changes what is started at login. What could not be changed goes back.
func (s *startSettings) set(on bool) { s.ask(func() error { return s.page.means.login.Set(on) }) }

func (s *startSettings) ask(before func() error) {
	p := s.page
	p.desk.Off(func() {
		var failed error
		if before != nil {
			failed = before()
		}
		at, err := p.means.login.State()
		if failed == nil {
			failed = err
		}
		p.desk.Run(func() {
			if before != nil || failed != nil {
				p.report(failed)
			}
			s.showLogin(at)
		})
	})
}

func (s *startSettings) showLogin(at desktop.StartAtLogin) {
	s.login.Choose(1)
	if at == desktop.NotAtLogin {
		s.login.Choose(0)
	}
	if moved := at == desktop.OtherAtLogin; moved != s.moved.Visible() {
		ui.SetVisible(s.moved, moved)
		s.page.settle()
	}
}
