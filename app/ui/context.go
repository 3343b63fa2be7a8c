package ui

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/limiter"
)

// Context is what a page needs of the window.
type Context struct {
	Run  func(func())            // on the UI's goroutine
	Off  func(work func())       // does work that may take a while, away from the UI's goroutine; nil = on a goroutine of its own
	Copy func(text string)       // to the clipboard
	Open func(page string) error // in the browser
}

// Navigator is how a page opens another.
type Navigator struct {
	Gauge func(k limiter.Key)
	Call  func(number int)
	Calls func(query string) // the list of calls, filtered
	Back  func()
	Form  func() // of the vendor that was opened last
	Guide func()
}

// menuGap is the room between what opens a menu and the menu.
const menuGap = 4

// MenuBelow opens a menu below an object that is shown.
func MenuBelow(o fyne.CanvasObject, items ...*fyne.MenuItem) {
	driver := fyne.CurrentApp().Driver()
	if c := driver.CanvasForObject(o); c != nil {
		below := driver.AbsolutePositionForObject(o).AddXY(0, o.Size().Height+menuGap)
		fynewidget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), c, below)
	}
}

// FileURL is the address of a folder, for the program that shows folders.
func FileURL(dir string) string {
	path := filepath.ToSlash(dir)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive of Windows
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// Opener opens a page in the user's browser.
func Opener(a fyne.App) func(string) error {
	return func(page string) error {
		u, err := url.Parse(page)
		if err != nil {
			return fmt.Errorf("open page: %w", err)
		}
		return a.OpenURL(u)
	}
}

// Focus gives a part of a page the focus. What has just come to the page knows its canvas only once it was drawn.
func Focus(o fyne.Focusable) {
	driver := fyne.CurrentApp().Driver()
	c := driver.CanvasForObject(o.(fyne.CanvasObject))
	if windows := driver.AllWindows(); c == nil && len(windows) > 0 {
		c = windows[0].Canvas()
	}
	if c != nil {
		c.Focus(o)
	}
}

// Go does work that may take a while, away from the UI's goroutine.
func (d Context) Go(work func()) {
	if d.Off != nil {
		d.Off(work)
	} else {
		go work()
	}
}

// Follow reads what a page shows and shows it, at once and then at an interval until ctx ends. read may take a while, and is
// not called on the UI's goroutine. Nothing is shown after ctx has ended, provided that ctx is ended on the UI's goroutine.
func (d Context) Follow(ctx context.Context, every time.Duration, read func() (show func())) {
	for {
		show := read()
		d.Run(func() {
			if ctx.Err() == nil {
				show()
			}
		})
		if !Sleep(ctx, every) {
			return
		}
	}
}
