package app

import (
	"context"
	"runtime"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/systray"

	"afterglow/app/ui"
	"afterglow/assets"
)

// traySettle is how long Fyne may take to put its own first icon and title in the tray once the app runs.
// It does so on a goroutine that nobody can wait for; what we showed before would be overwritten.
const traySettle = 300 * time.Millisecond

// trayInOneColor tells that the system colours the icons of its tray itself.
const trayInOneColor = runtime.GOOS == "darwin"

// attachTray makes Fyne start a tray together with the app, with the badge of the zero value. It takes
// over w's close intercept. open is called on any goroutine when the icon is clicked.
func attachTray(a desktop.App, w fyne.Window, b *badges, open func()) {
	systray.SetTitle(ui.AppName) // on Linux the item's Id, for good: without a title it is a process number
	if trayInOneColor {
		// Fyne takes a themed resource for an icon that the system is to colour.
		a.SetSystemTrayIcon(theme.NewThemedResource(fyne.NewStaticResource("glyph.svg", assets.Glyph)))
	} else {
		a.SetSystemTrayIcon(badgePicture(b.png(badge{})))
	}
	a.SetSystemTrayWindow(w)
	// In place of Fyne's own way to show the window, of which the window would not know.
	systray.SetOnTapped(open)
}

func badgePicture(png []byte) fyne.Resource { return fyne.NewStaticResource("badge.png", png) }

// desktopTray is the tray that attachTray made, once the app runs.
type desktopTray struct {
	app   desktop.App
	items [trayItems]*systray.MenuItem
}

// newDesktopTray waits until the tray has settled and builds the menu. What the user clicks is done on
// goroutines that end with ctx. It is nil when ctx has ended already.
func newDesktopTray(ctx context.Context, a desktop.App, do trayActions) *desktopTray {
	if !ui.Sleep(ctx, traySettle) {
		return nil
	}
	d := &desktopTray{app: a}
	for place := range d.items {
		if place == trayOpen || place == trayQuit {
			systray.AddSeparator()
		}
		if place == trayPause {
			d.items[place] = systray.AddMenuItemCheckbox("", "", false)
		} else {
			d.items[place] = systray.AddMenuItem("", "")
		}
		go onClick(ctx, d.items[place].ClickedCh, do.at(place))
	}
	return d
}

func onClick(ctx context.Context, clicked <-chan struct{}, do func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-clicked:
			do()
		}
	}
}

// trayActions are what the user can ask for in the menu. They are called on any goroutine.
type trayActions struct{ open, copy, pause, quit func() }

func (a trayActions) at(place int) func() {
	switch place {
	case trayCopy:
		return a.copy
	case trayPause:
		return a.pause
	case trayQuit:
		return a.quit
	}
	return a.open
}

func (d *desktopTray) setIcon(png []byte) {
	d.app.SetSystemTrayIcon(badgePicture(png)) // it knows each system's format
}

func (d *desktopTray) setTooltip(text string) { systray.SetTooltip(text) }

func (d *desktopTray) setTitle(text string) { systray.SetTitle(text) }

func (d *desktopTray) setItem(place int, was, now trayItem) {
	item := d.items[place]
	if now.hidden {
		item.Hide()
		return
	}
	if was.hidden || now.label != was.label {
		item.SetTitle(menuLabel(runtime.GOOS, now.label))
	}
	if was.hidden {
		item.Show()
	}
	if now.disabled && !item.Disabled() {
		item.Disable()
	}
	switch {
	case now.checked && !item.Checked():
		item.Check()
	case !now.checked && item.Checked():
		item.Uncheck()
	}
}

// menuLabel is a label in which no character stands for a key: D-Bus menus underline the letter after an
// underscore, Windows the one after an ampersand.
func menuLabel(system, label string) string {
	switch system {
	case "darwin":
		return label
	case "windows":
		return strings.ReplaceAll(label, "&", "&&")
	}
	return strings.ReplaceAll(label, "_", "__")
}
