package ledger

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"afterglow/proxy/calendar"
)

// believe makes the ledger's next look believe the clock: a day of agreeing clocks has gone by.
func believe(t *testing.T, l *Ledger, now time.Time) {
	t.Helper()
	db := l.files.Load().write
	if _, err := db.Exec("INSERT OR REPLACE INTO clock VALUES (1, ?, 1, ?)", now.Unix(), int64(clockAgrees.Seconds())); err != nil {
		t.Fatal(err)
	}
}

func TestTheClockIsBelievedAfterADayWithoutAJump(t *testing.T) {
	start := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	type step struct {
		after     time.Duration // of the wall clock since the last look
		ran       time.Duration // of the clock that cannot be set
		aged, all int64
		held      bool
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"a few old rows each day", []step{{0, 0, 5, 1000, false}, {3 * time.Hour, 3 * time.Hour, 6, 1000, false}}},
		{"a night switched off", []step{{0, 0, 5, 1000, false}, {16 * time.Hour, 0, 5, 1000, false}}},
		{"a laptop that sleeps over a weekend", []step{{0, 0, 5, 1000, false}, {60 * time.Hour, time.Hour, 5, 1000, false}}},
		{"400 days ahead at one start, and right at the next", []step{{0, 0, 5, 1000, false}, {400 * day, 0, 1000, 1000, true}, {-400 * day, 0, 5, 1000, true},
			{12 * time.Hour, 12 * time.Hour, 5, 1000, true}, {12 * time.Hour, 12 * time.Hour, 5, 1000, false}}},
		{"ahead, and nothing is old at the next start", []step{{0, 0, 0, 9, false}, {400 * day, 0, 9, 9, true}, {-400 * day, 0, 0, 9, false}, {time.Hour, time.Hour, 0, 9, false}}},
		{"set while it runs", []step{{0, 0, 0, 1000, false}, {400 * day, 3 * time.Hour, 1000, 1000, true}, {5 * time.Minute, 5 * time.Minute, 1000, 1000, true}}},
		{"set back while it runs", []step{{0, 0, 0, 1000, false}, {-30 * day, 3 * time.Hour, 1, 1000, true}}},
		{"more than a tenth", []step{{0, 0, 101, 1000, true}, {day, day - time.Hour, 101, 1000, true}, {time.Hour, time.Hour, 101, 1000, false}}},
		{"a tenth", []step{{0, 0, 100, 1000, false}}},
		{"a sleep in the day of agreement does not count", []step{{0, 0, 500, 1000, true}, {30 * time.Hour, time.Hour, 500, 1000, true}}},
		{"a jump in the day of agreement begins another", []step{{0, 0, 500, 1000, true}, {23 * time.Hour, 23 * time.Hour, 500, 1000, true},
			{100 * day, time.Hour, 900, 1000, true}, {23 * time.Hour, 23 * time.Hour, 900, 1000, true}, {2 * time.Hour, 2 * time.Hour, 900, 1000, false}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var check clockCheck
			wall := start
			for i, s := range c.steps {
				wall = wall.Add(s.after)
				if got := check.look(wall, s.ran, s.aged, s.all); got != s.held {
					t.Fatalf("look %d: held %t, want %t", i, got, s.held)
				}
			}
		})
	}
}

// A start with a clock that is 400 days ahead deletes nothing, and says so. The next start, with the right clock, has every row.
func TestAStartWithTheClockFarAheadDeletesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	retention := 180 * 24 * time.Hour
	first, err := Open(Options{Path: path, Retention: retention})
	if err != nil {
		t.Fatal(err)
	}
	c := whole()
	for i := range 50 {
		c.Time = calendar.Now().AddDate(0, 0, -i)
		first.Record(c)
	}
	written(t, first, 50)
	eventually(t, "the first look at the clock", func() bool {
		var seen int64
		return first.files.Load().read.QueryRow("SELECT seen FROM clock").Scan(&seen) == nil && seen > 0
	})
	// The clock was right then, and is 400 days ahead now.
	if _, err := first.files.Load().write.Exec("UPDATE clock SET seen = seen - 400 * 86400"); err != nil {
		t.Fatal(err)
	}
	if _, err := first.files.Load().write.Exec("UPDATE usage_log SET ts = datetime(ts, '-400 days')"); err != nil {
		t.Fatal(err)
	}
	first.Close()
	var log bytes.Buffer
	ahead, err := Open(Options{Path: path, Retention: retention, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the state to say that rows are held", func() bool { return ahead.Stats().Held == 50 })
	problem := ahead.Stats().Problem
	ahead.Close()
	n := 0
	if err := open(t, path).files.Load().read.QueryRow("SELECT count(*) FROM usage_log").Scan(&n); err != nil || n != 50 {
		t.Errorf("%d rows are left of 50, %v", n, err)
	}
	if !strings.Contains(problem, "50 of 50 rows") || !strings.Contains(log.String(), "50 of 50 rows") {
		t.Errorf("it says %q, the log %q", problem, log.String())
	}
}
