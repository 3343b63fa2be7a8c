package tray

import (
	"strconv"
	"strings"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy/config"
)

// Tooltip is the board in one line: "3 in flight · 2 queued · glm-5.1".
func Tooltip(b viewmodel.Board) string {
	switch {
	case b.Down && b.Rejected.Vendor != "":
		return rejected(b.Rejected)
	case b.Down:
		return ui.Tr("tooltip.down")
	case b.Paused:
		return ui.Tr("tooltip.paused")
	case len(b.Busy) == 0:
		return ui.Tr("tooltip.idle")
	}
	parts := []string{ui.TrN("tooltip.in_flight", b.Totals.InFlight)}
	if b.Totals.Pending > 0 {
		parts = append(parts, ui.TrN("tooltip.queued", b.Totals.Pending))
	}
	return strings.Join(append(parts, b.Lead().Model), " · ")
}

// numberOf is what stands next to an icon of one colour, "" for nothing.
func numberOf(b viewmodel.Board, shows string) string {
	switch {
	case shows == config.TrayPending && b.Totals.Pending > 0:
		return strconv.Itoa(b.Totals.InFlight) + "+" + strconv.Itoa(b.Totals.Pending)
	case b.Totals.InFlight > 0:
		return strconv.Itoa(b.Totals.InFlight)
	}
	return ""
}

// headline is the menu's first line: the totals, or where there are none, what the tooltip says.
func headline(b viewmodel.Board) string {
	if b.Totals.InFlight == 0 && b.Totals.Pending == 0 {
		return Tooltip(b)
	}
	line := ui.TrN("tooltip.in_flight", b.Totals.InFlight)
	if b.Totals.Pending > 0 {
		line += " · " + ui.TrN("tooltip.queued", b.Totals.Pending)
	}
	return line
}

// rejected says which vendor did not take its key or sign-in, and which key that is.
func rejected(h viewmodel.Head) string {
	if h.SignIn.Provider != "" {
		return ui.TrText("tray.rejected", h.Title)
	}
	return ui.TrPair("tray.key_rejected", h.Title, parts.KeyPlace(h.Key, h.KeyVar))
}
