package app

import (
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/assets"
	"afterglow/proxy/config"
)

// ShowStartupError says in a window why Afterglow cannot start: a program that a menu started has no terminal. file is the
// configuration, "" where it is not to blame. It runs a, and so must be called on the main goroutine; it returns when the
// user has closed the window.
func ShowStartupError(a fyne.App, mistake error, file string) error {
	if err := ui.LoadTranslations(""); err != nil {
		return err
	}
	a.SetIcon(fyne.NewStaticResource("afterglow.svg", assets.Icon))
	a.Settings().SetTheme(ui.Theme(config.Desktop{}, true))
	newStartupError(a, mistake, file).ShowAndRun()
	return nil
}

func newStartupError(a fyne.App, mistake error, file string) fyne.Window {
	w := a.NewWindow(ui.Tr("window.title"))
	said := widget.NewNotice(widget.Problem, nil)
	said.Set(ui.ErrorText(mistake))
	quit := widget.NewButton(widget.Primary, theme.CancelIcon(), ui.Tr("mistake.quit"), a.Quit)
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(8), layout.NewSpacer())
	if file != "" {
		buttons.Add(widget.NewButton(widget.Plain, theme.FolderOpenIcon(), ui.Tr("mistake.folder"), func() {
			if err := ui.Opener(a)(ui.FileURL(filepath.Dir(file))); err != nil {
				said.Set(ui.ErrorText(err))
			}
		}))
	}
	buttons.Add(quit)
	w.SetPadded(false)
	w.SetContent(container.New(layout.NewCustomPaddedLayout(ui.PageMargin, ui.PageMargin, ui.PageMargin, ui.PageMargin), container.New(layout.NewCustomPaddedVBoxLayout(12),
		widget.NewText(ui.Tr("mistake.title"), widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText}), said,
		widget.NewText(ui.Tr("mistake.then"), ui.CaptionStyle), buttons)))
	w.Resize(fyne.NewSize(560, 200))
	w.Canvas().Focus(quit)
	return w
}
