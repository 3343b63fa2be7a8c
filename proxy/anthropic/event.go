package anthropic

import (
	"bytes"
	"net/http"

	"github.com/tidwall/gjson"

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
		// A body with a code and no type is Zhipu's way to say overloaded or too many at once.
		if gjson.GetBytes(e.Data, "error.code").Exists() {
			status = StatusOverloaded
		}
	}
	err := DecodeError(status, http.Header{}, bytes.Clone(e.Data))
	err.Within200 = true
	return err
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
