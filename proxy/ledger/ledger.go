// Package ledger keeps a row for every call in a SQLite database.
package ledger

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"afterglow/proxy/price"
)

type Options struct {
	Path      string
	Retention time.Duration
	Evidence  bool
	Log       *slog.Logger
}

type Ledger struct{}

func Open(o Options) (*Ledger, error)                                             { return nil, errors.New("stub") }
func OpenReadOnly(path string) (*Ledger, error)                                   { return nil, errors.New("stub") }
func (l *Ledger) Record(c Call)                                                   {}
func (l *Ledger) PutMinutes(m []Minute)                                           {}
func (l *Ledger) SetRetention(d time.Duration)                                    {}
func (l *Ledger) SetEvidence(on bool)                                             {}
func (l *Ledger) Stats() Stats                                                    { return Stats{} }
func (l *Ledger) Close() error                                                    { return nil }
func (l *Ledger) Rows(ctx context.Context, q Query, p price.Table) ([]Row, error) { return nil, nil }
func (l *Ledger) Sessions(ctx context.Context, q Query, p price.Table, limit int) ([]Session, error) {
	return nil, nil
}
func (l *Ledger) SessionsSince(ctx context.Context, since time.Time, p price.Table, limit int) ([]Session, error) {
	return nil, nil
}
func (l *Ledger) Minutes(ctx context.Context, vendor, model string, since time.Time) ([]Minute, error) {
	return nil, nil
}
func ExportCSV(ctx context.Context, l *Ledger, q Query, w io.Writer) error  { return nil }
func ExportJSON(ctx context.Context, l *Ledger, q Query, w io.Writer) error { return nil }
