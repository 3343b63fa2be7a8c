package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

const selectCall = `SELECT id, ts, vendor, model_requested, model_served, input_tokens, output_tokens,
	cache_creation_tokens, cache_read_tokens, duration_ms, success, coalesce(failover_from, ''), coalesce(request_id, ''), coalesce(client_category, 'cc'),
	coalesce(operation, ''), coalesce(endpoint, ''), coalesce(extra_usage_json, ''), coalesce(session_key, ''), kind, vendor_model, status, error_class, queue_ms, first_ms, retries,
	tiers, stream, adaptations, agent, cache_creation_1h_tokens, reasoning_tokens, priced_by, dollars, yuan FROM usage_log`

// Each calls do with each row of a range, the oldest first, until it gives an error, which Each returns. It keeps
// none of them.
func (l *Ledger) Each(ctx context.Context, q Query, do func(Call) error) error {
	where, args, err := q.times("ts")
	if err != nil {
		return err
	}
	query := func(query string, args ...any) (*sql.Rows, error) {
		return l.files.Load().read.QueryContext(ctx, query, args...)
	}
	err = eachCall(query, where, args, func(_ int64, c Call) error {
		if c.Time.IsZero() || !q.wants(c.Vendor, c.Model, c.Served) {
			return nil
		}
		return do(c)
	})
	l.doubt(err)
	return err
}

// eachCall reads rows of usage_log by time. A row whose time another program wrote, and nobody can read, has none.
func eachCall(query func(string, ...any) (*sql.Rows, error), where string, args []any, do func(id int64, c Call) error) error {
	rows, err := query(selectCall+where+" ORDER BY ts, id", args...)
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		id, c, err := scanCall(rows)
		if err != nil {
			return fmt.Errorf("read ledger: %w", err)
		}
		if err := do(id, c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	return nil
}

func scanCall(rows *sql.Rows) (id int64, c Call, err error) {
	var ts, category, extra, labels string
	var success bool
	var took, queued, first sql.NullInt64
	u := &c.Usage
	err = rows.Scan(&id, &ts, &c.Vendor, &c.Model, &c.Served, &u.Input, &u.Output, &u.CacheCreation, &u.CacheRead, &took, &success,
		&c.FailedFrom, &c.RequestID, &category, &c.Operation, &c.Endpoint, &extra, &c.Session, &c.Kind, &c.VendorModel, &c.Status, &c.Class, &queued, &first,
		&c.Retries, &c.Tiers, &c.Stream, &labels, &c.Agent, &u.CacheCreation1h, &u.Reasoning, &c.PricedBy, &c.Cost.Dollars, &c.Cost.Yuan)
	if err != nil {
		return id, c, err
	}
	if c.PricedBy != "" {
		c.Cost.Priced = 1
	}
	c.Time, _ = time.Parse(time.RFC3339Nano, ts) // zero, if somebody else wrote it
	c.Took, c.Queued, c.First = millis(took), millis(queued), millis(first)
	if !success && c.Class == OK { // the reference's: it did not say why
		c.Class = Unknown
	}
	if c.Kind == "" {
		c.Kind = map[string]string{"cc": "messages"}[category]
		if c.Kind == "" {
			c.Kind = "native"
		}
	}
	if extra != "" && json.Unmarshal([]byte(extra), &c.Details) != nil {
		c.Details = nil // the reference's may hold more than counts
	}
	if labels != "" {
		err = json.Unmarshal([]byte(labels), &c.Adaptations)
	}
	return id, c, err
}

func millis(n sql.NullInt64) time.Duration { return time.Duration(n.Int64) * time.Millisecond }

// wants reports whether a query's lists choose a row.
func (q Query) wants(vendor, model, served string) bool {
	return chooses(q.Vendors, vendor) && (chooses(q.Models, model) || chooses(q.Models, served))
}

func chooses(list []string, name string) bool {
	for _, wanted := range list {
		if wanted == name {
			return true
		}
	}
	return len(list) == 0
}

// times is a condition for the rows of a query's days, by the column of their time. A day begins when it does here.
func (q Query) times(column string) (where string, args []any, err error) {
	if q.From != "" {
		from, err := time.ParseInLocation(time.DateOnly, q.From, time.Local)
		if err != nil {
			return "", nil, fmt.Errorf("from: expected a day such as 2026-11-25, got %q", q.From)
		}
		where, args = " WHERE "+column+" >= ?", append(args, Stamp(from))
	}
	if q.To != "" {
		to, err := time.ParseInLocation(time.DateOnly, q.To, time.Local)
		if err != nil {
			return "", nil, fmt.Errorf("to: expected a day such as 2026-11-25, got %q", q.To)
		}
		join := " WHERE "
		if where != "" {
			join = " AND "
		}
		where, args = where+join+column+" < ?", append(args, Stamp(to.AddDate(0, 0, 1)))
	}
	return where, args, nil
}
