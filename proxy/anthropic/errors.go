package anthropic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
)

// StatusOverloaded is the API's own status for "overloaded".
const StatusOverloaded = 529

// Error is an error answer: one that a vendor gave, or one of ours to the client.
type Error struct {
	Status     int    // HTTP status
	Type       string // the envelope's error.type
	Message    string
	Code       string          // a vendor's own code, such as Zhipu's "1302"; "" if none
	Details    json.RawMessage // what else there is to say, for programs; nil if nothing
	RequestID  string          // the vendor's, "" if none
	RetryAfter time.Duration   // how long the vendor asks to wait; 0 if it does not say
	Moment     bool            // RetryAfter is until a moment that the vendor named
	Within200  bool            // it came under status 200: as an event, or in place of a message
	Header     http.Header     // the vendor's answer, nil for our own errors
	Body       []byte          // the vendor's body if it is an envelope already, else nil
	Cause      error           // what one of our own stands for; nil if it says all
}

// Unwrap is for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

func (e *Error) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("%d %s [%s]: %s", e.Status, e.Type, e.Code, e.Message)
	}
	return fmt.Sprintf("%d %s: %s", e.Status, e.Type, e.Message)
}

// Errorf returns an error of our own; the status gives it its type.
func Errorf(status int, format string, args ...any) *Error {
	return &Error{Status: status, Type: TypeOf(status), Message: fmt.Sprintf(format, args...)}
}

// Envelope is the body of an error answer, and the data of an error event: the vendor's own bytes
// where they are such an envelope.
func (e *Error) Envelope() []byte {
	if e.Body != nil {
		return e.Body
	}
	type detail struct {
		Type    string          `json:"type"`
		Message string          `json:"message"`
		Code    string          `json:"code,omitempty"`
		Details json.RawMessage `json:"details,omitempty"`
	}
	body, err := json.Marshal(struct {
		Type      string `json:"type"`
		Error     detail `json:"error"`
		RequestID string `json:"request_id,omitempty"`
	}{"error", detail{e.Type, e.Message, e.Code, e.Details}, e.RequestID})
	if err != nil { // strings always marshal
		panic(err)
	}
	return body
}

// Event is the error as an event of a stream.
func (e *Error) Event() []byte {
	return fmt.Appendf(nil, "event: error\ndata: %s\n\n", compact(e.Envelope()))
}

// compact puts JSON on one line, which an event's data needs.
func compact(envelope []byte) []byte {
	return []byte(strings.NewReplacer("\n", " ", "\r", " ").Replace(string(envelope)))
}

// TypeOf is the error type that the API documents for a status.
func TypeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "authentication_error"
	case http.StatusPaymentRequired:
		return "billing_error"
	case http.StatusForbidden:
		return "permission_error"
	case http.StatusNotFound:
		return "not_found_error"
	case http.StatusRequestEntityTooLarge:
		return "request_too_large"
	case http.StatusTooManyRequests:
		return "rate_limit_error"
	case http.StatusGatewayTimeout:
		return "timeout_error"
	case StatusOverloaded:
		return "overloaded_error"
	}
	if status >= 500 {
		return "api_error"
	}
	return "invalid_request_error"
}

// longestMessage bounds, in bytes, how much of a body without a message is quoted.
const longestMessage = 300

// DecodeError reads a vendor's error answer. A message that is null, a body that is empty, HTML or
// plain text are ordinary inputs.
func DecodeError(status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, Type: TypeOf(status), Header: header}
	e.RetryAfter, e.Moment = RetryAfter(header, time.Now())
	e.RequestID = header.Get("request-id")
	if root := gjson.ParseBytes(body); root.IsObject() && nesting.ValidBytes(body) {
		e.read(root)
		if envelope := root.Get("type").Str == "error" && root.Get("error.message").Type == gjson.String; envelope && root.Get("error.type").Str == e.Type {
			e.Body = body
		}
	}
	if e.Message == "" {
		e.Message = plain(body)
	}
	if e.Message == "" {
		e.Message = fmt.Sprintf("the vendor answered %d without a message", status)
	}
	return e
}

func (e *Error) read(root gjson.Result) {
	detail := root.Get("error")
	if detail.IsArray() { // Google's way for a stream
		detail = detail.Get("0")
	}
	if inner := detail.Get("error"); inner.IsObject() && !detail.Get("message").Exists() {
		detail = inner
	}
	e.Message = first(said(detail, saidDepth), said(root, saidDepth))
	e.Code = first(codeIn(detail), codeIn(root))
	e.RequestID = first(root.Get("request_id").Str, e.RequestID)
	// A 401 is an authentication error whatever a vendor calls it: clients act on the type.
	if t := detail.Get("type").Str; t != "" && e.Status != http.StatusUnauthorized {
		e.Type = t
	}
}

// wordsAt are where vendors and gateways put the words of an error.
var wordsAt = []string{"message", "msg", "error_msg", "error_message", "error_description", "detail", "details", "reason", "errors", "base_resp.status_msg", "title"}

// saidDepth is how deep said looks, and saidItems how many items of a list it reads.
const (
	saidDepth = 4
	saidItems = 3
)

// said are the words of an error: a text, or in an object or a list the first that there is.
func said(r gjson.Result, depth int) string {
	switch {
	case r.Type == gjson.String:
		return r.Str
	case depth == 0:
	case r.IsArray():
		var all []string
		items := 0
		r.ForEach(func(_, one gjson.Result) bool {
			if text := said(one, depth-1); text != "" {
				all = append(all, text)
			}
			items++
			return items < saidItems
		})
		return strings.Join(all, "; ")
	case r.IsObject():
		for _, at := range wordsAt {
			if text := said(r.Get(at), depth-1); text != "" {
				return text
			}
		}
	}
	return ""
}

// codeIn is the code of an error: a text or a number. Zero is none.
func codeIn(r gjson.Result) string {
	for _, at := range []string{"code", "error_code", "status_code", "base_resp.status_code"} {
		if code := r.Get(at); (code.Type == gjson.String || code.Type == gjson.Number) && code.String() != "0" {
			return code.String()
		}
	}
	return ""
}

// excerpt is the begin of a body that is not what it should be, on one line.
func excerpt(body []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), longestMessage)]), "")), " ")
	if len(body) > longestMessage {
		text += "…"
	}
	return first(text, "it is empty")
}

// plain is the text of a body that is not JSON, on one line and cut.
func plain(body []byte) string {
	if nesting.ValidBytes(body) {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), longestMessage)]), "")), " ")
	if strings.HasPrefix(text, "<") {
		return ""
	}
	return text
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
