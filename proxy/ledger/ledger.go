// Package ledger keeps a row for every call in a SQLite database: what it asked for, who answered, what it used,
// how long it took, and why it failed if it did. It keeps nothing of what was said.
//
// Rows are written by one goroutine in batches, within a second after their call has ended, and never in a
// call's way. Rows that cannot be written, because the disk is full or another process has locked the database, wait in memory, at
// most 50,000 of them and 32 MiB. Beyond that rows are dropped and counted. With each row the same
// transaction keeps sums by local day, from which reports are read, so that they cost the same whether there are a
// thousand rows or a million. A day is the one that a call came on where this program ran.
package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what Open needs.
type Options struct {
	Path      string        // the file; its folder exists
	Retention time.Duration // how long rows are kept; 0 = for ever
	Log       *slog.Logger  // nil logs nothing
}

// Ledger is an open database. It is safe for concurrent use; close it.
type Ledger struct {
	path  string
	log   *slog.Logger
	files atomic.Pointer[files]

	mu      sync.Mutex // guards the buffer
	calls   []Call
	rows    int    // that wait to be written: in the buffer, and held
	bytes   int    // of them, about
	spare   []Call // an empty buffer, or nil
	minutes []Minute
	closed  bool

	wake      chan struct{} // one deep: the buffer is not empty any more, or is full
	closing   chan struct{}
	done      chan struct{} // closed when the writer has ended
	looked    time.Time     // when the clock was looked at; the writer's alone, as the next
	deleting  bool          // more of what is old is to be deleted
	held      batch         // what could not be written yet; the writer's alone
	lost      error         // why there is no usable database now; the writer's alone
	retention atomic.Int64  // a time.Duration
	written   atomic.Int64
	dropped   atomic.Int64
	aside     atomic.Pointer[string] // where the database that was damaged is
	notice    atomic.Pointer[string] // what became of the database that was there; it stays true
	heldRows  atomic.Int64
	suspect   atomic.Bool            // a reader found the database damaged
	waits     atomic.Pointer[string] // why old rows are not deleted now
	trouble   atomic.Pointer[string] // why rows could not be written; nil since some could
}

// files are the database's two handles.
type files struct {
	write *sql.DB // of one connection
	read  *sql.DB // that cannot write; only this in a ledger that is open for reading
}

func (f *files) close() error {
	err := f.read.Close()
	if f.write != nil {
		err = errors.Join(err, f.write.Close())
	}
	return err
}

// Open opens a database, makes it if there is none, and brings one of an earlier version, or of the reference, up to
// date. One that is broken is kept under another name and a new one begun; one of a newer version is left alone, and
// rows go to a file beside it. Stats says so. The error is that of the file system, or of another process that keeps
// the database to itself.
func Open(o Options) (*Ledger, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{path: o.Path, log: o.Log, wake: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{})}
	l.retention.Store(int64(o.Retention))
	f, err := openFiles(l.path)
	switch {
	case errors.Is(err, ErrNewer):
		l.path = fmt.Sprintf("%s.v%d", o.Path, version)
		l.report(&l.notice, fmt.Errorf("%w. It was not changed, and calls are recorded in %s", err, l.path))
		f, err = openFiles(l.path)
	case broken(err):
		f, err = l.startAnew(err)
	}
	if err != nil {
		return nil, err
	}
	l.files.Store(f)
	go l.run()
	return l, nil
}

// startAnew sets the database aside and begins another.
func (l *Ledger) startAnew(why error) (*files, error) {
	aside, err := setAside(l.path)
	switch {
	case err == nil:
		l.aside.Store(&aside)
		l.report(&l.notice, fmt.Errorf("%w. It was moved to %s, and a new ledger was started", why, aside))
	case !errors.Is(err, os.ErrNotExist): // or it was set aside before, and no other could be begun
		return nil, fmt.Errorf("move aside the ledger that cannot be used (%w): %w", why, err)
	}
	return openFiles(l.path)
}

// report logs a problem and keeps it for Stats.
func (l *Ledger) report(problem *atomic.Pointer[string], err error) {
	text := err.Error()
	if old := problem.Swap(&text); old == nil || *old != text {
		l.log.Error("ledger", "error", err)
	}
}

// setAside gives the database and its journal another name, which it returns.
func setAside(path string) (string, error) {
	aside := path + time.Now().Format(".20060102-150405.000.broken")
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	for _, part := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+part, aside+part); err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return aside, nil
}

// OpenReadOnly opens a database to be read, also while another process writes it. The error says that there is
// none, or that it is not of this version.
func OpenReadOnly(path string) (*Ledger, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	read, err := sql.Open("sqlite", dsn(path, "mode=ro"))
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	if err := checkVersion(read, path); err != nil {
		read.Close()
		return nil, err
	}
	l := &Ledger{path: path, log: slog.New(slog.DiscardHandler), closing: make(chan struct{}), done: make(chan struct{})}
	l.files.Store(&files{read: read})
	close(l.done)
	return l, nil
}

// SetRetention changes how long rows are kept; 0 = for ever. It holds from the next look at what is old.
func (l *Ledger) SetRetention(d time.Duration) { l.retention.Store(int64(d)) }

// Stats tells of the ledger itself.
func (l *Ledger) Stats() Stats {
	s := Stats{Path: l.path, Written: l.written.Load(), Dropped: l.dropped.Load(), Waiting: l.waiting(), Held: l.heldRows.Load(), Retention: time.Duration(l.retention.Load())}
	for _, part := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(l.path + part); err == nil {
			s.Bytes += info.Size()
		}
	}
	var problems []string
	for _, p := range []*atomic.Pointer[string]{&l.notice, &l.trouble, &l.waits} {
		if text := textOf(p); text != "" {
			problems = append(problems, text)
		}
	}
	s.Aside, s.Unwritten = textOf(&l.aside), textOf(&l.trouble)
	s.Problem = strings.Join(problems, "; ")
	return s
}

func textOf(p *atomic.Pointer[string]) string {
	if text := p.Load(); text != nil {
		return *text
	}
	return ""
}

// waiting is how many rows wait to be written.
func (l *Ledger) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rows
}

// Close writes what is in the buffer, waits for queries, and closes the database. It may be called twice.
func (l *Ledger) Close() error {
	l.mu.Lock()
	again := l.closed
	l.closed = true
	l.mu.Unlock()
	if again {
		<-l.done
		return nil
	}
	close(l.closing)
	<-l.done
	if err := l.files.Load().close(); err != nil {
		return fmt.Errorf("close ledger: %w", err)
	}
	return nil
}
