package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/calendar"
	"afterglow/proxy/price"
)

// open is a ledger in a folder of its own.
func open(t testing.TB, path string) *Ledger {
	t.Helper()
	l, err := Open(Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "ledger.db") }

// whole is a call with a value in every field.
func whole() Call {
	return Call{
		Time: time.Date(2026, 11, 25, 9, 30, 0, 123e6, time.UTC), Kind: "messages", Operation: "messages", Endpoint: "/v1/messages", RequestID: "req_1", Session: "s-1", Agent: "a-1",
		Model: "claude-opus-5", Vendor: "zhipu", VendorModel: "glm-5.1", Served: "glm-5.1-0414",
		Usage:   anthropic.Usage{Input: 1, Output: 2, CacheCreation: 30, CacheRead: 4, CacheCreation1h: 10, Reasoning: 1},
		Details: map[string]int64{"input_audio_tokens": 3}, Stream: true, Status: 200, Class: Broken, Retries: 2, Tiers: 2, FailedFrom: "kimi",
		Queued: 5 * time.Second, First: 6 * time.Second, Took: 9 * time.Second, Adaptations: []string{"thinking", "billing_header"},
	}
}

// longest is how long a test waits for what must happen. A slow machine may need long.
const longest = 3 * time.Minute

// eventually waits until something is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(longest); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// written waits until n rows are written.
func written(t testing.TB, l *Ledger, n int64) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d rows", n), func() bool { return l.Stats().Written >= n })
}

func all(t testing.TB, l *Ledger, q Query) (calls []Call) {
	t.Helper()
	if err := l.Each(context.Background(), q, func(c Call) error { calls = append(calls, c); return nil }); err != nil {
		t.Fatal(err)
	}
	return calls
}

func TestACallComesBackAsItWas(t *testing.T) {
	defer goleak.VerifyNone(t)
	path := file(t)
	l := open(t, path)
	want := []Call{whole(), {Time: whole().Time.Add(time.Second), Kind: "native", Vendor: "openai", Model: "gpt", Served: "gpt", Operation: "chat"}}
	for _, c := range want {
		l.Record(c)
	}
	written(t, l, 2)
	if diff := cmp.Diff(want, all(t, l, Query{})); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	l.Record(whole())
	if l.Close(); l.Stats().Dropped != 1 {
		t.Error("a row after the end is not counted as dropped")
	}
	reader, err := OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all(t, reader, Query{From: "2026-11-25", Vendors: []string{"zhipu"}, Models: []string{"glm-5.1-0414"}})); n != 1 {
		t.Errorf("%d rows of a closed ledger", n)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
}

// What is in the buffer at the end is written.
func TestCloseWritesWhatWaits(t *testing.T) {
	path := file(t)
	l := open(t, path)
	for range 100 {
		l.Record(whole())
	}
	l.Close()
	if n := len(all(t, open(t, path), Query{})); n != 100 {
		t.Errorf("%d rows, want 100", n)
	}
}

// RC-12: tokens of the cache are tokens. Sums, sessions and costs are those of the rows.
func TestSumsAreThoseOfTheRows(t *testing.T) {
	l := open(t, file(t))
	prices := price.Table{}
	day := time.Date(2026, 11, 25, 12, 0, 0, 0, time.Local)
	for i := range 100 {
		c := whole()
		c.Time, c.Took, c.Queued = day.Add(time.Duration(i)*time.Second), time.Duration(i+1)*time.Second, 0
		if c.Class, c.FailedFrom = OK, ""; i%10 == 0 {
			c.Class, c.FailedFrom = RateLimit, "kimi"
		}
		if i == 55 {
			c.Class = Gone // nobody failed
		}
		c.Session = fmt.Sprintf("s-%d", i%3)
		l.Record(c)
	}
	written(t, l, 100)
	rows, err := l.Rows(t.Context(), Query{From: "2026-11-25", To: "2026-11-25"}, prices)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var sum Sums
	for _, r := range rows {
		sum.Add(r.Sums)
	}
	if sum.Requests != 100 || sum.Succeeded != 89 || sum.Cancelled != 1 || sum.Failovers != 10 || sum.Usage.Total() != 3700 || sum.Usage.CacheCreation1h != 1000 || sum.Took.Count != 89 || sum.Queued.Count != 0 {
		t.Errorf("%+v", sum)
	}
	if p50 := sum.Took.Quantile(0.5); p50 < 48*time.Second || p50 > 54*time.Second {
		t.Errorf("p50 %v, want about 51 s", p50)
	}
	if sum.Cost.String() != "–" || sum.Cost.Unpriced != 100 {
		t.Errorf("without a price it costs %v", sum.Cost)
	}
	for name, read := range map[string]func() ([]Session, error){
		"by day":   func() ([]Session, error) { return l.Sessions(t.Context(), Query{From: "2026-11-25"}, prices, 2) },
		"by hours": func() ([]Session, error) { return l.SessionsSince(t.Context(), day, prices, 2) },
	} {
		sessions, err := read()
		if err != nil || len(sessions) != 2 || sessions[0].Key != "s-0" || sessions[1].Key != "s-2" {
			t.Fatalf("%s: %+v %v", name, sessions, err)
		}
		s := sessions[0]
		if s.Requests != 34 || s.Usage.Total() != 34*37 || !s.First.Equal(day) || !s.Last.Equal(day.Add(99*time.Second)) || s.Models[0] != "glm-5.1-0414" || s.Categories[0] != "cc" || s.Took.Mean() == 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if rows, _ := l.Rows(t.Context(), Query{To: "2026-11-24"}, prices); len(rows) != 0 {
		t.Error("the day before has rows")
	}
}

// RC-79: a day is the local one, on the days too on which the clock is changed, and times compare as texts.
func TestADayIsTheLocalOne(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	here := time.Local
	time.Local = zone
	t.Cleanup(func() { time.Local = here }) // after the ledger's goroutine has ended
	l := open(t, file(t))
	times := []time.Time{ // the clock went back on 2026-11-01 at 02:00
		time.Date(2026, 10, 31, 23, 59, 59, 999e6, zone), time.Date(2026, 11, 1, 0, 0, 0, 0, zone), time.Date(2026, 11, 1, 23, 59, 59, 999e6, zone), time.Date(2026, 11, 2, 0, 0, 0, 0, zone),
	}
	for _, at := range times {
		c := whole()
		c.Time = at
		l.Record(c)
	}
	written(t, l, 4)
	rows, err := l.Rows(t.Context(), Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, r := range rows {
		got[r.Date] += r.Requests
	}
	if diff := cmp.Diff(map[string]int64{"2026-10-31": 1, "2026-11-01": 2, "2026-11-02": 1}, got); diff != "" {
		t.Error(diff)
	}
	if n := len(all(t, l, Query{From: "2026-11-01", To: "2026-11-01"})); n != 2 {
		t.Errorf("%d rows of that day are exported", n)
	}
	if s := Stamp(times[0]); s != "2026-11-01T03:59:59.999Z" {
		t.Error(s)
	}
}

func TestMinutesOfAGauge(t *testing.T) {
	l := open(t, file(t))
	begin := calendar.Now().Truncate(time.Minute).Add(-time.Hour)
	m := func(i, inFlight, refused int) Minute {
		return Minute{Time: begin.Add(time.Duration(i) * time.Minute), Vendor: "zhipu", Model: "glm-5.1", InFlight: inFlight, Pending: 1, Limit: 3, Refused: refused}
	}
	l.PutMinutes([]Minute{m(0, 3, 1), m(1, 2, 0), {Time: begin, Vendor: "kimi", Model: "x", InFlight: 9}})
	l.PutMinutes([]Minute{m(1, 1, 4)}) // after a restart within the minute
	var got []Minute
	eventually(t, "the minutes", func() bool {
		got, _ = l.Minutes(t.Context(), "zhipu", "glm-5.1", begin, time.Minute)
		return len(got) == 2 && got[1].Refused == 4
	})
	if diff := cmp.Diff([]Minute{m(0, 3, 1), m(1, 2, 4)}, got); diff != "" {
		t.Error(diff)
	}
	folded, err := l.Minutes(t.Context(), "zhipu", "glm-5.1", begin, 24*time.Hour)
	if err != nil || len(folded) != 1 || folded[0].InFlight != 3 || folded[0].Refused != 5 || folded[0].Limit != 3 {
		t.Errorf("%+v %v", folded, err)
	}
}

// A buffer that is full drops rows and says so; nobody waits.
func TestAFullBufferDropsAndCounts(t *testing.T) {
	l := open(t, file(t))
	hold, err := l.files.Load().write.Begin() // the writer waits for its only connection
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for range room {
				l.Record(whole())
			}
		})
	}
	calls.Wait()
	if l.Stats().Dropped == 0 {
		t.Error("nothing was dropped")
	}
	hold.Rollback()
	written(t, l, room)
	s := l.Stats()
	if s.Written+s.Dropped > 8*room || len(l.calls) != 0 {
		t.Errorf("%+v", s)
	}
	l.Close()
	if s := l.Stats(); s.Written+s.Dropped != 8*room {
		t.Errorf("%+v: some are neither written nor counted", s)
	}
}

// A database that cannot be used is kept, the program goes on, and says what happened.
func TestABrokenDatabaseIsSetAside(t *testing.T) {
	path := file(t)
	if err := os.WriteFile(path, []byte("this is no database, but somebody may want it"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	l.Record(whole())
	written(t, l, 1)
	kept, err := filepath.Glob(path + ".*.broken")
	if err != nil || len(kept) != 1 || !strings.Contains(l.Stats().Problem, filepath.Base(kept[0])) {
		t.Fatalf("%v, %+v", kept, l.Stats())
	}
	if text, _ := os.ReadFile(kept[0]); !strings.HasPrefix(string(text), "this is no database") {
		t.Error("what was there is not kept")
	}
}

// So is one that breaks while the program runs.
func TestADatabaseThatBreaksIsReplaced(t *testing.T) {
	path := file(t)
	l := open(t, path)
	l.Record(whole())
	written(t, l, 1)
	if _, err := l.files.Load().write.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, 60<<10), 4096); err != nil { // every page but the first
		t.Fatal(err)
	}
	l.files.Load().write.Exec("PRAGMA shrink_memory")
	for range 3 {
		l.Record(whole())
	}
	written(t, l, 4)
	if n := len(all(t, l, Query{})); n != 3 || !strings.Contains(l.Stats().Problem, ".broken") {
		t.Errorf("%d rows, %+v", n, l.Stats())
	}
}

func TestANewerDatabaseIsLeftAlone(t *testing.T) {
	path := file(t)
	l := open(t, path)
	if _, err := l.files.Load().write.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := OpenReadOnly(path); !errors.Is(err, ErrNewer) {
		t.Error(err)
	}
	again := open(t, path)
	again.Record(whole())
	written(t, again, 1)
	if s := again.Stats(); s.Path == path || !strings.Contains(s.Problem, ErrNewer.Error()) {
		t.Errorf("%+v", s)
	}
	if _, err := OpenReadOnly(path); !errors.Is(err, ErrNewer) {
		t.Errorf("the newer one has changed: %v", err)
	}
}

// What only somebody else can mend is no reason to set a database aside.
func TestADatabaseThatCannotBeOpenedNowIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "folder")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if l, err := Open(Options{Path: path}); err == nil {
		l.Close()
		t.Error("a folder is taken for a database")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != "folder" {
		t.Errorf("%v", left)
	}
}

func TestWhatIsTooOldGoesAndGivesItsRoomBack(t *testing.T) {
	path := file(t)
	l := open(t, path)
	now := calendar.Now()
	c := whole()
	for i := range 3 * tidyRows {
		c.Time = now.AddDate(0, 0, -100).Add(time.Duration(i) * time.Second)
		c.Evidence = []Evidence{{Kind: "message", Raw: json.RawMessage(`{"input_tokens":1}`)}}
		l.Record(c)
	}
	c.Time, c.Evidence = now.AddDate(0, 0, -5), nil
	l.Record(c)
	l.PutMinutes([]Minute{{Time: now.AddDate(0, 0, -31), Vendor: "v", Model: "m"}, {Time: now.AddDate(0, 0, -29), Vendor: "v", Model: "m"}})
	written(t, l, 3*tidyRows+1)
	believe(t, l, now)
	l.Close()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	short, err := Open(Options{Path: path, Retention: 30 * 24 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	eventually(t, "old rows to go, and to give back every page", func() bool {
		rows, err := short.Rows(t.Context(), Query{}, nil)
		if err != nil || len(rows) != 1 || len(all(t, short, Query{})) != 1 {
			return false
		}
		free, err := short.freePages()
		return err == nil && free == 0
	})
	if m, err := short.Minutes(t.Context(), "v", "m", time.Time{}, 0); err != nil || len(m) != 1 {
		t.Errorf("%d minutes, %v", len(m), err)
	}
	short.Close()
	if after, err := os.Stat(path); err != nil || after.Size() > before.Size()/4 {
		t.Errorf("%d bytes, %d before, %v", after.Size(), before.Size(), err)
	}
}

// RC-78 in a file: a name that a spreadsheet would run is a text. Both formats hold every row.
func TestExport(t *testing.T) {
	l := open(t, file(t))
	bad := whole()
	bad.Model, bad.Session = `=HYPERLINK("http://x")`, "+1,2\n3"
	l.Record(bad)
	l.Record(whole())
	written(t, l, 2)
	var text bytes.Buffer
	if err := l.ExportCSV(t.Context(), Query{}, &text); err != nil {
		t.Fatal(err)
	}
	if got := text.String(); strings.Count(got, "zhipu") != 2 || !strings.Contains(got, `"'=HYPERLINK(""http://x"")"`) || !strings.Contains(got, "\"'+1,2\n3\"") {
		t.Error(got)
	}
	text.Reset()
	if err := l.ExportJSON(t.Context(), Query{}, &text); err != nil {
		t.Fatal(err)
	}
	var rows []exported
	if err := json.Unmarshal(text.Bytes(), &rows); err != nil || len(rows) != 2 || rows[0].Model != bad.Model || rows[1].CacheCreation1h != 10 {
		t.Errorf("%v %+v", err, rows)
	}
	text.Reset()
	if err := l.ExportJSON(t.Context(), Query{To: "2020-01-01"}, &text); err != nil || strings.TrimSpace(text.String()) != "[\n]" {
		t.Error(text.String(), err)
	}
	if err := l.ExportCSV(t.Context(), Query{From: "yesterday"}, &text); err == nil {
		t.Error("a day that is none is taken")
	}
}
