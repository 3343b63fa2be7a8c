package live

import (
	"strconv"
	"time"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
)

// limitText is an adaptive limit in a few words, "Limit 2 of 5 · 3 refused at 09:14", or says that a limit was removed.
func limitText(r viewmodel.Row) string {
	if r.Ending {
		return ui.Tr("row.ending")
	}
	why := ""
	switch r.Why {
	case limiter.Refused:
		why = ui.TrTextN("adaptive.refused", clockTime(r.Since), r.Refused)
	case limiter.Trying:
		why = ui.TrN("adaptive.trying", r.Limit)
	case limiter.Ceiling:
		why = ui.Tr("adaptive.ceiling")
	case limiter.Enough:
		why = ui.Tr("adaptive.enough")
	}
	return ui.TrTextN("adaptive.limit", strconv.Itoa(r.Ceiling), r.Limit) + " · " + why
}

// limitSentence is the same in whole sentences, "" for a limit of which there is nothing to say.
func limitSentence(r viewmodel.Row) string {
	if r.Ending {
		return ui.Tr("gauge.ending")
	}
	why := ""
	switch r.Why {
	case limiter.Fixed:
		return ""
	case limiter.Refused:
		why = ui.TrTextN("gauge.adaptive_refused", clockTime(r.Since), r.Refused)
	case limiter.Trying:
		why = ui.TrN("gauge.adaptive_trying", r.Limit)
	case limiter.Ceiling:
		why = ui.Tr("gauge.adaptive_ceiling")
	case limiter.Enough:
		why = ui.Tr("gauge.adaptive_enough")
	}
	return ui.TrTextN("gauge.adaptive", strconv.Itoa(r.Ceiling), r.Limit) + why
}

// clockTime is a time of the last day by the clock, an earlier one with its date.
func clockTime(at time.Time) string {
	at = at.Local()
	if time.Since(at) > 20*time.Hour {
		return at.Format("01-02 15:04")
	}
	return at.Format("15:04")
}
