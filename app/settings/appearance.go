package settings

import (
	"slices"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// appearanceSettings are the language, the theme, the size of texts and what the tray icon shows.
type appearanceSettings struct {
	language, theme, size, tray *widget.Segment
	card                        *widget.Card
}

// What the segments choose, in their order.
var (
	languages = [...]string{"", "en", "zh-Hans"}
	themes    = [...]string{"", "light", "dark"}
	textSizes = [...]float32{0.8, 1, 1.25, 1.5, 2}
	trayShows = [...]string{config.TrayInFlight, config.TrayPending, config.TrayBusy}
)

func newAppearanceSettings(p *Page) *appearanceSettings {
	l := &appearanceSettings{}
	// A language's name is not translated: who cannot read the window must find it.
	l.language = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.Language = languages[i] }) },
		ui.Tr("settings.system"), "English", "中文")
	l.theme = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.Theme = themes[i] }) },
		ui.Tr("settings.system"), ui.Tr("settings.light"), ui.Tr("settings.dark"))
	l.size = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.TextSize = textSizes[i] }) },
		"80 %", "100 %", "125 %", "150 %", "200 %")
	l.tray = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.Tray = trayShows[i] }) },
		ui.Tr("settings.tray_in_flight"), ui.Tr("settings.tray_pending"), ui.Tr("settings.tray_busy"))
	l.card = section(ui.Tr("settings.look"), settingLine(ui.Tr("settings.language"), l.language),
		settingLine(ui.Tr("settings.theme"), l.theme), settingLine(ui.Tr("settings.text_size"), l.size),
		ui.Explained(settingLine(ui.Tr("settings.tray"), l.tray), ui.Caption(ui.Tr("settings.tray_why"))))
	return l
}

func (l *appearanceSettings) show(d config.Desktop) {
	l.language.Choose(slices.Index(languages[:], d.Language))
	l.theme.Choose(slices.Index(themes[:], d.Theme))
	if d.TextSize == 0 {
		d.TextSize = 1
	}
	l.size.Choose(slices.Index(textSizes[:], d.TextSize))
	l.tray.Choose(slices.Index(trayShows[:], d.Tray))
}
