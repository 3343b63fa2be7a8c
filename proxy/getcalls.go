package proxy

import (
	"net/http"
	"strconv"
	"time"

	"afterglow/proxy/anthropic"
)

type callJSON struct {
	Number      int        `json:"number"`
	Kind        string     `json:"kind"`
	Operation   string     `json:"operation"`
	Started     time.Time  `json:"started"`
	Phase       Phase      `json:"phase"`
	Until       *time.Time `json:"until,omitempty"`
	Place       int        `json:"place,omitempty"`
	RequestID   string     `json:"request_id,omitempty"`
	Session     string     `json:"session,omitempty"`
	Agent       string     `json:"agent,omitempty"`
	Model       string     `json:"model"`
	Vendor      string     `json:"vendor,omitempty"`
	VendorModel string     `json:"vendor_model,omitempty"`
	ModelServed string     `json:"model_served,omitempty"`
	Stream      bool       `json:"stream"`
	Status      int        `json:"status"`
	Class       string     `json:"class,omitempty"`
	Outcome     string     `json:"outcome,omitempty"`
	QueuedMS    int64      `json:"queued_ms"`
	FirstMS     int64      `json:"first_event_ms"`
	TookMS      int64      `json:"took_ms"`
	Retries     int        `json:"retries"`
	Adaptations []string   `json:"adaptations"`
	Usage       usageJSON  `json:"usage"`
	Cost        string     `json:"cost"`
	Tries       []tryJSON  `json:"tries"`

	RequestHeader http.Header `json:"request_header,omitempty"`
	AnswerHeader  http.Header `json:"answer_header,omitempty"`
	Bodies        *Bodies     `json:"bodies,omitempty"`
}

type usageJSON struct {
	Input           int64            `json:"input_tokens"`
	Output          int64            `json:"output_tokens"`
	CacheRead       int64            `json:"cache_read_input_tokens"`
	CacheCreation   int64            `json:"cache_creation_input_tokens"`
	CacheCreation1h int64            `json:"cache_creation_1h_input_tokens,omitempty"`
	Reasoning       int64            `json:"reasoning_tokens,omitempty"`
	Details         map[string]int64 `json:"details,omitempty"`
}

type tryJSON struct {
	Vendor   string `json:"vendor"`
	Model    string `json:"model"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason,omitempty"`
	Status   int    `json:"status,omitempty"`
	Retries  int    `json:"retries,omitempty"`
	QueuedMS int64  `json:"queued_ms"`
	TookMS   int64  `json:"took_ms"`
}

func usageOf(u anthropic.Usage, details map[string]int64) usageJSON {
	return usageJSON{u.Input, u.Output, u.CacheRead, u.CacheCreation, u.CacheCreation1h, u.Reasoning, details}
}

// json is a record as the control API gives it; whole, with header and bodies.
func (s *Server) json(rec *record, places places, whole bool) callJSON {
	d := rec.detail(s.conf().Prices, places, whole)
	j := callJSON{
		Number: d.Number, Kind: d.Kind, Operation: d.Operation, Started: d.Started.UTC(), Phase: d.Phase, Place: d.Place, RequestID: d.RequestID, Session: d.Session, Agent: d.Agent,
		Model: d.Model, Vendor: d.Vendor, VendorModel: d.VendorModel, ModelServed: d.ModelServed, Stream: d.Stream, Status: d.Status,
		Class: string(d.Class), Outcome: d.Outcome, QueuedMS: d.Queued.Milliseconds(), FirstMS: d.First.Milliseconds(), TookMS: d.Took.Milliseconds(),
		Retries: d.Retries, Adaptations: d.Adaptations, Usage: usageOf(d.Usage, nil), Cost: d.Cost.String(), Tries: []tryJSON{},
	}
	j.RequestHeader, j.AnswerHeader, j.Bodies = d.Request, d.Answer, d.Bodies
	if d.Phase == Ended {
		j.Usage.Details = rec.details
	}
	if !d.Until.IsZero() {
		j.Until = &d.Until
	}
	for _, t := range d.Tries {
		j.Tries = append(j.Tries, tryJSON{t.Vendor, t.Model, t.Verdict, t.Reason, t.Status, t.Retries, t.Queued.Milliseconds(), t.Took.Milliseconds()})
	}
	return j
}

// getCalls serves GET /api/calls: the calls under way and the last that ended; with ?after=N those with a higher
// number.
func (s *Server) getCalls(w http.ResponseWriter, r *http.Request) {
	after := 0
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = strconv.Atoi(text); err != nil {
			writeError(w, anthropic.Errorf(http.StatusBadRequest, "after: expected a call number"))
			return
		}
	}
	list := []callJSON{}
	records, _ := s.calls.all()
	places := s.places()
	for _, rec := range records {
		if rec.number > after {
			list = append(list, s.json(rec, places, false))
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"calls": list})
}

// getCall serves GET /api/calls/{number}.
func (s *Server) getCall(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	rec := s.calls.find(number)
	if rec == nil {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "call %s was not found among the calls in progress and the last %d", r.PathValue("number"), keptCalls))
		return
	}
	writeJSON(w, http.StatusOK, s.json(rec, s.places(), true))
}

// deleteCall serves DELETE /api/calls/{number}: it cancels a call under way.
func (s *Server) deleteCall(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	if err := s.Cancel(number); err != nil {
		writeError(w, anthropic.Errorf(http.StatusNotFound, "call %s: %v", r.PathValue("number"), err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "cancelled"})
}

// putCapture serves PUT /api/capture: {"on": true}.
func (s *Server) putCapture(w http.ResponseWriter, r *http.Request) {
	root, err := readObject(w, r)
	on := root.Get("on")
	if err != nil || !on.IsBool() {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, `expected {"on": true} or {"on": false}`))
		return
	}
	s.Capture(on.Bool())
	writeJSON(w, http.StatusOK, map[string]bool{"on": on.Bool()})
}
