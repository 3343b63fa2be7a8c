package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/route"
)

// keptCalls is how many records are kept, the latest.
const keptCalls = 500

// calls keeps the records of the calls that ended last.
type calls struct {
	mu    sync.Mutex
	last  [keptCalls]*record // a ring
	ended int                // since the start
}

func (c *calls) add(r *record) {
	c.mu.Lock()
	c.ended++
	r.number = c.ended
	c.last[c.ended%keptCalls] = r
	c.mu.Unlock()
}

// count is how many calls have ended since the start.
func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// list returns the records, the latest first.
func (c *calls) list() []*record {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*record
	for i := range min(c.ended, keptCalls) {
		all = append(all, c.last[(c.ended-i)%keptCalls])
	}
	return all
}

// record is what became of one call. It holds nothing of the request but names.
type record struct {
	number    int
	start     time.Time
	kind      string // kindMessages, kindNative or kindRoute
	operation string // what was asked for, as package meter names it
	request   string // the request id that the client got
	session   string
	model     string // the client's name
	vendor    string // that answered, "" if none did
	served    string // the vendor model
	named     string // what the vendor called the model that answered; "" if it did not say
	stream    bool
	status    int // HTTP status that the client got; 499 if it left before one
	trail     route.Trail
	first     time.Duration // until the first event, or the whole message, was there; 0 if it never was
	took      time.Duration
	usage     anthropic.Usage
	waited    time.Duration    // in a vendor route's queue
	details   map[string]int64 // parts of usage, by the vendor's names
	err       error            // why it did not end well
	gone      bool             // the client left
}

// Kinds of calls.
const (
	kindMessages = "messages" // through the chain
	kindNative   = "native"   // a native path, with the client's own credentials
	kindRoute    = "route"    // a vendor route
)

// longestOutcome bounds, in bytes, what a record keeps of an error.
const longestOutcome = 500

// statusClientGone is the status of a call whose client left before it got one, as nginx calls it.
const statusClientGone = 499

func (rec *record) answered(r *route.Reply) {
	rec.vendor, rec.served, rec.status = r.Vendor, r.Model, http.StatusOK
	rec.first = time.Since(rec.start)
}

// hear notes what the vendor called the model, in the data of an event or in a message. A name that could
// not be shown is nobody's, and the client's own is not the vendor's unless it was sent to it: a translated
// answer bears it.
func (rec *record) hear(data []byte) {
	if name := anthropic.Served(data); !badModel(name) && (name != rec.model || rec.served == rec.model) {
		rec.named = strings.Clone(name)
	}
}

// queued is how long the call waited for slots, at all vendors.
func (rec *record) queued() time.Duration {
	all := rec.waited
	for _, t := range rec.trail {
		all += t.Queued
	}
	return all
}

// labels are the adaptations of the request that was answered, or else sent last.
func (rec *record) labels() []string {
	for i := len(rec.trail) - 1; i >= 0; i-- {
		if rec.trail[i].Verdict != "skipped" {
			return rec.trail[i].Labels
		}
	}
	return nil
}

// outcome is how the call ended, in a word or as an error.
func (rec *record) outcome() string {
	switch {
	case rec.gone:
		return "cancelled"
	case rec.err != nil:
		return rec.err.Error()
	}
	return "ok"
}

// end completes the record, keeps it, and writes the log's line.
func (s *Server) end(rec *record) {
	rec.took = time.Since(rec.start)
	if rec.err != nil { // the words alone: an error may hold a vendor's whole answer
		text := rec.err.Error()
		rec.err = errors.New(strings.Clone(text[:min(len(text), longestOutcome)]))
	}
	s.calls.add(rec)
	level := slog.LevelInfo
	if rec.err != nil && !rec.gone {
		level = slog.LevelWarn
	}
	s.log.LogAttrs(context.Background(), level, "call", slog.String("kind", rec.kind), slog.String("operation", rec.operation), slog.String("outcome", rec.outcome()), slog.String("model", rec.model),
		slog.String("vendor", rec.vendor), slog.String("vendor_model", rec.served), slog.Bool("stream", rec.stream), slog.Int("status", rec.status),
		slog.Duration("queued", rec.queued().Round(time.Millisecond)), slog.Duration("took", rec.took.Round(time.Millisecond)),
		slog.Int64("input", rec.usage.Input), slog.Int64("output", rec.usage.Output),
		slog.Int64("cache_read", rec.usage.CacheRead), slog.Int64("cache_creation", rec.usage.CacheCreation))
}

type callJSON struct {
	Number      int       `json:"number"`
	Kind        string    `json:"kind"`
	Operation   string    `json:"operation"`
	Started     time.Time `json:"started"`
	RequestID   string    `json:"request_id,omitempty"`
	Session     string    `json:"session,omitempty"`
	Model       string    `json:"model"`
	Vendor      string    `json:"vendor,omitempty"`
	VendorModel string    `json:"vendor_model,omitempty"`
	ModelServed string    `json:"model_served,omitempty"`
	Stream      bool      `json:"stream"`
	Status      int       `json:"status"`
	Outcome     string    `json:"outcome"`
	QueuedMS    int64     `json:"queued_ms"`
	FirstMS     int64     `json:"first_event_ms"`
	TookMS      int64     `json:"took_ms"`
	Adaptations []string  `json:"adaptations"`
	Usage       usageJSON `json:"usage"`
	Tries       []tryJSON `json:"tries"`
}

type usageJSON struct {
	Input         int64            `json:"input_tokens"`
	Output        int64            `json:"output_tokens"`
	CacheRead     int64            `json:"cache_read_input_tokens"`
	CacheCreation int64            `json:"cache_creation_input_tokens"`
	Details       map[string]int64 `json:"details,omitempty"`
}

type tryJSON struct {
	Vendor   string `json:"vendor"`
	Model    string `json:"model"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason,omitempty"`
	Status   int    `json:"status,omitempty"`
	QueuedMS int64  `json:"queued_ms"`
	TookMS   int64  `json:"took_ms"`
}

// getCalls serves GET /api/calls.
func (s *Server) getCalls(w http.ResponseWriter, _ *http.Request) {
	list := []callJSON{}
	for _, rec := range s.calls.list() {
		list = append(list, rec.json())
	}
	writeJSON(w, http.StatusOK, map[string]any{"calls": list})
}

func (rec *record) json() callJSON {
	j := callJSON{
		Number: rec.number, Kind: rec.kind, Operation: rec.operation, Started: rec.start.UTC(), RequestID: rec.request, Session: rec.session, Model: rec.model,
		Vendor: rec.vendor, VendorModel: rec.served, ModelServed: rec.named, Stream: rec.stream, Status: rec.status, Outcome: rec.outcome(),
		QueuedMS: rec.queued().Milliseconds(), FirstMS: rec.first.Milliseconds(), TookMS: rec.took.Milliseconds(),
		Adaptations: append([]string{}, rec.labels()...), Tries: []tryJSON{},
		Usage: usageJSON{rec.usage.Input, rec.usage.Output, rec.usage.CacheRead, rec.usage.CacheCreation, rec.details},
	}
	for _, t := range rec.trail {
		j.Tries = append(j.Tries, tryJSON{t.Vendor, t.Model, t.Verdict, t.Reason, t.Status, t.Queued.Milliseconds(), t.Took.Milliseconds()})
	}
	return j
}

// errClient marks an error that says the client is gone, not the vendor.
var errClient = errors.New("write to client")
