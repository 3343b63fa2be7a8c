package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	// tidyHeld is the pause between two looks while a deletion is held.
	tidyHeld = 5 * time.Minute
)

// tidy deletes some of what is too old, and gives some of the room back. It returns when it wants to go on.
func (l *Ledger) tidy() time.Duration {
	if l.lost != nil {
		return tidyLater
	}
	old := l.oldRows(calendar.Now())
	if !l.deleting {
		held, err := l.look(old)
		switch {
		case err != nil:
			l.log.Debug("ledger: old rows stay for now", "error", err)
			return tidyLater
		case held:
			return tidyHeld
		}
	}
	more, err := l.deleteOld(old)
	l.deleting = more && err == nil
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

// old says which rows are too old.
type old struct {
	now    time.Time
	minute int64  // of gauges, before this minute of Unix time
	begin  string // of usage_log and usage_evidence, before this Stamp; "" = none are
	day    string // of the sums, before this day
}

func (l *Ledger) oldRows(now time.Time) old {
	o := old{now: now, minute: now.Add(-minutesKept).Unix() / 60}
	if keep := time.Duration(l.retention.Load()); keep > 0 {
		// Sums are of whole days: a day goes when it is older as a whole, and its rows with it.
		oldest := now.Add(-keep).Local()
		o.day = oldest.Format(time.DateOnly)
		o.begin = Stamp(time.Date(oldest.Year(), oldest.Month(), oldest.Day(), 0, 0, 0, 0, time.Local))
	}
	return o
}

// look asks whether the clock can be believed before anything is deleted by it. It reports whether the deletion is held, and
// keeps what it saw for the next look, also for that of another start.
func (l *Ledger) look(o old) (held bool, err error) {
	db := l.files.Load().write
	tx, err := db.Begin()
	if err != nil {
		return false, err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), seen INTEGER NOT NULL, held BOOLEAN NOT NULL, ran INTEGER NOT NULL)`); err != nil {
		return false, err
	}
	var c clockCheck
	if err := tx.QueryRow("SELECT seen, held, ran FROM clock").Scan(&c.seen, &c.held, &c.ran); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	var aged, all int64
	err = tx.QueryRow(`SELECT (SELECT count(*) FROM usage_log WHERE ts < ?) + (SELECT count(*) FROM gauge_minute WHERE minute < ?),
		(SELECT count(*) FROM usage_log) + (SELECT count(*) FROM gauge_minute)`, o.begin, o.minute).Scan(&aged, &all)
	if err != nil {
		return false, err
	}
	var ran time.Duration // by the clock that cannot be set
	if !l.looked.IsZero() {
		ran = time.Since(l.looked)
	}
	held = c.look(o.now, ran, aged, all)
	if _, err := tx.Exec("INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?)", c.seen, c.held, c.ran); err != nil {
		return false, err
	}
	if err := tx.Commit(); err != nil {
		return false, err
	}
	l.looked = time.Now()
	if !held {
		l.waits.Store(nil)
		l.heldRows.Store(0)
		return false, nil
	}
	l.heldRows.Store(aged)
	l.report(&l.waits, fmt.Errorf("%d of %d rows are older than the retention, as of %s. They are deleted when Afterglow has run for %v "+
		"without a jump of the clock", aged, all, o.now.Format(time.DateOnly), clockAgrees))
	return true, nil
}

// deleteOld is one step. more says that there is more to do.
func (l *Ledger) deleteOld(o old) (more bool, err error) {
	type step struct {
		delete string
		before any
	}
	steps := []step{{"DELETE FROM gauge_minute WHERE (vendor, model, minute) IN (SELECT vendor, model, minute FROM gauge_minute WHERE minute < ? LIMIT ?)", o.minute}}
	if o.begin != "" {
		steps = append(steps,
			step{"DELETE FROM usage_log WHERE id IN (SELECT id FROM usage_log WHERE ts < ? LIMIT ?)", o.begin},
			step{"DELETE FROM usage_evidence WHERE id IN (SELECT id FROM usage_evidence WHERE ts < ? LIMIT ?)", o.begin},
			step{"DELETE FROM session_day WHERE (day, session, vendor, category, served) IN (SELECT day, session, vendor, category, served FROM session_day WHERE day < ? LIMIT ?)", o.day},
			step{"DELETE FROM usage_day WHERE (day, vendor, category, operation, model, served, failed_on) IN (SELECT day, vendor, category, operation, model, served, failed_on FROM usage_day WHERE day < ? LIMIT ?)", o.day})
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
