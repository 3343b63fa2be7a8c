package gemini

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// status is one of Google's canonical errors (google.rpc.Code) in the terms of the Messages API.
type status struct {
	code int // of HTTP
	kind string
}

var statuses = map[string]status{
	"INVALID_ARGUMENT":    {http.StatusBadRequest, "invalid_request_error"},
	"FAILED_PRECONDITION": {http.StatusBadRequest, "invalid_request_error"},
	"OUT_OF_RANGE":        {http.StatusBadRequest, "invalid_request_error"},
	"UNAUTHENTICATED":     {http.StatusUnauthorized, "authentication_error"},
	"PERMISSION_DENIED":   {http.StatusForbidden, "permission_error"},
	"NOT_FOUND":           {http.StatusNotFound, "not_found_error"},
	"RESOURCE_EXHAUSTED":  {http.StatusTooManyRequests, "rate_limit_error"},
	"INTERNAL":            {http.StatusInternalServerError, "api_error"},
	"UNKNOWN":             {http.StatusInternalServerError, "api_error"},
	"UNAVAILABLE":         {http.StatusServiceUnavailable, "overloaded_error"},
	"DEADLINE_EXCEEDED":   {http.StatusGatewayTimeout, "timeout_error"},
}

// DecodeError reads an error answer: {"error":{…}}, a list of one, or any other body. A key that is
// refused comes under 400 and is a 401 here; every other status is kept.
func (Dialect) DecodeError(code int, header http.Header, body []byte) *anthropic.Error {
	if list := gjson.ParseBytes(body); list.IsArray() && nesting.ValidBytes(body) {
		body = []byte(list.Get("0").Raw)
	}
	e := anthropic.DecodeError(code, header, body)
	e.Body = nil // what is added below has to be told
	if nesting.ValidBytes(body) {
		refine(e, gjson.GetBytes(body, "error"))
	}
	return e
}

// errorWithin reads the error of an answer under status 200.
func errorWithin(root gjson.Result) *anthropic.Error {
	code := int(root.Get("error.code").Int())
	if code < 400 || code > 599 {
		code = http.StatusInternalServerError
		if s, ok := statuses[root.Get("error.status").Str]; ok {
			code = s.code
		}
	}
	e := Dialect{}.DecodeError(code, http.Header{}, []byte(root.Raw))
	e.Within200 = true
	return e
}

// refine takes what Google's errors say beyond a code and a message.
func refine(e *anthropic.Error, detail gjson.Result) {
	if name := detail.Get("status").Str; name != "" {
		e.Code = anthropic.LabelFor(name)
		if s, ok := statuses[name]; ok {
			e.Code = name
			if e.Status != http.StatusUnauthorized {
				e.Type = s.kind
			}
		}
	}
	unwrap(e)
	if found := tooLong.FindStringSubmatch(e.Message); found != nil {
		e.Message = fmt.Sprintf("prompt is too long: %s tokens > %s maximum (%s)", found[1], found[2], e.Message)
	}
	q := readQuota(detail.Get("details"))
	if q.badKey {
		e.Status, e.Type = http.StatusUnauthorized, "authentication_error"
	}
	if q.scope {
		e.Code = ScopeInsufficient
	}
	e.RetryAfter = max(e.RetryAfter, q.wait)
	switch {
	case e.Status != http.StatusTooManyRequests:
	case q.daily:
		// The wait that comes with it is the one of the limit per minute.
		e.RetryAfter = 0
		e.Message += " (daily quota)"
	case e.RetryAfter < longWait && strings.Contains(strings.ToLower(e.Message), "quota"):
		e.Message += " (rate limit)" // which Google calls a quota too
	}
}

// longWait is from when on a refusal is taken for a quota's end and not for a rate limit's.
const longWait = 10 * time.Minute

// tooLong is how the API says that a prompt has too many tokens.
var tooLong = regexp.MustCompile(`input token count \(?(\d+)\)? exceeds the maximum number of tokens allowed \(?(\d+)\)?`)

// unwrap takes an error out of the message of another: v1internal reports so what Claude's API said.
func unwrap(e *anthropic.Error) {
	if !strings.HasPrefix(e.Message, "{") || !nesting.Valid(e.Message) {
		return
	}
	if inner := gjson.Get(e.Message, "error.message").Str; inner != "" {
		e.Message = inner
	}
}

// quota is what the details of an error tell.
type quota struct {
	wait   time.Duration
	daily  bool // a limit per day is used up
	badKey bool
	scope  bool // the token does not allow this
}

// ScopeInsufficient is the code of an error of a token that does not allow what was asked.
const ScopeInsufficient = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"

func readQuota(details gjson.Result) (q quota) {
	for _, d := range details.Array() {
		switch kind := d.Get("@type").Str; kind[strings.LastIndexByte(kind, '.')+1:] {
		case "RetryInfo":
			q.wait = max(q.wait, duration(d.Get("retryDelay").Str))
		case "ErrorInfo":
			q.badKey = q.badKey || d.Get("reason").Str == "API_KEY_INVALID"
			q.scope = q.scope || d.Get("reason").Str == ScopeInsufficient
			q.wait = max(q.wait, duration(d.Get("metadata.quotaResetDelay").Str))
		case "QuotaFailure":
			for _, id := range d.Get("violations.#.quotaId").Array() {
				q.daily = q.daily || strings.Contains(id.Str, "PerDay")
			}
		}
	}
	return q
}

// longest keeps a nonsensical wait within reason.
const longest = 365 * 24 * time.Hour

func duration(text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0
	}
	return min(max(d, 0), longest)
}

// ErrorBody is an error as this API has it, for a client that speaks it.
func ErrorBody(e *anthropic.Error) []byte {
	type retryInfo struct {
		Type  string `json:"@type"`
		Delay string `json:"retryDelay"`
	}
	type detail struct {
		Code    int         `json:"code"`
		Message string      `json:"message"`
		Status  string      `json:"status"`
		Details []retryInfo `json:"details,omitempty"`
	}
	d := detail{Code: e.Status, Message: e.Message, Status: statusName(e)}
	if e.RetryAfter > 0 {
		seconds := strconv.FormatFloat(e.RetryAfter.Seconds(), 'f', -1, 64)
		d.Details = []retryInfo{{"type.googleapis.com/google.rpc.RetryInfo", seconds + "s"}}
	}
	body, err := json.Marshal(struct {
		Error detail `json:"error"`
	}{d})
	if err != nil { // numbers and strings always marshal
		panic(err)
	}
	return body
}

// statusName is the canonical error of a status.
func statusName(e *anthropic.Error) string {
	switch e.Status {
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusBadGateway, http.StatusServiceUnavailable, anthropic.StatusOverloaded:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	}
	if e.Status >= 500 {
		return "INTERNAL"
	}
	return "INVALID_ARGUMENT"
}
