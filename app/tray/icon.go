package tray

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

// Settle is how long Fyne may take to put its own first icon and title in the tray once the app runs.
// It does so on a goroutine that nobody can wait for; what we showed before would be overwritten.
const Settle = 300 * time.Millisecond

// InOneColor tells that the system colours the icons of its tray itself.
const InOneColor = runtime.GOOS == "darwin"

// Attach makes Fyne start a tray together with the app, with the badge of the zero value. It takes
// over w's close intercept. open is called on any goroutine when the icon is clicked.
func Attach(a desktop.App, w fyne.Window, b *Badges, open func()) {
	systray.SetTitle(ui.AppName) // on Linux the item's Id, for good: without a title it is a process number
	if InOneColor {
		// Fyne takes a themed resource for an icon that the system is to colour.
		a.SetSystemTrayIcon(theme.NewThemedResource(fyne.NewStaticResource("glyph.svg", assets.Glyph)))
	} else {
		a.SetSystemTrayIcon(badgePicture(b.Png(Badge{})))
	}
	a.SetSystemTrayWindow(w)
	// In place of Fyne's own way to show the window, of which the window would not know.
	systray.SetOnTapped(open)
}

func badgePicture(png []byte) fyne.Resource { return fyne.NewStaticResource("badge.png", png) }

// desktopIcon is the tray that Attach made, once the app runs.
type desktopIcon struct {
	app   desktop.App
	items [menuItems]*systray.MenuItem
}

// NewIcon waits until the tray has settled and builds the menu. What the user clicks is done on
// goroutines that end with ctx. It is nil when ctx has ended already.
func NewIcon(ctx context.Context, a desktop.App, do Actions) *desktopIcon {
	if !ui.Sleep(ctx, Settle) {
		return nil
	}
	d := &desktopIcon{app: a}
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

// Actions are what the user can ask for in the menu. They are called on any goroutine.
type Actions struct{ Open, Copy, Pause, Quit func() }

func (a Actions) at(place int) func() {
	switch place {
	case trayCopy:
		return a.Copy
	case trayPause:
		return a.Pause
	case trayQuit:
		return a.Quit
	}
	return a.Open
}

func (d *desktopIcon) setIcon(png []byte) {
	d.app.SetSystemTrayIcon(badgePicture(png)) // it knows each system's format
}

func (d *desktopIcon) setTooltip(text string) { systray.SetTooltip(text) }

func (d *desktopIcon) setTitle(text string) { systray.SetTitle(text) }

func (d *desktopIcon) setItem(place int, was, now menuItem) {
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
