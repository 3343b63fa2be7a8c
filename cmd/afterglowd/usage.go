package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/calendar"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// book is what usage needs of a ledger.
type book interface {
	Rows(ctx context.Context, q ledger.Query, prices price.Table) ([]ledger.Row, error)
	Close() error
}

// openBook opens a ledger's file to read it, whether or not an instance writes to it.
func openBook(path string) (book, error) { return ledger.OpenReadOnly(path) }

// usageCommand is "usage". open opens the ledger.
func usageCommand(set *proxy.Setup, open func(path string) (book, error)) *cobra.Command {
	u := &usage{remote: remote{set: set}, open: open}
	cmd := &cobra.Command{
		Use:   "usage",
		Short: "Show usage by day, week or month, by vendor and model",
		Long: `Show usage by day, ISO week or month, by vendor and model, and how often calls failed over from one vendor to
another. The command reads the ledger file of the running instance, or else the configured one. The default is
-d 7: today and the six days before. If you give several spans, -t has priority over -m, -m over -w, and -w
over -d. Costs use the configured prices; calls without a price are not part of a sum. With --json it prints
one object: "from", "to", "by" ("day", "week", "month"), "rows", "totals", "failovers".`,
		Example: `  afterglowd usage -t
  afterglowd usage -w 4 -v zhipu,kimi
  afterglowd usage -m 3 --model claude-opus-4-5 --json`,
		Args:    cobra.NoArgs,
		PreRunE: func(cmd *cobra.Command, _ []string) error { return u.check(cmd) },
		RunE:    u.run,
	}
	flags := cmd.Flags()
	flags.IntVarP(&u.days, "days", "d", 7, "the last `N` days, including today")
	flags.IntVarP(&u.weeks, "weeks", "w", 0, "the last `N` ISO weeks, including this one")
	flags.IntVarP(&u.months, "months", "m", 0, "the last `N` months, including this one")
	flags.BoolVarP(&u.today, "today", "t", false, "today")
	flags.StringSliceVarP(&u.vendors, "vendor", "v", nil, "only these vendors: `a[,b…]`")
	flags.StringSliceVar(&u.models, "model", nil, "only these models (the client's name or the served one): `a[,b…]`")
	flags.StringVar(&u.db, "db", "", "ledger `file`, instead of that of the running instance or the configuration")
	u.jsonFlag(cmd)
	u.completeFlag(cmd, "vendor")
	u.completeFlag(cmd, "model")
	return cmd
}

type usage struct {
	remote
	open                func(path string) (book, error)
	days, weeks, months int
	today               bool
	vendors, models     []string
	db                  string
}

// longestSpan bounds N, so that no date leaves the four digits of a year.
const longestSpan = 1000

func (u *usage) check(cmd *cobra.Command) error {
	for name, n := range map[string]int{"days": u.days, "weeks": u.weeks, "months": u.months} {
		if cmd.Flags().Changed(name) && (n < 1 || n > longestSpan) {
			return cli.Misused("--%s: expected a whole number from 1 to %d", name, longestSpan)
		}
	}
	return nil
}

func (u *usage) run(cmd *cobra.Command, _ []string) error {
	_, conf, err := u.set.Load()
	if err != nil {
		return err
	}
	path, err := u.ledgerPath(cmd.Context(), conf)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s does not exist: no calls were recorded yet", path)
	}
	kept, err := u.open(path)
	if err != nil {
		return err
	}
	defer kept.Close() // nothing was written
	by, q := u.query(calendar.Now())
	found, err := kept.Rows(cmd.Context(), q, conf.Prices)
	if err != nil {
		return fmt.Errorf("read ledger %s: %w", path, err)
	}
	r := report(by, q, found)
	if u.json {
		return printJSON(cmd.OutOrStdout(), r.json())
	}
	return r.print(cmd.OutOrStdout())
}

// ledgerPath is the file of the running instance, which may be a demo's, or else the configuration's.
func (u *usage) ledgerPath(ctx context.Context, conf config.Config) (string, error) {
	if u.db != "" {
		return u.db, nil
	}
	dir, err := u.set.StateDir()
	if err != nil {
		return "", err
	}
	if i, err := proxy.ReadInstance(dir); err == nil && i.Ledger != "" && listens(ctx, connect.Reachable(i.Address)) {
		return i.Ledger, nil
	}
	return conf.Ledger.Path(dir), nil
}

// query is the span that was asked for, and how it is divided.
func (u *usage) query(now time.Time) (period, ledger.Query) {
	y, m, d := now.Date()
	from, by := time.Date(y, m, d, 12, 0, 0, 0, now.Location()), byDay // noon is on the same day in every zone's summer
	today := from
	switch {
	case u.today:
	case u.months > 0:
		from, by = time.Date(y, m-time.Month(u.months-1), 1, 12, 0, 0, 0, now.Location()), byMonth
	case u.weeks > 0:
		sinceMonday := (int(now.Weekday()) + 6) % 7
		from, by = from.AddDate(0, 0, -sinceMonday-7*(u.weeks-1)), byWeek
	default:
		from = from.AddDate(0, 0, -(u.days - 1))
	}
	return by, ledger.Query{From: from.Format(time.DateOnly), To: today.Format(time.DateOnly), Vendors: u.vendors, Models: u.models}
}

// period is how a span is divided.
type period string

const (
	byDay   period = "day"
	byWeek  period = "week"
	byMonth period = "month"
)

// of is the period that a day is in: "2026-11-25", "2026-W48" or "2026-11". What is no day stays.
func (p period) of(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	switch {
	case err != nil || p == byDay:
		return day
	case p == byMonth:
		return t.Format("2006-01")
	}
	year, week := t.ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}
