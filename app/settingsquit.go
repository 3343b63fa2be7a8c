package app

import (
	"slices"

	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// quitSettings are what quitting does with connected clients.
type quitSettings struct {
	choice *widget.Segment
	card   *widget.Card
}

// quitChoices are in the order of the texts.
var quitChoices = []string{config.QuitAlways, config.QuitAsks, config.QuitNever}

func newQuitSettings(p *settingsPage) *quitSettings {
	s := &quitSettings{}
	s.choice = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.DisconnectOnQuit = quitChoices[i] }) },
		tr("settings.quit_always"), tr("settings.quit_ask"), tr("settings.quit_never"))
	line := settingLine(tr("settings.quit_clients"), s.choice)
	s.card = settingsCard(tr("settings.quit"), explained(line, caption(tr("settings.quit_why"))))
	return s
}

func (s *quitSettings) show(d config.Desktop) {
	s.choice.Choose(slices.Index(quitChoices, d.DisconnectOnQuit))
}
