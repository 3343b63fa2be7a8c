package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
	"afterglow/proxy/reason"
)

// standing is how a call stands, in a word and in a dot.
type standing struct {
	word string
	dot  fyne.ThemeColorName
	ring bool                // the dot is empty
	ink  fyne.ThemeColorName // of the word
}

// standingOf says how a call stands.
func standingOf(r viewmodel.CallRow) standing {
	switch r.Phase {
	case proxy.Queued:
		return standing{placeText(r.Place), theme.ColorNameWarning, true, widget.ColorPendingText}
	case proxy.Waiting:
		return standing{trText("call.waiting", trLeft(r.Left)), theme.ColorNameWarning, false, widget.ColorPendingText}
	case proxy.Connecting:
		return standing{tr("call.connecting"), theme.ColorNamePrimary, true, ""}
	case proxy.Streaming:
		return standing{tr("call.streaming"), theme.ColorNamePrimary, false, ""}
	}
	switch {
	case r.Failed:
		return standing{classText(r.Class), theme.ColorNameError, false, theme.ColorNameError}
	case r.Class != ledger.OK:
		return standing{classText(r.Class), widget.ColorMuted, true, widget.ColorMuted}
	}
	return standing{tr("call.ok"), theme.ColorNameSuccess, false, widget.ColorMuted}
}

// placeText is where in its queue a call stands; place 0 = it is in none just now.
func placeText(place int) string {
	switch place {
	case 0:
		return tr("call.queued")
	case 1:
		return tr("call.next")
	}
	return trNth("call.place", place)
}

// classText is what became of a call, in two words.
func classText(c ledger.Class) string {
	switch c {
	case ledger.OK:
		return tr("call.ok")
	case ledger.RateLimit:
		return tr("class.rate_limit")
	case ledger.Overloaded:
		return tr("class.overloaded")
	case ledger.Quota:
		return tr("class.quota")
	case ledger.Auth:
		return tr("class.auth")
	case ledger.Invalid:
		return tr("class.invalid")
	case ledger.VendorFail:
		return tr("class.vendor")
	case ledger.Network:
		return tr("class.network")
	case ledger.Timeout:
		return tr("class.timeout")
	case ledger.Broken:
		return tr("class.broken")
	case ledger.Queue:
		return tr("class.queue")
	case ledger.NoVendor:
		return tr("class.no_vendor")
	case ledger.Gone:
		return tr("class.gone")
	case ledger.Cancelled:
		return tr("call.cancelled")
	case ledger.Stopped:
		return tr("class.stopped")
	}
	return tr("class.internal")
}

// outcomeText is why a call did not end well. What the vendor said stands alone: the class before it says what it means.
func outcomeText(c proxy.Call) string {
	switch c.Why.Code {
	case reason.Refused, reason.KeyRejected, reason.RateLimited, reason.Overloaded, reason.UsedUp:
		return c.Why.Text
	}
	return whyText(c.Why, c.Outcome)
}

// verdictText is what was decided about a vendor's part in a call.
func verdictText(verdict string) string {
	switch verdict {
	case "commit":
		return tr("verdict.commit")
	case "next_tier":
		return tr("verdict.next_tier")
	case "client_fault":
		return tr("verdict.client_fault")
	case "client_gone":
		return tr("verdict.client_gone")
	case "skipped":
		return tr("verdict.skipped")
	case "": // nothing yet
		return tr("activity.under_way")
	}
	return verdict
}

// whoText is where a call is and whose it is: "zhipu · 4f2a91c4 · sub-agent".
func whoText(r viewmodel.CallRow) string {
	return joined(r.Vendor, r.Session, when(r.Agent, "call.agent"))
}

// callLabel is what a screen reader says of a call that can be opened.
func callLabel(r viewmodel.CallRow) string {
	return trText("call.open", joined(standingOf(r).word, r.Model, whoText(r)))
}

// tokensText is "12.3k in · 840 out", or "" while nothing is known.
func tokensText(r viewmodel.CallRow) string {
	if r.Input == 0 && r.Output == 0 {
		return ""
	}
	return trText("call.in", viewmodel.Tokens(r.Input)) + " · " + trText("call.out", viewmodel.Tokens(r.Output))
}

// queuedText is how long a call waited for its slot, firstText for its first event, and cachedText how much of its
// input the cache served; "" where there is nothing to say.
func queuedText(r viewmodel.CallRow) string {
	if r.Queued == 0 {
		return ""
	}
	return trText("call.waited", trTook(r.Queued))
}

func firstText(r viewmodel.CallRow) string {
	if r.First == 0 {
		return ""
	}
	return trText("call.first", trTook(r.First))
}

func cachedText(r viewmodel.CallRow) string {
	if r.Cached == 0 {
		return ""
	}
	return trText("call.cached", viewmodel.Tokens(r.Cached))
}
