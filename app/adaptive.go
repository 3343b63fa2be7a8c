package app

import (
	"strconv"
	"time"

	"afterglow/app/viewmodel"
	"afterglow/limiter"
)

// limitText is an adaptive limit in a few words, "Limit 2 of 5 · 3 refused at 09:14", or says that a limit was removed.
func limitText(r viewmodel.Row) string {
	if r.Ending {
		return tr("row.ending")
	}
	why := ""
	switch r.Why {
	case limiter.Refused:
		why = trTextN("adaptive.refused", clockTime(r.Since), r.Refused)
	case limiter.Trying:
		why = trN("adaptive.trying", r.Limit)
	case limiter.Ceiling:
		why = tr("adaptive.ceiling")
	case limiter.Enough:
		why = tr("adaptive.enough")
	}
	return trTextN("adaptive.limit", strconv.Itoa(r.Ceiling), r.Limit) + " · " + why
}

// limitSentence is the same in whole sentences, "" for a limit of which there is nothing to say.
func limitSentence(r viewmodel.Row) string {
	if r.Ending {
		return tr("gauge.ending")
	}
	why := ""
	switch r.Why {
	case limiter.Fixed:
		return ""
	case limiter.Refused:
		why = trTextN("gauge.adaptive_refused", clockTime(r.Since), r.Refused)
	case limiter.Trying:
		why = trN("gauge.adaptive_trying", r.Limit)
	case limiter.Ceiling:
		why = tr("gauge.adaptive_ceiling")
	case limiter.Enough:
		why = tr("gauge.adaptive_enough")
	}
	return trTextN("gauge.adaptive", strconv.Itoa(r.Ceiling), r.Limit) + why
}

// clockTime is a time of the last day by the clock, an earlier one with its date.
func clockTime(at time.Time) string {
	at = at.Local()
	if time.Since(at) > 20*time.Hour {
		return at.Format("01-02 15:04")
	}
	return at.Format("15:04")
}
