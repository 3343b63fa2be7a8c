package viewmodel

import (
	"strings"
	"testing"
	"time"
)

func TestLastDays(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		now  time.Time
		n    int
		want Days
	}{
		{"today", time.Date(2026, 11, 25, 23, 59, 0, 0, berlin), 1, Days{"2026-11-25", "2026-11-25"}},
		{"just after local midnight", time.Date(2026, 11, 25, 0, 1, 0, 0, berlin), 1, Days{"2026-11-25", "2026-11-25"}},
		{"over the end of a leap February", time.Date(2028, 3, 2, 9, 0, 0, 0, berlin), 7, Days{"2028-02-25", "2028-03-02"}},
		{"over the end of a year", time.Date(2027, 1, 3, 9, 0, 0, 0, berlin), 30, Days{"2026-12-05", "2027-01-03"}},
		{"over the day of 23 hours", time.Date(2026, 3, 30, 0, 30, 0, 0, berlin), 7, Days{"2026-03-24", "2026-03-30"}},
		{"on the day of 25 hours", time.Date(2026, 10, 25, 23, 30, 0, 0, berlin), 7, Days{"2026-10-19", "2026-10-25"}},
	} {
		got := LastDays(c.now, c.n)
		if got != c.want || len(got.List()) != c.n || got.List()[0] != got.From || got.List()[c.n-1] != got.To {
			t.Errorf("%s: %v, want %v; days %v", c.name, got, c.want, got.List())
		}
	}
}

func TestDaysCheck(t *testing.T) {
	for days, want := range map[Days]string{
		{"2026-11-25", "2026-11-25"}: "",
		{"2026-11-25", "2026-11-31"}: "expected a day",
		{"25.11.2026", "2026-11-25"}: "expected a day",
		{"2026-11-25", ""}:           "expected a day",
		{"2026-11-26", "2026-11-25"}: "after the last",
		{"2025-11-25", "2026-11-25"}: "",
		{"2025-11-24", "2026-11-25"}: "at most 366",
	} {
		err := days.Check()
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", days, err, want)
		}
	}
}
