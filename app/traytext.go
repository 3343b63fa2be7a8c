package app

import (
	"strconv"
	"strings"

	"afterglow/app/viewmodel"
	"afterglow/proxy/config"
)

// tooltip is the board in one line: "3 in flight · 2 queued · glm-5.1".
func tooltip(b viewmodel.Board) string {
	switch {
	case b.Down && b.Rejected.Vendor != "":
		return rejected(b.Rejected)
	case b.Down:
		return tr("tooltip.down")
	case b.Paused:
		return tr("tooltip.paused")
	case len(b.Busy) == 0:
		return tr("tooltip.idle")
	}
	parts := []string{trN("tooltip.in_flight", b.Totals.InFlight)}
	if b.Totals.Pending > 0 {
		parts = append(parts, trN("tooltip.queued", b.Totals.Pending))
	}
	return strings.Join(append(parts, b.Lead().Model), " · ")
}

// numberOf is what stands beside an icon of one colour, "" for nothing.
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
		return tooltip(b)
	}
	line := trN("tooltip.in_flight", b.Totals.InFlight)
	if b.Totals.Pending > 0 {
		line += " · " + trN("tooltip.queued", b.Totals.Pending)
	}
	return line
}
