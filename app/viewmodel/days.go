package viewmodel

import (
	"errors"
	"fmt"
	"time"
)

const (
	dayForm = "2006-01-02"
	// MostDays is the longest range: a year of bars is as much as a chart can show.
	MostDays = 366
)

var errDaysTurned = errors.New("the first day is after the last")

// Days is a range of local days, "2006-01-02", both included.
type Days struct{ From, To string }

// LastDays are n days, the last of which is that of now, where now is.
func LastDays(now time.Time, n int) Days {
	y, m, d := now.Date()
	return Days{From: day(y, m, d-n+1), To: day(y, m, d)}
}

// day is a date in words; a day of 0 or less is one of a month before. It is counted in UTC, where every day has 24
// hours.
func day(y int, m time.Month, d int) string {
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format(dayForm)
}

// ParseDay tells whether text is a day as it must be written.
func ParseDay(text string) error {
	if _, err := time.Parse(dayForm, text); err != nil {
		return fmt.Errorf("%q: expected a day like 2026-11-25", text)
	}
	return nil
}

// Check is nil when both ends are days, in order, and no more than MostDays.
func (d Days) Check() error {
	for _, text := range []string{d.From, d.To} {
		if err := ParseDay(text); err != nil {
			return err
		}
	}
	if d.From > d.To {
		return errDaysTurned
	}
	from, _ := time.Parse(dayForm, d.From)
	to, _ := time.Parse(dayForm, d.To)
	if n := int(to.Sub(from).Hours()/24) + 1; n > MostDays {
		return fmt.Errorf("%d days: expected at most %d", n, MostDays)
	}
	return nil
}

// Has tells whether a day is one of them.
func (d Days) Has(day string) bool { return d.From <= day && day <= d.To }

// List is every day, the first one first; none of a range that Check refuses.
func (d Days) List() []string {
	if d.Check() != nil {
		return nil
	}
	var list []string
	for at, _ := time.Parse(dayForm, d.From); ; at = at.AddDate(0, 0, 1) {
		text := at.Format(dayForm)
		if text > d.To {
			return list
		}
		list = append(list, text)
	}
}
