package ui

import (
	"math"
	"strconv"
	"time"
)

// TrTook is a time that something took: below 100 seconds to a tenth of one.
func TrTook(d time.Duration) string {
	if d >= 100*time.Second {
		return TrLeft(d)
	}
	return trFloat("left.seconds", math.Round(d.Seconds()*10)/10)
}

// Unknown stands where there is no number.
const Unknown = "–"

// SpanText is how long something took; "–" for nothing.
func SpanText(d time.Duration) string {
	switch {
	case d <= 0:
		return Unknown
	case d < time.Second:
		return TrN("took.ms", int(d.Milliseconds()))
	case d < 10*time.Second:
		return TrTook(d.Round(100 * time.Millisecond))
	}
	return TrTook(d.Round(time.Second))
}

// Clock is a time of today, or with its day.
func Clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

// DayLong is a day of 24 hours.
const DayLong = 24 * time.Hour

// TermText is how long something is kept; 0 = for ever.
func TermText(term time.Duration) string {
	switch {
	case term == 0:
		return Tr("settings.for_ever")
	case term%DayLong == 0:
		return TrN("settings.days", int(term/DayLong))
	}
	return TrLeft(term)
}

// TrLeft is a time in a word or two: "40 s", "12 min", "3 h", "2 d".
func TrLeft(d time.Duration) string {
	switch {
	case d > 48*time.Hour:
		return trFloat("left.days", math.Round(d.Hours()/24))
	case d >= 100*time.Minute:
		return trFloat("left.hours", math.Round(d.Hours()*10)/10)
	case d >= 100*time.Second:
		return trFloat("left.minutes", math.Ceil(d.Minutes()))
	}
	return trFloat("left.seconds", math.Round(d.Seconds()))
}

func trFloat(key string, n float64) string {
	digits := strconv.FormatFloat(n, 'f', -1, 64)
	return localize(key, digits, map[string]any{"N": digits})
}

// AnswerTime is how long an answer took, in milliseconds where it was less than a second.
func AnswerTime(d time.Duration) string {
	if d < time.Second {
		return TrN("took.ms", int(d.Milliseconds()))
	}
	return TrTook(d)
}
