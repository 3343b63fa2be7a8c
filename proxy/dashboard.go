package proxy

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/calendar"
	"afterglow/proxy/ledger"
)

// The dashboard's answers have the shapes that scripts of the reference know.

type tokensJSON struct {
	Input         int64 `json:"input"`
	Output        int64 `json:"output"`
	CacheCreation int64 `json:"cache_creation"`
	CacheRead     int64 `json:"cache_read"`
}

type totalsJSON struct {
	Requests  int64      `json:"requests"`
	Tokens    tokensJSON `json:"tokens"`
	Failovers int64      `json:"failovers"`
	AvgMS     int64      `json:"avg_duration_ms"`
	Cost      string     `json:"cost"`
}

type failoverJSON struct {
	From  string `json:"failover_from"`
	To    string `json:"vendor"`
	Count int64  `json:"count"`
}

type timelineJSON struct {
	Date          string `json:"date"`
	Vendor        string `json:"vendor"`
	Model         string `json:"model_requested"`
	Served        string `json:"model_served"`
	Category      string `json:"client_category"`
	Operation     string `json:"operation"`
	Requests      int64  `json:"total_requests"`
	Input         int64  `json:"total_input"`
	Output        int64  `json:"total_output"`
	CacheCreation int64  `json:"total_cache_creation"`
	CacheRead     int64  `json:"total_cache_read"`
	Failovers     int64  `json:"total_failovers"`
	AvgMS         int64  `json:"avg_duration_ms"`
	Cost          string `json:"cost"`
}

type sessionJSON struct {
	Key        string  `json:"session_key"`
	First      string  `json:"first_seen_ts"`
	Last       string  `json:"last_active_ts"`
	Requests   int64   `json:"total_requests"`
	Tokens     int64   `json:"total_tokens"`
	Input      int64   `json:"total_input"`
	Output     int64   `json:"total_output"`
	Models     string  `json:"models"`
	Vendors    string  `json:"vendors"`
	AvgMS      int64   `json:"avg_duration_ms"`
	Success    float64 `json:"success_rate"` // per cent
	Categories string  `json:"client_categories"`
	Cost       string  `json:"cost"`
}

// What the dashboard's parameters may be, and are where they are not given.
const (
	dashboardDays, mostDashboardDays         = 7, 90
	dashboardHours, mostDashboardHours       = 24, 168
	dashboardSessions, mostDashboardSessions = 20, 200
)

// parameter is a number of a query, brought within 1 and most; what is not one is the default, as in the
// reference.
func parameter(r *http.Request, name string, otherwise, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return otherwise
	}
	return min(max(n, 1), most)
}

// lastDays is the query for today and the days before it, so many in all.
func lastDays(now time.Time, days int) ledger.Query {
	return ledger.Query{From: now.AddDate(0, 0, 1-days).Format(time.DateOnly), To: now.Format(time.DateOnly)}
}

// dashboardRows reads the rows of the last days. Without them the client has its answer.
func (s *Server) dashboardRows(w http.ResponseWriter, r *http.Request) (rows []ledger.Row, today string, ok bool) {
	now := calendar.Now()
	q := lastDays(now, parameter(r, "days", dashboardDays, mostDashboardDays))
	err := errNoLedger
	if s.ledger != nil {
		rows, err = s.ledger.Rows(r.Context(), q, s.conf().Prices)
	}
	if err != nil {
		refuseLedger(w, r.Context(), err)
		return nil, "", false
	}
	return rows, q.To, true
}

// refuseLedger answers that the ledger could not be read.
func refuseLedger(w http.ResponseWriter, ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil: // nobody listens
	case errors.Is(err, errNoLedger):
		writeError(w, anthropic.Errorf(http.StatusServiceUnavailable, "%v", err))
	default:
		writeError(w, anthropic.Errorf(http.StatusInternalServerError, "%v", err))
	}
}

// getSummary serves GET /api/dashboard/summary.
func (s *Server) getSummary(w http.ResponseWriter, r *http.Request) {
	rows, today, ok := s.dashboardRows(w, r)
	if !ok {
		return
	}
	var day, all ledger.Sums
	for _, row := range rows {
		all.Add(row.Sums)
		if row.Date == today {
			day.Add(row.Sums)
		}
	}
	stats := []failoverJSON{}
	for _, f := range ledger.Failovers(rows) {
		stats = append(stats, failoverJSON(f))
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"version": s.version, "today": totalsOf(day), "range": totalsOf(all), "failover_stats": stats,
	})
}

func totalsOf(t ledger.Sums) totalsJSON {
	u := t.Usage
	return totalsJSON{t.Requests, tokensJSON{u.Input, u.Output, u.CacheCreation, u.CacheRead}, t.Failovers, t.Took.Mean().Milliseconds(), t.Cost.String()}
}

// getTimeline serves GET /api/dashboard/timeline.
func (s *Server) getTimeline(w http.ResponseWriter, r *http.Request) {
	rows, _, ok := s.dashboardRows(w, r)
	if !ok {
		return
	}
	list := []timelineJSON{}
	for _, row := range rows {
		u := row.Usage
		list = append(list, timelineJSON{
			row.Date, row.Vendor, row.Model, row.Served, row.Category, row.Operation, row.Requests,
			u.Input, u.Output, u.CacheCreation, u.CacheRead, row.Failovers, row.Took.Mean().Milliseconds(), row.Cost.String(),
		})
	}
	days := parameter(r, "days", dashboardDays, mostDashboardDays)
	writeJSON(w, http.StatusOK, map[string]any{"period": "day", "count": days, "rows": list})
}

// getSessions serves GET /api/dashboard/sessions.
func (s *Server) getSessions(w http.ResponseWriter, r *http.Request) {
	hours := parameter(r, "hours", dashboardHours, mostDashboardHours)
	limit := parameter(r, "limit", dashboardSessions, mostDashboardSessions)
	var sessions []ledger.Session
	err := errNoLedger
	if s.ledger != nil {
		sessions, err = s.ledger.SessionsSince(r.Context(), calendar.Now().Add(-time.Duration(hours)*time.Hour), s.conf().Prices, limit)
	}
	if err != nil {
		refuseLedger(w, r.Context(), err)
		return
	}
	list := []sessionJSON{}
	for _, t := range sessions {
		list = append(list, sessionJSON{
			Key: t.Key, First: ledger.Stamp(t.First), Last: ledger.Stamp(t.Last), Requests: t.Requests, Tokens: t.Usage.Total(), Input: t.Usage.Input, Output: t.Usage.Output,
			Models: strings.Join(t.Models, ","), Vendors: strings.Join(t.Vendors, ","), Categories: strings.Join(t.Categories, ","),
			AvgMS: t.Took.Mean().Milliseconds(), Success: percent(t.Succeeded, t.Requests-t.Cancelled), Cost: t.Cost.String(),
		})
	}
	writeJSON(w, http.StatusOK, map[string]any{"sessions": list, "hours": hours})
}

// percent is a share with one decimal.
func percent(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part*1000/whole) / 10
}
