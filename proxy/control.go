package proxy

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
)

// gaugeJSON is a gauge under the keys that scripts know. Limit and Available are null in monitor mode, and
// Ceiling is left out. Limit is the one in force: what was set is Ceiling, and differs where the limit is adaptive.
type gaugeJSON struct {
	Mode      string `json:"mode"`
	InUse     int    `json:"in_use"`
	Pending   int    `json:"pending"`
	Peak      int    `json:"peak_pending_recent"`
	Limit     *int   `json:"limit"`
	Available *int   `json:"available"`
	Ceiling   *int   `json:"ceiling,omitempty"`
	Ending    bool   `json:"ending,omitempty"` // the configuration gives the limit no more

	Adaptive *adaptiveJSON `json:"adaptive,omitempty"`
}

// adaptiveJSON is how an adaptive limit stands.
type adaptiveJSON struct {
	Why     string     `json:"why"`               // trying, refused, ceiling or enough
	Refused int        `json:"refused,omitempty"` // the lowest limit that the vendor refused and has not taken since
	Since   *time.Time `json:"since"`
}

func adaptiveOf(a limiter.Adaptation) *adaptiveJSON {
	if a.Why == limiter.Fixed {
		return nil
	}
	return &adaptiveJSON{a.Why.String(), a.Refused, stamp(a.Since)}
}

func gaugeOf(g limiter.Gauge) gaugeJSON {
	j := gaugeJSON{Mode: "monitor", InUse: g.InFlight, Pending: g.Pending, Peak: g.PeakPending}
	if g.Mode == limiter.Limited {
		free := max(0, g.Limit-g.InFlight)
		j.Mode, j.Limit, j.Available, j.Ceiling = "limited", &g.Limit, &free, &g.Ceiling
		j.Ending = g.Ending()
		j.Adaptive = adaptiveOf(g.Adaptation)
	}
	return j
}

type keyedGauge struct {
	Vendor string `json:"vendor"`
	Model  string `json:"model"`
	gaugeJSON
}

type accountJSON struct {
	Vendor  string `json:"vendor"`
	Limit   int    `json:"limit"`
	InUse   int    `json:"in_use"`
	Pending int    `json:"pending"`
	Ceiling int    `json:"ceiling"`
	Ending  bool   `json:"ending,omitempty"`

	Adaptive *adaptiveJSON `json:"adaptive,omitempty"`
}

type concurrencyJSON struct {
	Total struct {
		InUse   int `json:"in_use"`
		Pending int `json:"pending"`
	} `json:"total"`
	Accounts []accountJSON `json:"accounts"`
	Gauges   []keyedGauge  `json:"gauges"`
}

func concurrencyOf(snap limiter.Snapshot) concurrencyJSON {
	j := concurrencyJSON{Accounts: []accountJSON{}, Gauges: []keyedGauge{}}
	j.Total.InUse, j.Total.Pending = snap.Totals()
	for _, a := range snap.Accounts {
		j.Accounts = append(j.Accounts, accountOf(a))
	}
	for _, g := range snap.Gauges {
		j.Gauges = append(j.Gauges, keyedGauge{g.Vendor, g.Model, gaugeOf(g)})
	}
	return j
}

func accountOf(a limiter.Account) accountJSON {
	return accountJSON{a.Vendor, a.Limit, a.InFlight, a.Pending, a.Ceiling, a.Ending(), adaptiveOf(a.Adaptation)}
}

func (s *Server) getConcurrency(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, concurrencyOf(s.limiter.Snapshot()))
}

// maxControlBody bounds a control request's body, in bytes. The longest holds three short fields.
const maxControlBody = 64 << 10

// maxName bounds a vendor's or model's name, in bytes.
const maxName = bounds.Name

// limitRequest is the body of PUT and DELETE /api/concurrency.
type limitRequest struct {
	vendor, model string
	limit         int
}

// readFields reads a control request's object and the names that every one of them has.
func readFields(w http.ResponseWriter, r *http.Request) (gjson.Result, limitRequest, error) {
	var req limitRequest
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
	if err != nil {
		return gjson.Result{}, req, err
	}
	root := gjson.ParseBytes(body)
	if !json.Valid(body) || !root.IsObject() {
		return root, req, errors.New("expected a JSON object")
	}
	for name, into := range map[string]*string{"vendor": &req.vendor, "model": &req.model} {
		v := root.Get(name)
		if v.Exists() && (v.Type != gjson.String || len(v.Str) > maxName) {
			return root, req, errors.New(name + ": expected a string of at most " + strconv.Itoa(maxName) + " bytes")
		}
		*into = v.Str
	}
	return root, req, nil
}

func readLimit(w http.ResponseWriter, r *http.Request) (limitRequest, error) {
	root, req, err := readFields(w, r)
	if err != nil {
		return req, err
	}
	if req.vendor == "" {
		return req, errors.New("vendor: expected a vendor name")
	}
	if req.model == "" {
		return req, errors.New(`model: expected a vendor model, or "*" for the account limit`)
	}
	limit := root.Get("limit")
	n, err := strconv.Atoi(limit.Raw)
	if errors.Is(err, strconv.ErrRange) {
		n = -1 // out of every range, as the limiter will say
	} else if err != nil || limit.Type != gjson.Number {
		return req, errors.New("limit: expected a whole number")
	}
	req.limit = n
	return req, nil
}

// putConcurrency serves PUT /api/concurrency.
func (s *Server) putConcurrency(w http.ResponseWriter, r *http.Request) {
	req, err := readLimit(w, r)
	if err != nil {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, "%v", err))
		return
	}
	if err := s.SetLimit(req.vendor, req.model, req.limit); err != nil {
		writeError(w, limitError(err))
		return
	}
	s.writeGauge(w, req)
}

// deleteConcurrency serves DELETE /api/concurrency: back to the configured limits, of one model, of
// one vendor, or of all.
func (s *Server) deleteConcurrency(w http.ResponseWriter, r *http.Request) {
	var req limitRequest
	if r.ContentLength != 0 {
		var err error
		if _, req, err = readFields(w, r); err == nil && req.model != "" && req.vendor == "" {
			err = errors.New("vendor: expected the vendor of the model")
		}
		if err != nil {
			writeError(w, anthropic.Errorf(http.StatusBadRequest, "%v", err))
			return
		}
	}
	if err := s.resetLimit(req.vendor, req.model); err != nil {
		writeError(w, limitError(err))
		return
	}
	writeJSON(w, http.StatusOK, concurrencyOf(s.limiter.Snapshot()))
}

// limitError gives each of the limiter's refusals the status that scripts know.
func limitError(err error) *anthropic.Error {
	switch {
	case errors.Is(err, limiter.ErrUnknown):
		return &anthropic.Error{Status: http.StatusNotFound, Type: "not_found", Message: err.Error()}
	case errors.Is(err, limiter.ErrMonitorOnly):
		return &anthropic.Error{Status: http.StatusUnprocessableEntity, Type: "unprocessable", Message: err.Error()}
	case errors.Is(err, limiter.ErrLimitRange):
		return anthropic.Errorf(http.StatusBadRequest, "limit: %v", err)
	}
	return anthropic.Errorf(http.StatusInternalServerError, "%v", err)
}

// writeGauge answers a change with the gauge that it changed.
func (s *Server) writeGauge(w http.ResponseWriter, req limitRequest) {
	snap := s.limiter.Snapshot()
	answer := struct {
		Status string `json:"status"`
		keyedGauge
		Concurrency map[string]gaugeJSON `json:"concurrency"`
	}{Status: "ok", keyedGauge: keyedGauge{Vendor: req.vendor, Model: req.model}, Concurrency: gaugesOf(snap, req.vendor)}
	answer.gaugeJSON = answer.Concurrency[req.model]
	for _, a := range snap.Accounts {
		if a.Vendor == req.vendor && req.model == limiter.AccountModel {
			free := max(0, a.Limit-a.InFlight)
			answer.gaugeJSON = gaugeJSON{
				Mode: "limited", InUse: a.InFlight, Pending: a.Pending, Limit: &a.Limit, Available: &free,
				Ceiling: &a.Ceiling, Adaptive: adaptiveOf(a.Adaptation),
			}
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// gaugesOf is one vendor's part of a snapshot, by model.
func gaugesOf(snap limiter.Snapshot, vendorName string) map[string]gaugeJSON {
	gauges := map[string]gaugeJSON{}
	for _, g := range snap.Gauges {
		if g.Vendor == vendorName {
			gauges[g.Model] = gaugeOf(g)
		}
	}
	return gauges
}
