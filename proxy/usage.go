package proxy

import (
	"context"
	"fmt"
	"io"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/calendar"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/reason"
)

// Usage is what the usage page shows of a range.
type Usage struct {
	Rows     []ledger.Row
	Sessions []ledger.Session // by last use
	Ledger   ledger.Stats
	Prices   string // the day of the price list, "2006-01-02"
}

// mostSessions bounds how many sessions of a range are told.
const mostSessions = 200

// errNoLedger says that there is nothing to be read.
var errNoLedger error = reason.New(reason.NoHistory, "", "calls are not recorded: ledger.enabled is false, or the ledger could not be opened")

// Usage reads the ledger. It may take a while, and is not for the UI's goroutine.
func (s *Server) Usage(ctx context.Context, q ledger.Query) (u Usage, err error) {
	if s.ledger == nil {
		return u, errNoLedger
	}
	conf := s.conf()
	u.Ledger, u.Prices = s.ledger.Stats(), conf.PricesDate
	if u.Rows, err = s.ledger.Rows(ctx, q, conf.Prices); err != nil {
		return u, err
	}
	u.Sessions, err = s.ledger.Sessions(ctx, q, conf.Prices, mostSessions)
	return u, err
}

// LedgerStats tells of the ledger; the zero Stats where there is none. It looks at files.
func (s *Server) LedgerStats() ledger.Stats {
	if s.ledger == nil {
		return ledger.Stats{}
	}
	return s.ledger.Stats()
}

// Export writes the calls of a range, a row each, the oldest first: as CSV with a head, or as a JSON array.
// The error says what went wrong, or that the format is neither "csv" nor "json".
func (s *Server) Export(ctx context.Context, q ledger.Query, format string, to io.Writer) error {
	switch {
	case s.ledger == nil:
		return errNoLedger
	case format == "csv":
		return s.ledger.ExportCSV(ctx, q, to)
	case format == "json":
		return s.ledger.ExportJSON(ctx, q, to)
	}
	return fmt.Errorf(`format %q: expected "csv" or "json"`, format)
}

// HistoryStep is the time between two points of a History: a second up to an hour, a minute up to two days, and ten
// minutes beyond.
func HistoryStep(span time.Duration) time.Duration {
	switch {
	case span <= history.Span:
		return time.Second
	case span <= 48*time.Hour:
		return time.Minute
	}
	return 10 * time.Minute
}

// History is a gauge's last while, at most 30 days. Where nothing is known there are no points.
func (s *Server) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	if span <= history.Span {
		return s.history.Seconds(k, span), nil
	}
	if s.ledger == nil {
		return nil, errNoLedger
	}
	minutes, err := s.ledger.Minutes(ctx, k.Vendor, k.Model, calendar.Now().Add(-span), HistoryStep(span))
	if err != nil {
		return nil, err
	}
	points := make([]history.Point, 0, len(minutes))
	for _, m := range minutes {
		points = append(points, history.Point{Time: m.Time, InFlight: m.InFlight, Pending: m.Pending, Limit: m.Limit, Refused: m.Refused})
	}
	return points, nil
}

// keepMinutes gives the history's minutes to the ledger.
func (s *Server) keepMinutes(minutes []history.Minute) {
	if s.ledger == nil {
		return
	}
	rows := make([]ledger.Minute, 0, len(minutes))
	for _, m := range minutes {
		rows = append(rows, ledger.Minute{
			Time: m.Time, Vendor: m.Vendor, Model: m.Model, InFlight: m.InFlight, Pending: m.Pending, Limit: m.Limit, Refused: m.Refused,
		})
	}
	s.ledger.PutMinutes(rows)
}
