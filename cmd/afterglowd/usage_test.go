package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// fakeBook is a ledger that remembers what it was asked.
type fakeBook struct {
	path  string
	asked ledger.Query
	rows  []ledger.Row
}

func (b *fakeBook) Rows(_ context.Context, q ledger.Query, _ price.Table) ([]ledger.Row, error) {
	b.asked = q
	return b.rows, nil
}

func (b *fakeBook) Close() error { return nil }

func row(date, vendor, operation string, requests int64) ledger.Row {
	return ledger.Row{Date: date, Vendor: vendor, Category: "cc", Operation: operation, Model: "claude-opus-5-5", Served: "glm-5.1", Sums: ledger.Sums{
		Requests: requests, Succeeded: requests, Usage: anthropic.Usage{Input: 1000 * requests, Output: 10, CacheCreation: 2, CacheRead: 3},
		Cost: price.Cost{Yuan: 1.5, Priced: requests}, Took: took(requests),
	}}
}

// usageOf runs "usage" over a ledger.
func usageOf(t *testing.T, b *fakeBook, args ...string) (code int, out string) {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "config.toml")
	db := filepath.Join(dir, "x.db")
	for file, text := range map[string]string{config: `tiers = ["anthropic"]`, db: ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	set := proxy.Setup{Config: config, State: dir}
	root := &cobra.Command{Use: "afterglowd"}
	root.AddCommand(usageCommand(&set, func(path string) (book, error) {
		b.path = path
		return b, nil
	}))
	var stdout, stderr bytes.Buffer
	code = cli.Run(context.Background(), root, append([]string{"usage", "--db", db}, args...), &stdout, &stderr)
	if b.path != db && code == 0 {
		t.Errorf("opened %q", b.path) // the reference took --db for a configuration
	}
	return code, stdout.String() + stderr.String()
}

func TestUsageTable(t *testing.T) {
	failed := row("2026-11-24", "kimi", "messages", 2)
	failed.FailedOn, failed.Failovers, failed.Model = "zhipu", 2, "\x1b[2Jevil"
	b := &fakeBook{rows: []ledger.Row{row("2026-11-24", "zhipu", "messages", 1), row("2026-11-25", "zhipu", "messages", 1234), failed}}
	code, out := usageOf(t, b, "-v", "zhipu,kimi", "--model", "a,b")
	const want = `DATE        VENDOR  MODEL            SERVED   REQUESTS      INPUT  OUTPUT  CACHE WRITE  CACHE READ      TOTAL   COST  AVG MS
2026-11-25  zhipu   claude-opus-5-5  glm-5.1     1,234  1,234,000      10            2           3  1,234,015  ¥1.50   1,500
2026-11-24  kimi    \x1b[2Jevil      glm-5.1         2      2,000      10            2           3      2,015  ¥1.50   1,500
2026-11-24  zhipu   claude-opus-5-5  glm-5.1         1      1,000      10            2           3      1,015  ¥1.50   1,500
total       -       -                -           1,237  1,237,000      30            6           9  1,237,045  ¥4.50   1,500

FROM   TO    FAILOVERS
zhipu  kimi          2
`
	if code != 0 || out != want {
		t.Errorf("code %d, got\n%s\nwant\n%s", code, out, want)
	}
	if strings.Join(b.asked.Vendors, " ") != "zhipu kimi" || strings.Join(b.asked.Models, " ") != "a b" {
		t.Error(b.asked)
	}
}

func TestUsageShowsOperationsOnlyWhereThereAreOthers(t *testing.T) {
	b := &fakeBook{rows: []ledger.Row{row("2026-11-24", "zhipu", "messages", 1), row("2026-11-24", "zhipu", "embedding", 1)}}
	if _, out := usageOf(t, b); !strings.Contains(out, "CLIENT  OPERATION") || !strings.Contains(out, "cc      embedding") {
		t.Error(out)
	}
}

func TestUsageJSON(t *testing.T) {
	b := &fakeBook{rows: []ledger.Row{row("2026-11-23", "zhipu", "messages", 1000), row("2026-11-29", "zhipu", "messages", 1)}}
	code, out := usageOf(t, b, "-w", "1", "--json")
	var got usageJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatal(code, err, out)
	}
	if len(got.Rows) != 1 || got.Rows[0].Date != "2026-W48" || got.By != byWeek || got.Totals.Requests != 1001 || got.Totals.AverageMS != 1500 || got.Failovers == nil {
		t.Error(out)
	}
}

// RC-79: -d 7 is today and the six days before; the reference was off by one.
func TestUsageSpans(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 30, 0, 0, time.Local) // a Wednesday
	for _, c := range []struct {
		u    usage
		by   period
		from string
	}{
		{usage{days: 7}, byDay, "2026-11-19"},
		{usage{days: 1}, byDay, "2026-11-25"},
		{usage{days: 7, weeks: 1}, byWeek, "2026-11-23"},
		{usage{days: 7, weeks: 2, months: 1}, byMonth, "2026-11-01"},
		{usage{days: 7, months: 12}, byMonth, "2025-12-01"},
		{usage{days: 7, weeks: 2, months: 3, today: true}, byDay, "2026-11-25"},
	} {
		if by, q := c.u.query(now); by != c.by || q.From != c.from || q.To != "2026-11-25" {
			t.Errorf("%+v: %s %s..%s, want %s %s", c.u, by, q.From, q.To, c.by, c.from)
		}
	}
	monday := time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)
	sunday := monday.AddDate(0, 0, 6)
	for _, day := range []time.Time{monday, sunday} {
		if _, q := (&usage{weeks: 1}).query(day); q.From != "2026-11-23" {
			t.Errorf("week of %s begins on %s", day.Format(time.DateOnly), q.From)
		}
	}
	if got := byWeek.of("2027-01-01"); got != "2026-W53" {
		t.Error(got)
	}
}

// took are n calls of one and a half seconds.
func took(n int64) (h ledger.Histogram) {
	for range n {
		h.Observe(1500 * time.Millisecond)
	}
	return h
}

// The ledger that is read is the running instance's, wherever it is; not that of one that was killed.
func TestUsageReadsTheLedgerOfTheRunningInstance(t *testing.T) {
	dir := t.TempDir()
	conf := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(conf, []byte(`tiers = ["anthropic"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	instance, err := json.Marshal(proxy.Instance{Address: listener.Addr().String(), PID: 1, Ledger: "/elsewhere/ledger.db"})
	if err == nil {
		err = os.WriteFile(proxy.InstancePath(dir), instance, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	u := usage{remote: remote{set: &proxy.Setup{Config: conf, State: dir}}}
	_, loaded, err := u.set.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/elsewhere/ledger.db", filepath.Join(dir, "ledger.db")} {
		if got, err := u.ledgerPath(t.Context(), loaded); got != want || err != nil {
			t.Errorf("%q, want %q, %v", got, want, err)
		}
		listener.Close()
	}
}
