package ledger

import (
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// version is the schema's that this program writes, in SQLite's user_version. 0 is an empty database, or the
// reference's.
const version = 2

// ErrNewer says that a database is of a later version of this program.
var ErrNewer = errors.New("the ledger was written by a newer version of Afterglow")

//go:embed schema.sql
var schema string

// ownColumns are what usage_log has and the reference's may lack, with their definitions.
var ownColumns = [][2]string{
	{"failover_from", "TEXT DEFAULT NULL"},
	{"client_category", "TEXT NOT NULL DEFAULT 'cc'"},
	{"operation", "TEXT NOT NULL DEFAULT ''"},
	{"endpoint", "TEXT NOT NULL DEFAULT ''"},
	{"extra_usage_json", "TEXT NOT NULL DEFAULT ''"},
	{"session_key", "TEXT NOT NULL DEFAULT ''"},
	{"kind", "TEXT NOT NULL DEFAULT ''"},
	{"vendor_model", "TEXT NOT NULL DEFAULT ''"},
	{"status", "INTEGER NOT NULL DEFAULT 0"},
	{"error_class", "TEXT NOT NULL DEFAULT ''"},
	{"queue_ms", "INTEGER NOT NULL DEFAULT 0"},
	{"first_ms", "INTEGER NOT NULL DEFAULT 0"},
	{"retries", "INTEGER NOT NULL DEFAULT 0"},
	{"tiers", "INTEGER NOT NULL DEFAULT 0"},
	{"stream", "BOOLEAN NOT NULL DEFAULT 0"},
	{"adaptations", "TEXT NOT NULL DEFAULT ''"},
	{"agent", "TEXT NOT NULL DEFAULT ''"},
	{"cache_creation_1h_tokens", "INTEGER NOT NULL DEFAULT 0"},
	{"reasoning_tokens", "INTEGER NOT NULL DEFAULT 0"},
	{"priced_by", "TEXT NOT NULL DEFAULT ''"},
	{"dollars", "REAL NOT NULL DEFAULT 0"},
	{"yuan", "REAL NOT NULL DEFAULT 0"},
}

// dsn is the driver's name for a database. Its pragmas hold for every connection.
func dsn(path string, options ...string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path}
	options = append(options, "_pragma=busy_timeout(5000)")
	return u.String() + "?" + strings.Join(options, "&")
}

// openFiles opens a database and brings it up to date.
func openFiles(path string) (*files, error) {
	// SQLite gives its journal the mode of the database.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	f.Close()
	write, err := sql.Open("sqlite", dsn(path, "_txlock=immediate", "_pragma=auto_vacuum(2)", "_pragma=journal_mode(wal)", "_pragma=synchronous(normal)"))
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	write.SetMaxOpenConns(1)
	if err := readable(write); err != nil {
		write.Close()
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	if err := migrate(write); err != nil {
		write.Close()
		return nil, fmt.Errorf("open ledger %s: %w", path, err)
	}
	shrinkable(write)
	read, err := sql.Open("sqlite", dsn(path, "_pragma=query_only(1)"))
	if err != nil {
		write.Close()
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	read.SetMaxOpenConns(4)
	return &files{write, read}, nil
}

// errDamaged says that a database cannot be used, though SQLite does not call it corrupt.
var errDamaged = errors.New("the database is damaged")

// readable reads a database's header and its list of tables. SQLite has no code of its own for a header with an impossible
// number in it, such as "unsupported file format".
func readable(db *sql.DB) error {
	n := 0
	err := db.QueryRow("SELECT count(*) FROM sqlite_master").Scan(&n)
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_ERROR {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return err
}

// shrinkable lets a database that another program made, the reference's, give room back. It is written anew for that,
// once; where that fails, as on a disk that is full, it only does not shrink.
func shrinkable(db *sql.DB) {
	mode := 0
	if err := db.QueryRow("PRAGMA auto_vacuum").Scan(&mode); err == nil && mode == 0 {
		db.Exec("PRAGMA auto_vacuum = 2; VACUUM")
	}
}

func userVersion(db interface {
	QueryRow(string, ...any) *sql.Row
}) (v int, err error) {
	err = db.QueryRow("PRAGMA user_version").Scan(&v)
	return v, err
}

// checkVersion is the error of a database that is not of this version.
func checkVersion(db *sql.DB, path string) error {
	v, err := userVersion(db)
	switch {
	case err != nil:
		return fmt.Errorf("open ledger %s: %w", path, err)
	case v > version:
		return fmt.Errorf("open ledger %s: %w", path, ErrNewer)
	case v < version:
		return fmt.Errorf("open ledger %s: it was written by an older version or by coding-proxy. Start Afterglow once, or import it", path)
	}
	return nil
}

// migrate brings a database to this version, all of it or nothing.
func migrate(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	v, err := userVersion(tx)
	if err != nil || v == version {
		return err
	}
	if v > version {
		return ErrNewer
	}
	columns, err := columnsOf(tx, "usage_log")
	if err != nil {
		return err
	}
	if len(columns) > 0 {
		if err := adopt(tx, columns); err != nil {
			return err
		}
	}
	if err := tables(tx, v); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	if v == 0 && len(columns) > 0 {
		if err := sumUp(tx); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		return err
	}
	return tx.Commit()
}

// tables makes those that are not there, and makes the sums of version 1 anew, which had no cost.
func tables(tx *sql.Tx, v int) error {
	steps := []string{schema}
	if v == 1 {
		steps = []string{"ALTER TABLE usage_day RENAME TO usage_day_1", "ALTER TABLE session_day RENAME TO session_day_1",
			"DROP INDEX IF EXISTS session_day_last", "DROP INDEX IF EXISTS session_day_session", schema,
			`INSERT INTO usage_day SELECT day, vendor, category, operation, model, served, failed_on, '', requests, succeeded, cancelled,
				input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took, queued, first, 0, 0 FROM usage_day_1`,
			`INSERT INTO session_day SELECT day, session, vendor, category, served, '', first_ts, last_ts, requests, succeeded, cancelled, failovers,
				input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took_ms, 0, 0 FROM session_day_1`,
			"DROP TABLE usage_day_1", "DROP TABLE session_day_1"}
	}
	for _, step := range steps {
		if _, err := tx.Exec(step); err != nil {
			return err
		}
	}
	return nil
}

// adopt gives the reference's tables, of any age, what they lack.
func adopt(tx *sql.Tx, columns []string) error {
	var todo []string
	evidence, err := columnsOf(tx, "usage_evidence")
	if err != nil {
		return err
	}
	for table, have := range map[string][]string{"usage_log": columns, "usage_evidence": evidence} {
		if slices.Contains(have, "backend") && !slices.Contains(have, "vendor") {
			todo = append(todo, "ALTER TABLE "+table+" RENAME COLUMN backend TO vendor")
		}
	}
	for _, c := range ownColumns {
		if !slices.Contains(columns, c[0]) {
			todo = append(todo, "ALTER TABLE usage_log ADD COLUMN "+c[0]+" "+c[1])
		}
	}
	// Its indexes serve queries that are ours no more, and each costs with every row.
	rows, err := tx.Query("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('usage_log', 'usage_evidence') AND sql IS NOT NULL")
	if err != nil {
		return err
	}
	names, err := texts(rows)
	if err != nil {
		return err
	}
	for _, name := range names {
		todo = append(todo, `DROP INDEX "`+strings.ReplaceAll(name, `"`, `""`)+`"`)
	}
	for _, statement := range todo {
		if _, err := tx.Exec(statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// columnsOf are a table's, none if there is no such table.
func columnsOf(tx *sql.Tx, table string) ([]string, error) {
	rows, err := tx.Query("SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	return texts(rows)
}

func texts(rows *sql.Rows) (list []string, err error) {
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}
