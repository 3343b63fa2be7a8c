package ledger

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"afterglow/proxy/anthropic"
)

// scan runs a query and calls do with each row until it gives an error, which scan returns. It reads from the driver
// itself: a report reads thousands of rows, and database/sql's conversions took a third of the time.
func (l *Ledger) scan(ctx context.Context, query string, args []any, do func(*values) error) error {
	conn, err := l.files.Load().read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("read ledger: %w", err)
	}
	defer conn.Close()
	named := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return fmt.Errorf("read ledger: %w", err)
		}
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: value}
	}
	var own error // of do
	err = conn.Raw(func(c any) error {
		rows, err := c.(driver.QueryerContext).QueryContext(ctx, query, named)
		if err != nil {
			return err
		}
		defer rows.Close()
		v := &values{row: make([]driver.Value, len(rows.Columns()))}
		for {
			if err := rows.Next(v.row); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
			v.next = 0
			if own = do(v); own != nil {
				return nil
			}
		}
	})
	if err != nil {
		l.doubt(err)
		return fmt.Errorf("read ledger: %w", err)
	}
	return own
}

// values are a row's, read one after the other. A value of another kind than expected, as in a database that
// somebody edited, is that kind's zero.
type values struct {
	row  []driver.Value
	next int
}

func (v *values) take() driver.Value {
	v.next++
	return v.row[v.next-1]
}

func (v *values) text() string {
	s, _ := v.take().(string)
	return s
}

func (v *values) number() int64 {
	n, _ := v.take().(int64)
	return n
}

func (v *values) real() float64 {
	switch n := v.take().(type) {
	case float64:
		return n
	case int64: // SQLite's reals without a fraction
		return float64(n)
	}
	return 0
}

func (v *values) blob() []byte {
	b, _ := v.take().([]byte)
	return b
}

// usage reads six columns.
func (v *values) usage() (u anthropic.Usage) {
	u.Input, u.Output, u.CacheCreation, u.CacheRead = v.number(), v.number(), v.number(), v.number()
	u.CacheCreation1h, u.Reasoning = v.number(), v.number()
	return u
}
