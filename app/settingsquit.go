package app

import (
	"slices"

	"afterglow/app/ui"
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
		ui.Tr("settings.quit_always"), ui.Tr("settings.quit_ask"), ui.Tr("settings.quit_never"))
	line := settingLine(ui.Tr("settings.quit_clients"), s.choice)
	s.card = settingsCard(ui.Tr("settings.quit"), ui.Explained(line, ui.Caption(ui.Tr("settings.quit_why"))))
	return s
}

func (s *quitSettings) show(d config.Desktop) {
	s.choice.Choose(slices.Index(quitChoices, d.DisconnectOnQuit))
}
