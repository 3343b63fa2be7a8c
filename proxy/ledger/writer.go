package ledger

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// room and roomBytes bound the rows that wait in memory to be written: for a disk that is full or a database that another
	// process has locked. Beyond them rows are dropped. 50 000 rows are an hour of 14 calls a second.
	room      = 50_000
	roomBytes = 32 << 20
	// full is how many make the writer write before its time, and how many one transaction writes.
	full = 4096
	// patience is how long a row waits for others: what a process that is killed loses at most.
	patience = 500 * time.Millisecond
	// tries is how often a batch is written at once when it fails, for what passes quickly, and when the ledger is closed.
	tries = 4
	// retry is the wait before the second try; each more waits as long again.
	retry = 250 * time.Millisecond
	// again is the wait before a batch that could not be written is tried once more.
	again = 5 * time.Second
)

// Record keeps a call. It does not wait and cannot fail: where there is no room the row is dropped and counted.
func (l *Ledger) Record(c Call) {
	size := c.size()
	l.mu.Lock()
	if l.closed || l.rows >= room || l.bytes+size > roomBytes {
		l.mu.Unlock()
		l.dropped.Add(1)
		return
	}
	l.calls = append(l.calls, c)
	l.rows++
	l.bytes += size
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

// batch is what one transaction writes.
type batch struct {
	calls   []Call
	minutes []Minute
}

func (b batch) empty() bool { return len(b.calls)+len(b.minutes) == 0 }

// take empties the buffer.
func (l *Ledger) take() (b batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b = batch{l.calls, l.minutes}
	l.calls, l.spare, l.minutes = l.spare, nil, nil
	return b
}

// wrote makes room for as many rows as were written, or given up.
func (l *Ledger) wrote(calls []Call) {
	size := 0
	for i := range calls {
		size += calls[i].size()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows -= len(calls)
	l.bytes -= size
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
	later := time.NewTimer(again)
	defer later.Stop()
	for {
		select {
		case <-l.wake:
			if l.suspect.Swap(false) {
				l.verify()
			}
			if l.held.empty() { // else it waits for its turn, and what is new behind it
				l.gather()
				l.flush(1)
			}
		case <-later.C:
			l.flush(1)
		case <-tidy.C:
			tidy.Reset(l.tidy())
		case <-l.closing:
			l.flush(tries)
			l.drop()
			return
		}
		if !l.held.empty() {
			later.Reset(again)
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

// flush writes what was held and what is in the buffer, in the order in which it came. What cannot be written is held, and
// tried again later.
func (l *Ledger) flush(tries int) {
	for {
		if l.held.empty() {
			if l.held = l.take(); l.held.empty() {
				return
			}
		}
		calls := l.held.calls
		if !l.writeHeld(tries) {
			return
		}
		l.give(calls)
	}
}

// writeHeld writes what is held, a part of it at a time. It reports whether all was written.
func (l *Ledger) writeHeld(tries int) bool {
	for !l.held.empty() {
		part := batch{l.held.calls[:min(full, len(l.held.calls))], l.held.minutes}
		if err := l.tryWrite(part, tries); err != nil {
			l.report(&l.trouble, err)
			return false
		}
		l.written.Add(int64(len(part.calls)))
		l.wrote(part.calls)
		l.held = batch{l.held.calls[len(part.calls):], nil}
	}
	l.held = batch{}
	l.trouble.Store(nil)
	return true
}

// drop gives up what could not be written. The ledger is closed.
func (l *Ledger) drop() {
	rest := l.take()
	l.dropped.Add(int64(len(l.held.calls) + len(rest.calls)))
	l.wrote(l.held.calls)
	l.wrote(rest.calls)
	l.held = batch{}
}

// tryWrite writes a batch: all of it or nothing. It tries again, also with a new database if this one is broken.
func (l *Ledger) tryWrite(b batch, tries int) (err error) {
	for try := 0; ; try++ {
		if l.lost == nil {
			if err = l.write(b.calls, b.minutes); err == nil {
				return nil
			}
			if broken(err) {
				// Both handles are closed first: not every system renames a file that is open. Until there are others,
				// who reads gets an error.
				l.lost = err
				l.files.Load().close()
			}
		}
		if l.lost != nil && l.replace() {
			continue // with the new one, at once
		}
		if try+1 >= tries {
			return cmp.Or(l.lost, err)
		}
		l.pause(time.Duration(try+1) * retry)
	}
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
	return errors.Is(err, errDamaged) || errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_CORRUPT || e.Code()&0xff == sqlite3.SQLITE_NOTADB)
}

// doubt makes the writer verify the database if a reader found a part of it damaged: no row that is written need touch that part.
func (l *Ledger) doubt(err error) {
	if broken(err) && l.wake != nil {
		l.suspect.Store(true)
		l.signal()
	}
}

// verify sets the database aside if it is damaged. It reads all of it.
func (l *Ledger) verify() {
	if l.lost != nil {
		return
	}
	found := ""
	err := l.files.Load().write.QueryRow("PRAGMA quick_check(1)").Scan(&found)
	switch {
	case err == nil && found != "ok":
		err = fmt.Errorf("%w: %s", errDamaged, found)
	case !broken(err):
		return
	}
	l.lost = err
	l.files.Load().close()
	l.replace()
}

// replace begins a new database in place of the lost one. If it cannot, the next try may.
func (l *Ledger) replace() bool {
	f, err := l.startAnew(l.lost)
	if err != nil {
		l.report(&l.trouble, err)
		return false
	}
	l.files.Store(f)
	l.lost = nil
	return true
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
