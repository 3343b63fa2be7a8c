package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/proxy/price"
)

// Rows reads the sums of a range, a row a day and combination, by day and vendor. What they cost is by the prices
// given, not by those of that day.
func (l *Ledger) Rows(ctx context.Context, q Query, prices price.Table) ([]Row, error) {
	where, args := q.days()
	rows, err := l.query(ctx, `SELECT day, vendor, category, operation, model, served, failed_on, requests, succeeded,
		input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took, queued, first FROM usage_day`+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Row
	for rows.Next() {
		var r Row
		var took, queued, first sql.RawBytes
		u := &r.Usage
		err := rows.Scan(&r.Date, &r.Vendor, &r.Category, &r.Operation, &r.Model, &r.Served, &r.FailedOn, &r.Requests, &r.Succeeded,
			&u.Input, &u.Output, &u.CacheCreation, &u.CacheRead, &u.CacheCreation1h, &u.Reasoning, &took, &queued, &first)
		if err == nil && !q.wants(r.Vendor, r.Model, r.Served) {
			continue
		}
		if err == nil {
			err = r.decode(took, queued, first)
		}
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		if r.FailedOn != "" {
			r.Failovers = r.Requests
		}
		r.Cost = prices.Cost(r.Vendor, r.Served, r.Requests, r.Usage)
		list = append(list, r)
	}
	return list, rows.Err()
}

// days is a condition for the sums of a query's days.
func (q Query) days() (where string, args []any) {
	var conditions []string
	if q.From != "" {
		conditions, args = append(conditions, "day >= ?"), append(args, q.From)
	}
	if q.To != "" {
		conditions, args = append(conditions, "day <= ?"), append(args, q.To)
	}
	if len(conditions) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}

const selectSession = `SELECT session, vendor, category, served, first_ts, last_ts, requests, succeeded, failovers,
	input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took_ms FROM session_day`

// Sessions reads what each session of a range cost, the one used last first, at most limit of them.
func (l *Ledger) Sessions(ctx context.Context, q Query, prices price.Table, limit int) ([]Session, error) {
	where, args := q.days()
	rows, err := l.query(ctx, selectSession+where, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, q, prices, limit)
}

// SessionsSince is Sessions for the calls since a time, exactly.
func (l *Ledger) SessionsSince(ctx context.Context, since time.Time, prices price.Table, limit int) ([]Session, error) {
	rows, err := l.query(ctx, `SELECT session_key, vendor, client_category, model_served, min(ts), max(ts), count(*), sum(success), sum(failover),
		sum(input_tokens), sum(output_tokens), sum(cache_creation_tokens), sum(cache_read_tokens), sum(cache_creation_1h_tokens), sum(reasoning_tokens),
		sum(CASE WHEN success THEN duration_ms ELSE 0 END)
		FROM usage_log WHERE ts >= ? AND session_key != '' GROUP BY session_key, vendor, client_category, model_served`, Stamp(since))
	if err != nil {
		return nil, err
	}
	return collect(rows, Query{}, prices, limit)
}

// tally counts calls by names.
type tally map[string]int64

// names are those counted, the most frequent first.
func (t tally) names() []string {
	list := make([]string, 0, len(t))
	for name := range t {
		list = append(list, name)
	}
	slices.SortFunc(list, func(a, b string) int {
		if t[a] != t[b] {
			return int(t[b] - t[a])
		}
		return strings.Compare(a, b)
	})
	return list
}

// collected is a session while its rows are read.
type collected struct {
	Session
	first, last                 string
	models, vendors, categories tally
}

// collect puts rows together by session.
func collect(rows *sql.Rows, q Query, prices price.Table, limit int) ([]Session, error) {
	defer rows.Close()
	sessions := map[string]*collected{}
	for rows.Next() {
		var key, vendor, category, served, first, last string
		var s Sums
		var took int64
		u := &s.Usage
		err := rows.Scan(&key, &vendor, &category, &served, &first, &last, &s.Requests, &s.Succeeded, &s.Failovers,
			&u.Input, &u.Output, &u.CacheCreation, &u.CacheRead, &u.CacheCreation1h, &u.Reasoning, &took)
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		if !q.wants(vendor, served, served) {
			continue
		}
		s.Cost = prices.Cost(vendor, served, s.Requests, s.Usage)
		s.Took.Count, s.Took.Total = s.Succeeded, time.Duration(took)*time.Millisecond
		at := sessions[key]
		if at == nil {
			at = &collected{Session: Session{Key: key}, first: first, last: last, models: tally{}, vendors: tally{}, categories: tally{}}
			sessions[key] = at
		}
		at.first, at.last = min(at.first, first), max(at.last, last)
		at.models[served] += s.Requests
		at.vendors[vendor] += s.Requests
		at.categories[category] += s.Requests
		took0 := at.Took
		at.Add(s)
		at.Took = Histogram{Count: took0.Count + s.Took.Count, Total: took0.Total + s.Took.Total}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	return latest(sessions, limit)
}

// latest are the sessions used last, complete.
func latest(sessions map[string]*collected, limit int) ([]Session, error) {
	all := make([]*collected, 0, len(sessions))
	for _, s := range sessions {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *collected) int {
		if a.last != b.last {
			return strings.Compare(b.last, a.last)
		}
		return strings.Compare(a.Key, b.Key)
	})
	list := make([]Session, 0, min(limit, len(all)))
	for _, s := range all[:min(limit, len(all))] {
		var err error
		if s.First, err = time.Parse(time.RFC3339Nano, s.first); err == nil {
			s.Last, err = time.Parse(time.RFC3339Nano, s.last)
		}
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		s.Models, s.Vendors, s.Categories = s.models.names(), s.vendors.names(), s.categories.names()
		list = append(list, s.Session)
	}
	return list, nil
}

// Minutes reads the minutes of a gauge since a time, the oldest first. There are none for minutes in which nothing
// happened.
func (l *Ledger) Minutes(ctx context.Context, vendor, model string, since time.Time) ([]Minute, error) {
	rows, err := l.query(ctx, `SELECT minute, in_flight, pending, slots, refused FROM gauge_minute
		WHERE vendor = ? AND model = ? AND minute >= ? ORDER BY minute`, vendor, model, since.Unix()/60)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Minute
	for rows.Next() {
		m, minute := Minute{Vendor: vendor, Model: model}, int64(0)
		if err := rows.Scan(&minute, &m.InFlight, &m.Pending, &m.Limit, &m.Refused); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		m.Time = time.Unix(minute*60, 0)
		list = append(list, m)
	}
	return list, rows.Err()
}
