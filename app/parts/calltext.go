package parts

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// Standing is how a call stands, in a word and in a dot.
type Standing struct {
	Word string
	Dot  fyne.ThemeColorName
	Ring bool                // the dot is empty
	Ink  fyne.ThemeColorName // of the word
}

// StandingOf says how a call stands.
func StandingOf(r viewmodel.CallRow) Standing {
	switch r.Phase {
	case proxy.Queued:
		return Standing{placeText(r.Place), theme.ColorNameWarning, true, widget.ColorPendingText}
	case proxy.Waiting:
		return Standing{ui.TrText("call.waiting", ui.TrLeft(r.Left)), theme.ColorNameWarning, false, widget.ColorPendingText}
	case proxy.Connecting:
		return Standing{ui.Tr("call.connecting"), theme.ColorNamePrimary, true, ""}
	case proxy.Streaming:
		return Standing{ui.Tr("call.streaming"), theme.ColorNamePrimary, false, ""}
	}
	switch {
	case r.Failed:
		return Standing{classText(r.Class), theme.ColorNameError, false, theme.ColorNameError}
	case r.Class != ledger.OK:
		return Standing{classText(r.Class), widget.ColorMuted, true, widget.ColorMuted}
	}
	return Standing{ui.Tr("call.ok"), theme.ColorNameSuccess, false, widget.ColorMuted}
}

// placeText is where in its queue a call stands; place 0 = it is in none just now.
func placeText(place int) string {
	switch place {
	case 0:
		return ui.Tr("call.queued")
	case 1:
		return ui.Tr("call.next")
	}
	return ui.TrNth("call.place", place)
}

// classText is what became of a call, in two words.
func classText(c ledger.Class) string {
	switch c {
	case ledger.OK:
		return ui.Tr("call.ok")
	case ledger.RateLimit:
		return ui.Tr("class.rate_limit")
	case ledger.Overloaded:
		return ui.Tr("class.overloaded")
	case ledger.Quota:
		return ui.Tr("class.quota")
	case ledger.Auth:
		return ui.Tr("class.auth")
	case ledger.Invalid:
		return ui.Tr("class.invalid")
	case ledger.VendorFail:
		return ui.Tr("class.vendor")
	case ledger.Network:
		return ui.Tr("class.network")
	case ledger.Timeout:
		return ui.Tr("class.timeout")
	case ledger.Broken:
		return ui.Tr("class.broken")
	case ledger.Queue:
		return ui.Tr("class.queue")
	case ledger.NoVendor:
		return ui.Tr("class.no_vendor")
	case ledger.Gone:
		return ui.Tr("class.gone")
	case ledger.Stalled:
		return ui.Tr("class.stalled")
	case ledger.Cancelled:
		return ui.Tr("call.cancelled")
	case ledger.Stopped:
		return ui.Tr("class.stopped")
	}
	return ui.Tr("class.internal")
}

// WhoText is where a call is and whose it is: "zhipu · 4f2a91c4 · sub-agent".
func WhoText(r viewmodel.CallRow) string {
	return ui.Joined(r.Vendor, r.Session, ui.When(r.Agent, "call.agent"))
}

// CallLabel is what a screen reader says of a call that can be opened.
func CallLabel(r viewmodel.CallRow) string {
	return ui.TrText("call.open", ui.Joined(StandingOf(r).Word, r.Model, WhoText(r)))
}

// The measures that the rows of calls have in common.
const (
	CallLine     = 18 // the height of a line
	CallDot      = 16 // the room of the dot
	CallStanding = 116
	CallTook     = 64
)

// LedgerText says in the user's language what is wrong with the call history, "" if nothing is.
func LedgerText(s ledger.Stats) string {
	var all []string
	if s.Unwritten != "" {
		all = append(all, ui.TrPair("ledger.unwritten", s.Unwritten, strconv.Itoa(s.Waiting)))
	}
	if s.Held > 0 {
		all = append(all, ui.TrExact("ledger.held", s.Held))
	}
	if s.Aside != "" {
		all = append(all, ui.TrText("ledger.aside", s.Aside))
	}
	if len(all) == 0 {
		return s.Problem
	}
	return ui.Joined(all...)
}
