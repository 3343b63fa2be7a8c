package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/price"
)

// Rows reads the sums of a range, a row a day and combination, by day and vendor. What they cost is what
// it was when they ended; of those that had no price then, it is by the prices given.
func (l *Ledger) Rows(ctx context.Context, q Query, prices price.Table) ([]Row, error) {
	where, args := q.days()
	var list []Row
	err := l.scan(ctx, `SELECT day, vendor, category, operation, model, served, failed_on, priced_by, requests, succeeded, cancelled,
		input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took, queued, first, dollars, yuan FROM usage_day`+where, args, func(v *values) error {
		r := Row{Date: v.text(), Vendor: v.text(), Category: v.text(), Operation: v.text(), Model: v.text(), Served: v.text(), FailedOn: v.text()}
		pricedBy := v.text()
		if !q.wants(r.Vendor, r.Model, r.Served) {
			return nil
		}
		r.Requests, r.Succeeded, r.Cancelled = v.number(), v.number(), v.number()
		r.Usage = v.usage()
		if r.FailedOn != "" {
			r.Failovers = r.Requests
		}
		if err := r.decode(v.blob(), v.blob(), v.blob()); err != nil {
			return err
		}
		r.Cost = v.cost(pricedBy, prices, r.Vendor, r.Served, r.Requests, r.Usage)
		list = append(list, r)
		return nil
	})
	return list, err
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

const selectSession = `SELECT session, vendor, category, served, priced_by, first_ts, last_ts, requests, succeeded, cancelled, failovers,
	input, output, cache_creation, cache_read, cache_creation_1h, reasoning, took_ms, dollars, yuan FROM session_day`

// Sessions reads what each session of a range cost, the one used last first, at most limit of them.
func (l *Ledger) Sessions(ctx context.Context, q Query, prices price.Table, limit int) ([]Session, error) {
	keys, err := l.lastSessions(ctx, q, limit)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	where, args := q.days()
	where = strings.Replace(" WHERE session IN (?"+strings.Repeat(",?", len(keys)-1)+")"+where, ") WHERE", ") AND", 1)
	c := collector{q: q, prices: prices, sessions: map[string]*collected{}}
	if err := l.scan(ctx, selectSession+where, append(keys, args...), c.add); err != nil {
		return nil, err
	}
	return c.latest(limit)
}

// errEnough ends a scan.
var errEnough = errors.New("enough")

// lastSessions are the sessions of a range that were used last. It reads no further than it must.
func (l *Ledger) lastSessions(ctx context.Context, q Query, limit int) (keys []any, err error) {
	where, args, err := q.times("last_ts")
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	err = l.scan(ctx, "SELECT session, vendor, served FROM session_day INDEXED BY session_day_last"+where+" ORDER BY last_ts DESC", args, func(v *values) error {
		if len(keys) == limit {
			return errEnough
		}
		key, vendor, served := v.text(), v.text(), v.text()
		if !seen[key] && q.wants(vendor, served, served) {
			seen[key] = true
			keys = append(keys, key)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return keys, err
}

// SessionsSince is Sessions for the calls since a time, exactly.
func (l *Ledger) SessionsSince(ctx context.Context, since time.Time, prices price.Table, limit int) ([]Session, error) {
	c := collector{prices: prices, sessions: map[string]*collected{}}
	err := l.scan(ctx, `SELECT session_key, vendor, client_category, model_served, priced_by, min(ts), max(ts), count(*), sum(success), sum(error_class IN ('client_gone', 'client_stalled', 'cancelled')), sum(failover),
		sum(input_tokens), sum(output_tokens), sum(cache_creation_tokens), sum(cache_read_tokens), sum(cache_creation_1h_tokens), sum(reasoning_tokens),
		sum(CASE WHEN success THEN duration_ms ELSE 0 END), sum(dollars), sum(yuan)
		FROM usage_log WHERE ts >= ? AND session_key != '' GROUP BY session_key, vendor, client_category, model_served, priced_by`, []any{Stamp(since)}, c.add)
	if err != nil {
		return nil, err
	}
	return c.latest(limit)
}

// cost reads two columns: what calls cost when they ended. Those that had no price then cost what the prices say.
func (v *values) cost(pricedBy string, prices price.Table, vendor, served string, calls int64, u anthropic.Usage) price.Cost {
	kept := price.Cost{Dollars: v.real(), Yuan: v.real(), Priced: calls}
	if pricedBy == "" {
		return prices.Cost(vendor, served, calls, u)
	}
	return kept
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

// collector puts rows together by session.
type collector struct {
	q        Query
	prices   price.Table
	sessions map[string]*collected
}

// add takes a row with selectSession's columns.
func (c *collector) add(v *values) error {
	key, vendor, category, served, pricedBy, first, last := v.text(), v.text(), v.text(), v.text(), v.text(), v.text(), v.text()
	if !c.q.wants(vendor, served, served) {
		return nil
	}
	s := Sums{Requests: v.number(), Succeeded: v.number(), Cancelled: v.number(), Failovers: v.number(), Usage: v.usage()}
	took := time.Duration(v.number()) * time.Millisecond
	s.Cost = v.cost(pricedBy, c.prices, vendor, served, s.Requests, s.Usage)
	at := c.sessions[key]
	if at == nil {
		at = &collected{Session: Session{Key: key}, first: first, last: last, models: tally{}, vendors: tally{}, categories: tally{}}
		c.sessions[key] = at
	}
	at.first, at.last = min(at.first, first), max(at.last, last)
	at.models[served] += s.Requests
	at.vendors[vendor] += s.Requests
	at.categories[category] += s.Requests
	at.Add(s)
	at.Took.Count, at.Took.Total = at.Took.Count+s.Succeeded, at.Took.Total+took
	return nil
}

// latest are the sessions used last, complete.
func (c *collector) latest(limit int) ([]Session, error) {
	all := make([]*collected, 0, len(c.sessions))
	for _, s := range c.sessions {
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

// Minutes reads the minutes of a gauge since a time, the oldest first, with a longer step so many minutes together.
// There are none for minutes in which nothing happened.
func (l *Ledger) Minutes(ctx context.Context, vendor, model string, since time.Time, step time.Duration) (list []Minute, err error) {
	minutes := max(int64(step/time.Minute), 1)
	err = l.scan(ctx, `SELECT minute / ? * ? AS begin, max(in_flight), max(pending), coalesce(min(nullif(slots, 0)), 0), sum(refused) FROM gauge_minute
		WHERE vendor = ? AND model = ? AND minute >= ? GROUP BY begin ORDER BY begin`, []any{minutes, minutes, vendor, model, since.Unix() / 60}, func(v *values) error {
		m := Minute{Vendor: vendor, Model: model, Time: time.Unix(v.number()*60, 0)}
		m.InFlight, m.Pending, m.Limit, m.Refused = int(v.number()), int(v.number()), int(v.number()), int(v.number())
		list = append(list, m)
		return nil
	})
	return list, err
}
