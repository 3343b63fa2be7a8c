package ledger

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// made is a database that a file of SQL makes.
func made(t testing.TB, script string) string {
	t.Helper()
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	path := file(t)
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(string(text)); err != nil {
		t.Fatal(err)
	}
	return path
}

func scripts(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/*.sql")
	if err != nil || len(list) < 5 {
		t.Fatal(list, err)
	}
	return list
}

// RC-80: every schema that there ever was is brought up to date in place, with its sums; a second time nothing
// happens.
func TestEverySchemaIsBroughtUpToDate(t *testing.T) {
	for _, script := range scripts(t) {
		t.Run(filepath.Base(script), func(t *testing.T) {
			path := made(t, script)
			if _, err := OpenReadOnly(path); err == nil && !strings.Contains(script, "ledger-") {
				t.Error("a database of another schema is read")
			}
			for range 2 {
				l := open(t, path)
				if s := l.Stats(); s.Problem != "" {
					t.Fatal(s.Problem)
				}
				checkTwoRows(t, l)
				mode := 0
				if err := l.files.Load().write.QueryRow("PRAGMA auto_vacuum").Scan(&mode); err != nil || mode != 2 {
					t.Errorf("it gives no room back: mode %d, %v", mode, err)
				}
				l.Close()
			}
		})
	}
}

// checkTwoRows checks the rows that each of the scripts has, and that sums are theirs.
func checkTwoRows(t *testing.T, l *Ledger) {
	t.Helper()
	calls := all(t, l, Query{})
	if len(calls) != 2 {
		t.Fatalf("%d rows", len(calls))
	}
	if c := calls[0]; c.Vendor != "zhipu" || c.Usage.Total() != 127 || c.Took != 1500*time.Millisecond || c.Class != OK || c.RequestID != "req_1" || c.Kind != "messages" ||
		Stamp(c.Time) != "2026-01-05T10:00:00.250Z" {
		t.Errorf("%+v", c)
	}
	if c := calls[1]; c.Class != Unknown || c.Usage.Input != 7 {
		t.Errorf("%+v", c)
	}
	rows, err := l.Rows(t.Context(), Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var sum Sums
	for _, r := range rows {
		sum.Add(r.Sums)
	}
	if len(rows) != 2 || sum.Requests != 2 || sum.Succeeded != 1 || sum.Usage.Total() != 134 || sum.Took.Count != 1 {
		t.Errorf("%d rows of sums, %+v", len(rows), sum)
	}
}

// The reference's database, of any age, is taken over without a change of it; a second import adds only what is new.
func TestImport(t *testing.T) {
	for _, script := range scripts(t) {
		if strings.Contains(script, "ledger-") {
			continue
		}
		t.Run(filepath.Base(script), func(t *testing.T) {
			path := made(t, script)
			before, _ := os.ReadFile(path)
			l := open(t, file(t))
			if n, err := l.Import(t.Context(), path); n != 2 || err != nil {
				t.Fatal(n, err)
			}
			if n, err := l.Import(t.Context(), path); n != 0 || err != nil {
				t.Errorf("a second time: %d %v", n, err)
			}
			checkTwoRows(t, l)
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the imported database has changed")
			}
			db, err := sql.Open("sqlite", dsn(path))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			column := "vendor"
			if strings.Contains(script, "backend") {
				column = "backend"
			}
			if _, err := db.Exec("INSERT INTO usage_log (ts, " + column + ", model_requested, model_served) VALUES ('2026-02-01T00:00:00.000Z', 'kimi', 'm', 'm')"); err != nil {
				t.Fatal(err)
			}
			if n, err := l.Import(t.Context(), path); n != 1 || err != nil {
				t.Errorf("what came since: %d %v", n, err)
			}
		})
	}
}

// A row whose time nobody can read is left out, and keeps no other from being imported.
func TestImportGoesPastRowsWithoutATime(t *testing.T) {
	path := made(t, filepath.Join("testdata", "reference-vendor.sql"))
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= ?)
		INSERT INTO usage_log (ts, vendor, model_requested, model_served) SELECT CASE WHEN i <= ? THEN 'soon' ELSE '2026-02-01T00:00:00.000Z' END, 'kimi', 'm', 'm' FROM n`, importBatch+9, importBatch+8)
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, file(t))
	if n, err := l.Import(t.Context(), path); n != 4 || err != nil {
		t.Errorf("%d rows, want the script's two and two that came after %d: %v", n, importBatch+8, err)
	}
}

// What is no database of the reference's is refused: a ledger's calls, this one's first of all, would count twice.
func TestImportRefuses(t *testing.T) {
	path := file(t)
	own := open(t, path)
	own.Record(whole())
	written(t, own, 1)
	if n, err := own.Import(t.Context(), path); n != 0 || err == nil || !strings.Contains(err.Error(), "Afterglow's own ledger") {
		t.Errorf("%d rows of its own, %v", n, err)
	}
	l := open(t, file(t))
	if _, err := l.Import(t.Context(), "nowhere.db"); err == nil {
		t.Error("what is not there is imported")
	}
	text := filepath.Join(t.TempDir(), "text.db")
	os.WriteFile(text, []byte("no database at all, but some text"), 0o600)
	if _, err := l.Import(t.Context(), text); err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("a text is imported: %v", err)
	}
}
