// Package tray shows the proxy in the tray: the icon with its badge, the tooltip and the menu.
package tray

import (
	"context"
	"fmt"
	"time"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
)

// icon is where the tray shows itself: the desktop's, or a test's. It starts with the badge of the
// zero value, no texts, and a menu of items that are all visible, enabled and empty.
type icon interface {
	setIcon(png []byte)
	setTooltip(text string)
	setTitle(text string)
	setItem(place int, was, now menuItem)
}

// trayTick is the least time between two boards.
const trayTick = 250 * time.Millisecond

// Tray shows boards on an icon and its menu, and touches only what has changed. It is for one goroutine.
type Tray struct {
	On       icon
	Badges   *Badges
	OneColor bool          // the icon is always the same and the number stands next to it, as on macOS
	Shows    func() string // what of the board the number is, of config.Desktop.Tray
	shown    view
}

// Run keeps the tray in step with the service until ctx ends. An error means that the icon is gone:
// systray panics when the session bus has died.
func (t *Tray) Run(ctx context.Context, svc ui.Source) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("show tray icon: %v", cause)
		}
	}()
	ui.Watch(ctx, svc, trayTick, t.show)
	return nil
}

func (t *Tray) show(b viewmodel.Board) {
	was, now := t.shown, t.viewOf(b)
	t.shown = now
	if now.badge != was.badge {
		t.On.setIcon(t.Badges.Png(now.badge))
	}
	if now.title != was.title {
		t.On.setTitle(now.title)
	}
	if now.tooltip != was.tooltip {
		t.On.setTooltip(now.tooltip)
	}
	for place, item := range now.items {
		if item != was.items[place] {
			t.On.setItem(place, was.items[place], item)
		}
	}
}

// view is all that the tray shows of a board.
type view struct {
	badge   Badge
	title   string
	tooltip string
	items   [menuItems]menuItem
}

// menuItem is a line of the menu.
type menuItem struct {
	label    string
	hidden   bool
	disabled bool
	checked  bool
}

// busyLines is how many models the menu names.
const busyLines = 12

// The places of the menu. The items never move: a menu that is taken down and built again would close
// under the user's pointer.
const (
	trayTotals = 0
	trayKey    = 1 // of a vendor that rejected it
	trayBusy   = 2 // the first of busyLines
	trayMore   = trayBusy + busyLines
	trayOpen   = trayMore + 1 // below a line
	trayCopy   = trayMore + 2
	trayPause  = trayMore + 3
	trayQuit   = trayMore + 4 // below a line
	menuItems  = trayMore + 5
)

// tooltipLength is the longest tooltip: Windows has room for 127 UTF-16 units.
const tooltipLength = 120

// lineLength is the longest line of the menu.
const lineLength = 80

func (t *Tray) viewOf(b viewmodel.Board) view {
	v := view{tooltip: ui.Plain(Tooltip(b), tooltipLength)}
	if t.OneColor {
		v.title = numberOf(b, t.Shows())
	} else {
		v.badge, v.title = badgeOf(b, t.Shows()), ui.AppName
	}
	v.items[trayTotals] = menuItem{label: headline(b), disabled: true}
	v.items[trayKey].hidden = b.Rejected.Vendor == ""
	if b.Rejected.Vendor != "" {
		v.items[trayKey].label = ui.Plain(rejected(b.Rejected), lineLength)
	}
	for i := range busyLines {
		v.items[trayBusy+i].hidden = i >= len(b.Busy)
		if i < len(b.Busy) {
			v.items[trayBusy+i].label = ui.Plain(b.Busy[i].Line(), lineLength)
		}
	}
	more := len(b.Busy) - busyLines
	v.items[trayMore].hidden = more <= 0
	if more > 0 {
		v.items[trayMore].label = ui.TrN("tray.more", more)
	}
	line := parts.ExportLine(b.Addr, false) // what is copied may have more
	v.items[trayOpen].label = ui.Tr("tray.open")
	v.items[trayCopy] = menuItem{label: ui.TrText("tray.copy", line), hidden: line == ""}
	v.items[trayPause] = menuItem{label: ui.Tr("tray.pause"), checked: b.Paused}
	v.items[trayQuit].label = ui.Tr("tray.quit")
	return v
}
