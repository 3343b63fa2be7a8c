// Package calendar tells the time to whatever asks what day it is: the days of usage, the date of a call, what is too old
// to keep. Code that only measures how long something takes calls time.Now.
package calendar

import "time"

// start is the local time at which the calendar of a process begins, like "2026-12-31T23:59:00". It is for tests, which the
// linker gives it: go test -ldflags "-X afterglow/proxy/calendar.start=2026-12-31T23:59:00". Without it the calendar goes by
// the machine's clock.
var start string

const startForm = "2006-01-02T15:04:05"

var (
	began = time.Now()
	ahead = lead(start, began)
)

// lead is how far a calendar that begins at start is ahead of now.
func lead(start string, now time.Time) time.Duration {
	if start == "" {
		return 0
	}
	at, err := time.ParseInLocation(startForm, start, time.Local)
	if err != nil {
		panic(err)
	}
	return at.Sub(now)
}

// Now is the local time.
func Now() time.Time { return Of(time.Now()) }

// Of is the calendar's time at the moment for which time.Now gave t.
func Of(t time.Time) time.Time {
	if ahead == 0 || t.Before(began) { // a bubble of testing/synctest has its own clock, which begins in 2000
		return t
	}
	return t.Add(ahead)
}
