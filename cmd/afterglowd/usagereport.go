package main

import (
	"cmp"
	"io"
	"slices"

	"afterglow/cmd/cli"
	"afterglow/proxy/ledger"
)

// usageLine is one line of the first table.
type usageLine struct {
	date, vendor, category, operation, model, served string
}

// usageReport is what usage shows.
type usageReport struct {
	by        period
	query     ledger.Query
	lines     []usageLine // in order
	sums      map[usageLine]*ledger.Sums
	total     ledger.Sums
	failovers []ledger.Failover
}

// report adds rows up by period.
func report(by period, q ledger.Query, found []ledger.Row) *usageReport {
	r := &usageReport{by: by, query: q, sums: map[usageLine]*ledger.Sums{}, failovers: ledger.Failovers(found)}
	for _, row := range found {
		line := usageLine{by.of(row.Date), row.Vendor, row.Category, row.Operation, row.Model, row.Served}
		if r.sums[line] == nil {
			r.sums[line] = &ledger.Sums{}
			r.lines = append(r.lines, line)
		}
		r.sums[line].Add(row.Sums)
		r.total.Add(row.Sums)
	}
	slices.SortFunc(r.lines, func(a, b usageLine) int {
		return cmp.Or(cmp.Compare(b.date, a.date), cmp.Compare(a.vendor, b.vendor), cmp.Compare(a.category, b.category),
			cmp.Compare(a.operation, b.operation), cmp.Compare(a.model, b.model), cmp.Compare(a.served, b.served))
	})
	return r
}

// plain reports whether every line is of plain messages, so that two columns would say nothing.
func (r *usageReport) plain() bool {
	return !slices.ContainsFunc(r.lines, func(l usageLine) bool { return l.category != "cc" || l.operation != "messages" })
}

func (r *usageReport) print(w io.Writer) error {
	headers, numbers := []string{"DATE", "VENDOR"}, 4
	if !r.plain() {
		headers, numbers = append(headers, "CLIENT", "OPERATION"), 6
	}
	headers = append(headers, "MODEL", "SERVED", "REQUESTS", "INPUT", "OUTPUT", "CACHE WRITE", "CACHE READ", "TOTAL", "COST", "AVG MS")
	var right []int
	for i := numbers; i < len(headers); i++ {
		right = append(right, i)
	}
	table := cli.NewTable(headers...).Right(right...)
	for _, line := range r.lines {
		table.Row(r.cells(line, r.sums[line])...)
	}
	table.Row(r.cells(usageLine{date: "total"}, &r.total)...)
	if _, err := table.WriteTo(w); err != nil {
		return err
	}
	if len(r.failovers) == 0 {
		return nil
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	failed := cli.NewTable("FROM", "TO", "FAILOVERS").Right(2)
	for _, f := range r.failovers {
		failed.Row(f.From, f.To, cli.Thousands(f.Count))
	}
	_, err := failed.WriteTo(w)
	return err
}

func (r *usageReport) cells(l usageLine, s *ledger.Sums) []string {
	cells := []string{l.date, l.vendor}
	if !r.plain() {
		cells = append(cells, l.category, l.operation)
	}
	cells = append(cells, l.model, l.served)
	u := s.Usage
	for _, n := range []int64{s.Requests, u.Input, u.Output, u.CacheCreation, u.CacheRead, u.Total()} {
		cells = append(cells, cli.Thousands(n))
	}
	average := ""
	if s.Took.Count > 0 {
		average = cli.Thousands(s.Took.Mean().Milliseconds())
	}
	return append(cells, s.Cost.String(), average)
}
