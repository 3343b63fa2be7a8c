package app

import (
	"fyne.io/fyne/v2"

	"afterglow/app/settings"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/proxy/config"
)

// applyAppearance makes the window look as the user has chosen, at once, with the page in front where it was. It must run on the
// UI's goroutine.
func (w *mainWindow) applyAppearance(d config.Desktop) {
	was := w.chosen
	w.chosen = d
	by := float32(1)
	if d.TextSize != was.TextSize {
		by = w.grow(d.TextSize)
	}
	if d.Theme != was.Theme || d.TextSize != was.TextSize {
		fyne.CurrentApp().Settings().SetTheme(ui.Theme(d, w.bundled))
	}
	w.keepSize(by)
	if d.Language != was.Language {
		if err := ui.LoadTranslations(d.Language); err != nil {
			w.settings.Report(err) // a language of config.Languages is part of the program
			return
		}
		w.rebuild()
	}
}

// grow makes everything larger or smaller from the next theme on. It returns the factor, 1 if nothing changes.
func (w *mainWindow) grow(factor float32) float32 {
	by, err := w.zoom.Set(factor)
	if err != nil {
		w.settings.Report(err)
	}
	return by
}

// keepSize keeps the window as large as it was on the screen, as far as its content allows. Otherwise it would grow beyond
// the screen. On a visible window it must follow the theme: Fyne asks for the new size of the content as soon as the theme
// is set, with the window's size of that moment, and the last request counts.
func (w *mainWindow) keepSize(by float32) {
	if by == 1 {
		return
	}
	size := w.Canvas().Size()
	w.Fyne().Resize(fyne.NewSize(size.Width/by, size.Height/by))
}

// settingsOptions are what the Settings page needs in addition to the proxy.
func (w *mainWindow) settingsOptions() settings.Options {
	return settings.Options{Appearance: w.applyAppearance, Places: func() settings.Places { return w.places }, Login: w.autostart, Guide: w.openGuide}
}

// takeSystemFont draws Chinese with the system's font from now on.
func (w *mainWindow) takeSystemFont() {
	w.bundled = false
	fyne.CurrentApp().Settings().SetTheme(ui.Theme(w.chosen, false))
	w.rebuild() // the new font has other widths
}

// rebuild makes the pages again: their texts and the sizes of their columns are made when they are.
func (w *mainWindow) rebuild() {
	settings, gauge, call, activity, vendor, guide := w.settings, w.gauge, w.call, w.activity, w.vendor, w.guide
	focused := settings.Focused(w.Canvas())
	w.Refill(func() window.Pages {
		pages := w.fill()
		w.gauge.TakeOver(gauge)
		w.call.TakeOver(call)
		w.activity.TakeOver(activity)
		w.vendor.TakeOver(vendor)
		w.guide.TakeOver(guide)
		return pages
	})
	w.complete()
	w.SetTray(w.tray)
	w.settings.Resume(settings, focused, w.Canvas())
}
