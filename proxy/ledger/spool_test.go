package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// numberedCalls records calls with a number in the request id.
func numberedCalls(l *Ledger, from, to int) {
	c := whole()
	for i := from; i < to; i++ {
		c.RequestID = fmt.Sprintf("req_%06d", i)
		l.Record(c)
	}
}

func checkNumbered(t *testing.T, l *Ledger, want int) {
	t.Helper()
	calls := all(t, l, Query{})
	if len(calls) != want {
		t.Fatalf("%d rows, want %d", len(calls), want)
	}
	for i, c := range calls {
		if c.RequestID != fmt.Sprintf("req_%06d", i) {
			t.Fatalf("row %d is %s", i, c.RequestID)
		}
	}
}

// SQLite answers as for a disk that is full when a database may have no more pages.
func TestAFullDiskLosesNoRow(t *testing.T) {
	l := open(t, file(t))
	numberedCalls(l, 0, 10)
	written(t, l, 10)
	db := l.files.Load().write
	if _, err := db.Exec("PRAGMA max_page_count = 1"); err != nil { // = as many as there are
		t.Fatal(err)
	}
	numberedCalls(l, 10, 1100)
	eventually(t, "the state to say that the disk is full", func() bool {
		return strings.Contains(l.Stats().Problem, "full")
	})
	numberedCalls(l, 1100, 1200) // behind those that are held
	if s := l.Stats(); s.Waiting != 1190 || s.Dropped != 0 || s.Written != 10 {
		t.Errorf("%+v", s)
	}
	if _, err := db.Exec("PRAGMA max_page_count = 100000"); err != nil {
		t.Fatal(err)
	}
	written(t, l, 1200)
	if s := l.Stats(); s.Waiting != 0 || s.Dropped != 0 || s.Problem != "" {
		t.Errorf("%+v", s)
	}
	checkNumbered(t, l, 1200)
}

// While another process has locked the database, rows wait in memory: as many as there is room for, and the rest is counted.
func TestALockedDatabaseLosesNoRowThatThereIsRoomFor(t *testing.T) {
	l := open(t, file(t))
	other, err := sql.Open("sqlite", dsn(l.path))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	conn, err := other.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	numberedCalls(l, 0, 20_000)
	eventually(t, "the state to say that the database is locked", func() bool { return strings.Contains(l.Stats().Problem, "locked") })
	numberedCalls(l, 20_000, room+5)
	if s := l.Stats(); s.Waiting != room || s.Dropped != 5 {
		t.Errorf("%d wait, %d were dropped", s.Waiting, s.Dropped)
	}
	if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	written(t, l, room)
	if s := l.Stats(); s.Waiting != 0 || s.Problem != "" {
		t.Errorf("%+v", s)
	}
	checkNumbered(t, l, room)
}

func TestRowsThatWaitAreBoundedInBytes(t *testing.T) {
	l := open(t, file(t))
	l.Close()
	l.closed = false // it has no writer now
	defer func() { l.closed = true }()
	c := whole()
	c.Evidence = []Evidence{{Kind: "message", Raw: json.RawMessage(strings.Repeat(" ", 4<<10))}}
	for range room {
		l.Record(c)
	}
	if n := l.Stats().Waiting; n*(4<<10) > roomBytes || n*(8<<10) < roomBytes || l.Stats().Dropped != int64(room-n) {
		t.Errorf("%d rows of 4 KiB wait", n)
	}
}
