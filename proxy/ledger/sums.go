package ledger

import (
	"database/sql"
	"time"
)

// dayKey names a row of usage_day.
type dayKey struct{ day, vendor, category, operation, model, served, failedOn, pricedBy string }

// sessionKey names a row of session_day.
type sessionKey struct{ day, session, vendor, category, served, pricedBy string }

// span is what a row of session_day sums.
type span struct {
	Sums        // without their histograms
	first, last time.Time
	took        time.Duration // of calls that succeeded
}

// sums are what a batch adds to the sums of its days.
type sums struct {
	days     map[dayKey]*Sums
	sessions map[sessionKey]*span
}

func newSums() *sums {
	return &sums{map[dayKey]*Sums{}, map[sessionKey]*span{}}
}

func (s *sums) add(c *Call) {
	day := localDay(c.Time)
	k := dayKey{day, c.Vendor, c.Category(), c.Operation, c.Model, c.Served, c.FailedFrom, c.PricedBy}
	d := s.days[k]
	if d == nil {
		d = &Sums{}
		s.days[k] = d
	}
	d.count(c)
	if c.Session == "" {
		return
	}
	at := sessionKey{day, c.Session, c.Vendor, c.Category(), c.Served, c.PricedBy}
	p := s.sessions[at]
	if p == nil {
		p = &span{first: c.Time, last: c.Time}
		s.sessions[at] = p
	}
	p.count(c)
}

// countUntimed counts a call without its times.
func (s *Sums) countUntimed(c *Call) {
	s.Requests++
	s.Usage.Add(c.Usage)
	s.Cost.Add(c.Cost)
	if c.Failover() {
		s.Failovers++
	}
	switch {
	case c.Class == OK:
		s.Succeeded++
	case c.Class.GivenUp():
		s.Cancelled++
	}
}

// count adds a call, with its times.
func (s *Sums) count(c *Call) {
	s.countUntimed(c)
	if c.Class == OK {
		s.Took.Observe(c.Took)
	}
	if c.Waited() {
		s.Queued.Observe(c.Queued)
	}
	if c.First > 0 {
		s.First.Observe(c.First)
	}
}

func (p *span) count(c *Call) {
	if c.Time.Before(p.first) {
		p.first = c.Time
	}
	if c.Time.After(p.last) {
		p.last = c.Time
	}
	p.countUntimed(c)
	if c.Class == OK {
		p.took += c.Took
	}
}

// write adds the sums to those that are there.
func (s *sums) write(tx *sql.Tx) error {
	read, err := tx.Prepare(`SELECT took, queued, first FROM usage_day WHERE day = ? AND vendor = ? AND category = ? AND operation = ? AND model = ? AND served = ? AND failed_on = ? AND priced_by = ?`)
	if err != nil {
		return err
	}
	defer read.Close()
	write, err := tx.Prepare(addDay)
	if err != nil {
		return err
	}
	defer write.Close()
	for k, d := range s.days {
		if err := k.write(read, write, d); err != nil {
			return err
		}
	}
	return s.writeSessions(tx)
}

func (s *sums) writeSessions(tx *sql.Tx) error {
	write, err := tx.Prepare(addSession)
	if err != nil {
		return err
	}
	defer write.Close()
	for k, p := range s.sessions {
		u := p.Usage
		_, err := write.Exec(k.day, k.session, k.vendor, k.category, k.served, k.pricedBy, Stamp(p.first), Stamp(p.last), p.Requests, p.Succeeded, p.Cancelled, p.Failovers,
			u.Input, u.Output, u.CacheCreation, u.CacheRead, u.CacheCreation1h, u.Reasoning, p.took.Milliseconds(), p.Cost.Dollars, p.Cost.Yuan)
		if err != nil {
			return err
		}
	}
	return nil
}

const addSession = `INSERT INTO session_day VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
	first_ts = min(first_ts, excluded.first_ts), last_ts = max(last_ts, excluded.last_ts), requests = requests + excluded.requests,
	succeeded = succeeded + excluded.succeeded, cancelled = cancelled + excluded.cancelled, failovers = failovers + excluded.failovers, input = input + excluded.input,
	output = output + excluded.output, cache_creation = cache_creation + excluded.cache_creation, cache_read = cache_read + excluded.cache_read,
	cache_creation_1h = cache_creation_1h + excluded.cache_creation_1h, reasoning = reasoning + excluded.reasoning, took_ms = took_ms + excluded.took_ms,
	dollars = dollars + excluded.dollars, yuan = yuan + excluded.yuan`

const addDay = `INSERT INTO usage_day VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET
	requests = requests + excluded.requests, succeeded = succeeded + excluded.succeeded, cancelled = cancelled + excluded.cancelled, input = input + excluded.input,
	output = output + excluded.output, cache_creation = cache_creation + excluded.cache_creation, cache_read = cache_read + excluded.cache_read,
	cache_creation_1h = cache_creation_1h + excluded.cache_creation_1h, reasoning = reasoning + excluded.reasoning,
	took = excluded.took, queued = excluded.queued, first = excluded.first,
	dollars = dollars + excluded.dollars, yuan = yuan + excluded.yuan`

// write adds one row's sums. Another process may have written since, so what is there is read anew.
func (k dayKey) write(read, write *sql.Stmt, d *Sums) error {
	var took, queued, first []byte
	err := read.QueryRow(k.day, k.vendor, k.category, k.operation, k.model, k.served, k.failedOn, k.pricedBy).Scan(&took, &queued, &first)
	if err != nil && err != sql.ErrNoRows {
		return err
	}
	if err := d.decode(took, queued, first); err != nil {
		return err
	}
	u := d.Usage
	_, err = write.Exec(k.day, k.vendor, k.category, k.operation, k.model, k.served, k.failedOn, k.pricedBy, d.Requests, d.Succeeded, d.Cancelled,
		u.Input, u.Output, u.CacheCreation, u.CacheRead, u.CacheCreation1h, u.Reasoning, d.Took.encode(), d.Queued.encode(), d.First.encode(),
		d.Cost.Dollars, d.Cost.Yuan)
	return err
}

// decode adds histograms as they are stored.
func (s *Sums) decode(took, queued, first []byte) error {
	for h, b := range map[*Histogram][]byte{&s.Took: took, &s.Queued: queued, &s.First: first} {
		if err := h.decode(b); err != nil {
			return err
		}
	}
	return nil
}

// sumUp fills the sums from the rows that are there.
func sumUp(tx *sql.Tx) error {
	all := newSums()
	err := eachCall(tx.Query, "", nil, func(_ int64, c Call) error {
		if !c.Time.IsZero() {
			all.add(&c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return all.write(tx)
}
