package main

import "afterglow/proxy/ledger"

// usageJSON is what usage --json prints. Scripts rely on it.
type usageJSON struct {
	From      string         `json:"from"`
	To        string         `json:"to"`
	By        period         `json:"by"`
	Rows      []usageRowJSON `json:"rows"`
	Totals    sumsJSON       `json:"totals"`
	Failovers []failoverJSON `json:"failovers"`
}

type usageRowJSON struct {
	Date      string `json:"date"`
	Vendor    string `json:"vendor"`
	Category  string `json:"client_category"`
	Operation string `json:"operation"`
	Model     string `json:"model"`
	Served    string `json:"model_served"`
	sumsJSON
}

type sumsJSON struct {
	Requests   int64    `json:"requests"`
	Succeeded  int64    `json:"succeeded"`
	Cancelled  int64    `json:"cancelled"` // by the user, or their client left
	Failovers  int64    `json:"failovers"`
	Input      int64    `json:"input_tokens"`
	Output     int64    `json:"output_tokens"`
	CacheWrite int64    `json:"cache_creation_input_tokens"`
	CacheRead  int64    `json:"cache_read_input_tokens"`
	Total      int64    `json:"total_tokens"`
	Cost       costJSON `json:"cost"`
	AverageMS  int64    `json:"avg_duration_ms"` // of calls that succeeded; 0 if none did
}

type costJSON struct {
	Dollars  float64 `json:"dollars"`
	Yuan     float64 `json:"yuan"`
	Priced   int64   `json:"priced_requests"`
	Unpriced int64   `json:"unpriced_requests"`
}

type failoverJSON struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int64  `json:"count"`
}

func (r *usageReport) json() usageJSON {
	j := usageJSON{From: r.query.From, To: r.query.To, By: r.by, Rows: []usageRowJSON{}, Totals: sumsOf(&r.total), Failovers: []failoverJSON{}}
	for _, l := range r.lines {
		j.Rows = append(j.Rows, usageRowJSON{l.date, l.vendor, l.category, l.operation, l.model, l.served, sumsOf(r.sums[l])})
	}
	for _, f := range r.failovers {
		j.Failovers = append(j.Failovers, failoverJSON(f))
	}
	return j
}

func sumsOf(s *ledger.Sums) sumsJSON {
	u, c := s.Usage, s.Cost
	return sumsJSON{s.Requests, s.Succeeded, s.Cancelled, s.Failovers, u.Input, u.Output, u.CacheCreation, u.CacheRead, u.Total(),
		costJSON{c.Dollars, c.Yuan, c.Priced, c.Unpriced}, s.Took.Mean().Milliseconds()}
}
