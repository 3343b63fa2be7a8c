package settings

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/desktop"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// Login is whether this program is started when the user logs in. It reads and writes files.
type Login interface {
	State() (desktop.StartAtLogin, error)
	Set(on bool) error
}

// startSettings are what is started when the user logs in, and whether the window opens then.
type startSettings struct {
	page   *Page
	login  *widget.Segment
	window *widget.Segment
	moved  *fyne.Container // says that another file is started, with a button that repairs it
	card   *widget.Card
}

func newStartSettings(p *Page) *startSettings {
	s := &startSettings{page: p}
	s.login = p.onOff(s.set)
	repair := p.button(theme.ViewRefreshIcon(), ui.Tr("settings.repair"), func() { s.set(true) })
	s.moved = container.NewBorder(nil, nil, nil, container.NewCenter(repair), ui.Sideways(ui.Caption(ui.Tr("settings.moved"))))
	s.moved.Hide()
	s.window = p.onOff(func(on bool) { p.changeDesktop(func(d *config.Desktop) { d.Hidden = !on }) })
	s.card = section(ui.Tr("settings.start"), container.New(layout.NewCustomPaddedVBoxLayout(6), settingLine(ui.Tr("settings.login"), s.login), s.moved),
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
func (s *startSettings) set(on bool) { s.ask(func() error { return s.page.means.Login.Set(on) }) }

func (s *startSettings) ask(before func() error) {
	p := s.page
	var at desktop.StartAtLogin
	p.tasks.Do(func() (failed error) {
		if before != nil {
			failed = before()
		}
		now, err := p.means.Login.State()
		at = now
		return cmp.Or(failed, err)
	}, func(failed error) {
		if before != nil || failed != nil {
			p.Report(failed)
		}
		if !p.tasks.Busy { // a choice that still waits is shown already
			s.showLogin(at)
		}
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

// quitSettings are what quitting does with connected clients.
type quitSettings struct {
	choice *widget.Segment
	card   *widget.Card
}

// quitChoices are in the order of the texts.
var quitChoices = []string{config.QuitAlways, config.QuitAsks, config.QuitNever}

func newQuitSettings(p *Page) *quitSettings {
	s := &quitSettings{}
	s.choice = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.DisconnectOnQuit = quitChoices[i] }) },
		ui.Tr("settings.quit_always"), ui.Tr("settings.quit_ask"), ui.Tr("settings.quit_never"))
	line := settingLine(ui.Tr("settings.quit_clients"), s.choice)
	s.card = section(ui.Tr("settings.quit"), ui.Explained(line, ui.Caption(ui.Tr("settings.quit_why"))))
	return s
}

func (s *quitSettings) show(d config.Desktop) {
	s.choice.Choose(slices.Index(quitChoices, d.DisconnectOnQuit))
}
