package anthropic

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
	"afterglow/proxy/sse"
)

// Kind is what an event means to a proxy.
type Kind uint8

const (
	Other        Kind = iota // anything that only passes through
	Idle                     // a ping or a comment: no content yet
	MessageStart             // the first event of a message
	MessageDelta             // stop reason and final usage
	MessageStop              // the message is complete
	Failure                  // an error event
	Done                     // another protocol's last event, which some vendors add: no client of this one knows it
)

// KindOf tells what an event means. Events that have a name are not decoded.
func KindOf(e sse.Event) Kind {
	name := e.Name
	if len(name) == 0 {
		if e.Data == nil {
			return Idle
		}
		if string(e.Data) == "[DONE]" {
			return Done
		}
		t := gjson.GetBytes(e.Data, "type")
		if !t.Exists() && gjson.GetBytes(e.Data, "error").Exists() {
			return Failure // some vendors put a bare error body into the stream
		}
		name = []byte(t.Str)
	}
	switch string(name) {
	case "ping":
		return Idle
	case "message_start":
		return MessageStart
	case "message_delta":
		return MessageDelta
	case "message_stop":
		return MessageStop
	case "error":
		return Failure
	}
	return Other
}

// OfMessage reports whether an event belongs to a message. A vendor may send others before it, such as its place in a queue.
func OfMessage(kind Kind, e sse.Event) bool {
	switch kind {
	case MessageStart, MessageDelta, MessageStop:
		return true
	case Other:
		name := string(e.Name)
		if name == "" {
			name = gjson.GetBytes(e.Data, "type").Str
		}
		return strings.HasPrefix(name, "content_block_")
	}
	return false
}

// FailedWithin200 reads a body, or the data of an event, that came under status 200 and is neither a message nor an event of one.
// It is nil if nothing in it says that something went wrong.
func FailedWithin200(data []byte) *Error {
	root := gjson.ParseBytes(data)
	if !root.IsObject() || !nesting.ValidBytes(data) {
		return nil
	}
	if root.Get("error").Exists() && root.Get("error").Type != gjson.Null {
		return EventError(sse.Event{Data: data})
	}
	failed := &Error{}
	failed.read(root)
	if code, err := strconv.Atoi(failed.Code); (err != nil && failed.Code == "" || err == nil && (code == 0 || code == http.StatusOK)) &&
		root.Get("success").Type != gjson.False && root.Get("detail").Type == gjson.Null {
		return nil
	}
	if failed.Message == "" && failed.Code == "" {
		return nil
	}
	return EventError(sse.Event{Data: data})
}

// EventError reads the error of a Failure event. Its status is the one that the error's type has
// outside of a stream.
func EventError(e sse.Event) *Error {
	status := http.StatusInternalServerError
	switch gjson.GetBytes(e.Data, "error.type").Str {
	case "overloaded_error":
		status = StatusOverloaded
	case "rate_limit_error":
		status = http.StatusTooManyRequests
	case "invalid_request_error":
		status = http.StatusBadRequest
	case "authentication_error":
		status = http.StatusUnauthorized
	case "permission_error":
		status = http.StatusForbidden
	case "not_found_error":
		status = http.StatusNotFound
	case "request_too_large":
		status = http.StatusRequestEntityTooLarge
	case "":
		status = statusOfCode(e.Data)
	}
	err := DecodeError(status, http.Header{}, bytes.Clone(e.Data))
	err.Within200 = true
	return err
}

// statusOfCode is the status of an error without a type. A code that is a status is that; another one is Zhipu's way to say overloaded
// or too many at once.
func statusOfCode(data []byte) int {
	var e Error
	e.read(gjson.ParseBytes(data))
	code, err := strconv.Atoi(e.Code)
	switch {
	case err == nil && code >= 400 && code <= 599:
		return code
	case gjson.GetBytes(data, "error.code").Exists():
		return StatusOverloaded
	}
	return http.StatusInternalServerError
}

// servedKey is the field of a translated message that holds what the vendor calls the model.
const servedKey = "vendor_model"

// Served is what the vendor calls the model that answered, from the data of a MessageStart or from a whole
// message; "" if it does not say.
func Served(data []byte) string {
	for _, at := range []string{"message." + servedKey, servedKey, "message.model", "model"} {
		if name := gjson.GetBytes(data, at); name.Type == gjson.String {
			return name.String()
		}
	}
	return ""
}
