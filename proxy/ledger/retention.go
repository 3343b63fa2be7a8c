package ledger

import (
	"context"
	"time"

	"afterglow/proxy/calendar"
)

const (
	// minutesKept is how long minutes of gauges are kept, whatever the retention of rows is.
	minutesKept = 30 * 24 * time.Hour
	// tidyRows is how many rows one step deletes, so that those that come meanwhile do not wait.
	tidyRows = 2000
	// tidyStep is the pause between two steps, tidyEvery between two looks at what is old.
	tidyStep  = 20 * time.Millisecond
	tidyEvery = 3 * time.Hour
	// tidyLater is the pause after a step that failed.
	tidyLater = time.Minute
)

// tidy deletes some of what is too old, and gives some of the room back. It returns when it wants to go on.
func (l *Ledger) tidy() time.Duration {
	if l.lost != nil {
		return tidyLater
	}
	more, err := l.deleteOld(calendar.Now())
	switch {
	case err != nil:
		// Another process holds it, or it is broken and is replaced when the next row is written; and whatever else it
		// is keeps rows from being written too, and is reported then.
		l.log.Debug("ledger: old rows stay for now", "error", err)
		return tidyLater
	case more:
		return tidyStep
	}
	return tidyEvery
}

// deleteOld is one step. more says that there is more to do.
func (l *Ledger) deleteOld(now time.Time) (more bool, err error) {
	type step struct {
		delete string
		before any
	}
	steps := []step{{"DELETE FROM gauge_minute WHERE (vendor, model, minute) IN (SELECT vendor, model, minute FROM gauge_minute WHERE minute < ? LIMIT ?)", now.Add(-minutesKept).Unix() / 60}}
	if keep := time.Duration(l.retention.Load()); keep > 0 {
		// Sums are of whole days: a day goes when it is older as a whole, and its rows with it.
		oldest := now.Add(-keep).Local()
		day := oldest.Format(time.DateOnly)
		begin := Stamp(time.Date(oldest.Year(), oldest.Month(), oldest.Day(), 0, 0, 0, 0, time.Local))
		steps = append(steps,
			step{"DELETE FROM usage_log WHERE id IN (SELECT id FROM usage_log WHERE ts < ? LIMIT ?)", begin},
			step{"DELETE FROM usage_evidence WHERE id IN (SELECT id FROM usage_evidence WHERE ts < ? LIMIT ?)", begin},
			step{"DELETE FROM session_day WHERE (day, session, vendor, category, served) IN (SELECT day, session, vendor, category, served FROM session_day WHERE day < ? LIMIT ?)", day},
			step{"DELETE FROM usage_day WHERE (day, vendor, category, operation, model, served, failed_on) IN (SELECT day, vendor, category, operation, model, served, failed_on FROM usage_day WHERE day < ? LIMIT ?)", day})
	}
	db := l.files.Load().write
	for _, s := range steps {
		done, err := db.Exec(s.delete, s.before, tidyRows)
		if err != nil {
			return false, err
		}
		if n, _ := done.RowsAffected(); n == tidyRows {
			more = true
		}
	}
	before, err := l.freePages()
	if err != nil || before == 0 {
		return more, err
	}
	if err := l.vacuum(); err != nil {
		return more, err
	}
	after, err := l.freePages()
	return more || after > 0 && after < before, err
}

func (l *Ledger) freePages() (n int, err error) {
	err = l.files.Load().write.QueryRow("PRAGMA freelist_count").Scan(&n)
	return n, err
}

// vacuum gives some free pages back: none of a database without incremental vacuum.
func (l *Ledger) vacuum() error {
	// The pragma frees a page with each row that is read.
	rows, err := l.files.Load().write.QueryContext(context.Background(), "PRAGMA incremental_vacuum(500)")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}
