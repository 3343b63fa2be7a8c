package ledger

import (
	"database/sql"
	"errors"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// room is how many rows may wait to be written. Beyond it they are dropped.
	room = 16384
	// full is how many make the writer write before its time.
	full = 4096
	// patience is how long a row waits for others: what a process that is killed loses at most.
	patience = 500 * time.Millisecond
	// tries is how often a batch is written before it is dropped.
	tries = 4
	// retry is the wait before the second try; each more waits as long again.
	retry = 250 * time.Millisecond
)

// Record keeps a call. It does not wait and cannot fail: where there is no room the row is dropped and counted.
func (l *Ledger) Record(c Call) {
	l.mu.Lock()
	if l.closed || len(l.calls) >= room {
		l.mu.Unlock()
		l.dropped.Add(1)
		return
	}
	l.calls = append(l.calls, c)
	n := len(l.calls)
	l.mu.Unlock()
	if n == 1 || n == full {
		l.signal()
	}
}

// PutMinutes keeps minutes of gauges, as Record keeps calls.
func (l *Ledger) PutMinutes(m []Minute) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.minutes)+len(m) > room {
		return
	}
	l.minutes = append(l.minutes, m...)
	l.signal()
}

func (l *Ledger) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take empties the buffer.
func (l *Ledger) take() (calls []Call, minutes []Minute) {
	l.mu.Lock()
	defer l.mu.Unlock()
	calls, minutes = l.calls, l.minutes
	l.calls, l.spare, l.minutes = l.spare, nil, nil
	return calls, minutes
}

// give takes a buffer back that was written, for the next but one batch.
func (l *Ledger) give(calls []Call) {
	clear(calls)
	l.mu.Lock()
	l.spare = calls[:0]
	l.mu.Unlock()
}

// run writes until the ledger is closed.
func (l *Ledger) run() {
	defer close(l.done)
	tidy := time.NewTimer(0)
	defer tidy.Stop()
	for {
		select {
		case <-l.wake:
			l.gather()
			l.flush()
		case <-tidy.C:
			tidy.Reset(l.tidy())
		case <-l.closing:
			l.flush()
			return
		}
	}
}

// gather waits for more rows to come.
func (l *Ledger) gather() {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return
		case <-l.closing:
			return
		case <-l.wake:
			l.mu.Lock()
			enough := len(l.calls) >= full
			l.mu.Unlock()
			if enough {
				return
			}
		}
	}
}

// flush writes what is in the buffer. What cannot be written is tried again, also with a new database if this one
// is broken, and then dropped.
func (l *Ledger) flush() {
	calls, minutes := l.take()
	if len(calls) == 0 && len(minutes) == 0 {
		return
	}
	defer l.give(calls)
	var err error
	for try := range tries {
		if try > 0 {
			l.pause(time.Duration(try) * retry)
		}
		if err = l.write(calls, minutes); err == nil {
			l.written.Add(int64(len(calls)))
			l.trouble.Store(nil)
			return
		}
		if l.lost == nil && broken(err) {
			// Both handles are closed first: not every system renames a file that is open. Until there are others,
			// who reads gets an error.
			l.lost = err
			l.files.Load().close()
		}
		if l.lost != nil {
			l.replace()
		}
	}
	l.dropped.Add(int64(len(calls)))
	l.report(&l.trouble, err)
}

func (l *Ledger) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.closing:
	}
}

// broken reports whether an error means that the database itself is.
func broken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

// replace begins a new database in place of the lost one. If it cannot, the next try may.
func (l *Ledger) replace() {
	f, err := l.startAnew(l.lost)
	if err != nil {
		l.report(&l.trouble, err)
		return
	}
	l.files.Store(f)
	l.lost = nil
}

// write writes a batch: all of it or nothing.
func (l *Ledger) write(calls []Call, minutes []Minute) error {
	tx, err := l.files.Load().write.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := insertCalls(tx, calls); err != nil {
		return err
	}
	if err := insertMinutes(tx, minutes); err != nil {
		return err
	}
	return tx.Commit()
}

func insertMinutes(tx *sql.Tx, minutes []Minute) error {
	for _, m := range minutes {
		// A minute that two runs of the program share adds up.
		_, err := tx.Exec(`INSERT INTO gauge_minute VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
			in_flight = max(in_flight, excluded.in_flight), pending = max(pending, excluded.pending), slots = excluded.slots, refused = refused + excluded.refused`,
			m.Vendor, m.Model, m.Time.Unix()/60, m.InFlight, m.Pending, m.Limit, m.Refused)
		if err != nil {
			return err
		}
	}
	return nil
}
