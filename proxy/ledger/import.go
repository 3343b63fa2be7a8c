package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// importBatch is how many rows of an import are written at once, so that the rows of calls that end meanwhile do not
// wait for all of them.
const importBatch = 5000

// Import copies the rows of the reference's database, of any version, and returns how many those were. Frames of
// usage are not copied. The database is not changed. What was imported before is left out, so that it may be done
// again. The error may be that the file is a ledger, whose calls may be in this one already.
func (l *Ledger) Import(ctx context.Context, path string) (added int, err error) {
	if _, err := os.Stat(path); err != nil {
		return 0, fmt.Errorf("import: %w", err)
	}
	// A copy, because a database of an earlier version must be brought up to date to be read.
	source, err := copyOf(ctx, path)
	if err != nil {
		return 0, fmt.Errorf("import %s: %w", path, err)
	}
	defer source.remove()
	mark, err := markOf(ctx, source.DB)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil // it is empty
	}
	if err != nil {
		return 0, fmt.Errorf("import %s: %w", path, err)
	}
	for {
		n, more, err := l.importSome(ctx, source.DB, mark)
		if added += n; err != nil || !more {
			return added, err
		}
	}
}

// markOf tells one database from another, wherever it lies: by its first row.
func markOf(ctx context.Context, db *sql.DB) (mark string, err error) {
	err = db.QueryRowContext(ctx, "SELECT id || ' ' || ts || ' ' || vendor || ' ' || model_requested || ' ' || request_id FROM usage_log ORDER BY id LIMIT 1").Scan(&mark)
	return mark, err
}

// importSome copies the next rows: n of them, for those without a time that can be read are left out.
func (l *Ledger) importSome(ctx context.Context, source *sql.DB, mark string) (n int, more bool, err error) {
	tx, err := l.files.Load().write.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, fmt.Errorf("import: %w", err)
	}
	defer tx.Rollback()
	last := int64(0)
	err = tx.QueryRow("SELECT last_id FROM imported WHERE source = ?", mark).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("import: %w", err)
	}
	query := func(query string, args ...any) (*sql.Rows, error) { return source.QueryContext(ctx, query, args...) }
	var calls []Call
	err = eachCall(query, " WHERE id IN (SELECT id FROM usage_log WHERE id > ? ORDER BY id LIMIT ?)", []any{last, importBatch}, func(id int64, c Call) error {
		last, more = max(last, id), true
		if !c.Time.IsZero() {
			calls = append(calls, c)
		}
		return nil
	})
	if err != nil || !more {
		return 0, false, err
	}
	if err = insertCalls(tx, calls); err == nil {
		_, err = tx.Exec("INSERT INTO imported VALUES (?, ?) ON CONFLICT DO UPDATE SET last_id = excluded.last_id", mark, last)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return 0, false, fmt.Errorf("import: %w", err)
	}
	return len(calls), true, nil
}

// copied is a database in a file of its own.
type copied struct {
	*sql.DB
	path string
}

func (c *copied) remove() {
	if c.DB != nil {
		c.Close()
	}
	os.RemoveAll(filepath.Dir(c.path))
}

// copyOf copies a database and brings the copy up to date. The caller removes it.
func copyOf(ctx context.Context, path string) (*copied, error) {
	db, err := sql.Open("sqlite", dsn(path, "mode=ro"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if v, err := userVersion(db); err != nil || v != 0 {
		return nil, cmp.Or(err, errors.New("this is Afterglow's own ledger. Expected coding-proxy's usage.db"))
	}
	dir, err := os.MkdirTemp("", "afterglow-import-")
	if err != nil {
		return nil, err
	}
	c := &copied{path: filepath.Join(dir, "copy.db")}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", c.path); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	if c.DB, err = sql.Open("sqlite", dsn(c.path)); err == nil {
		c.SetMaxOpenConns(1)
		err = migrate(c.DB)
	}
	if err != nil {
		c.remove()
		return nil, err
	}
	return c, nil
}
