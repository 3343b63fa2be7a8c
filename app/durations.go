package app

import (
	"math"
	"strconv"
	"time"
)

// trTook is a time that something took: below 100 seconds to a tenth of one.
func trTook(d time.Duration) string {
	if d >= 100*time.Second {
		return trLeft(d)
	}
	return trFloat("left.seconds", math.Round(d.Seconds()*10)/10)
}

// unknown stands where there is no number.
const unknown = "–"

// spanText is how long something took; "–" for nothing.
func spanText(d time.Duration) string {
	switch {
	case d <= 0:
		return unknown
	case d < time.Second:
		return trN("took.ms", int(d.Milliseconds()))
	case d < 10*time.Second:
		return trTook(d.Round(100 * time.Millisecond))
	}
	return trTook(d.Round(time.Second))
}

// clock is a time of today, or with its day.
func clock(at, now time.Time) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04")
	}
	return at.Format("2006-01-02 15:04")
}

const dayLong = 24 * time.Hour

func termText(term time.Duration) string {
	switch {
	case term == 0:
		return tr("settings.for_ever")
	case term%dayLong == 0:
		return trN("settings.days", int(term/dayLong))
	}
	return trLeft(term)
}

// trLeft is a time in a word or two: "40 s", "12 min", "3 h", "2 d".
func trLeft(d time.Duration) string {
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
	return say(key, digits, map[string]any{"N": digits})
}

// answerTime is how long an answer took, in milliseconds where it was less than a second.
func answerTime(d time.Duration) string {
	if d < time.Second {
		return trN("took.ms", int(d.Milliseconds()))
	}
	return trTook(d)
}
