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
)

// KindOf tells what an event means. Events that have a name are not decoded.
func KindOf(e sse.Event) Kind {
	name := e.Name
	if len(name) == 0 {
		if e.Data == nil {
			return Idle
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

// Usage is what a message cost, in tokens.
type Usage struct {
	Input           int64 // without what the cache served or took
	Output          int64
	CacheCreation   int64 // written into the cache, for any time
	CacheRead       int64
	CacheCreation1h int64 // the part of CacheCreation that is kept for an hour
	Reasoning       int64 // the part of Output that was thinking, as far as the vendor says
}

// Total is the sum of the four kinds, each token once.
func (u Usage) Total() int64 { return u.Input + u.Output + u.CacheCreation + u.CacheRead }

// Add adds another's counts.
func (u *Usage) Add(v Usage) {
	u.Input += v.Input
	u.Output += v.Output
	u.CacheCreation += v.CacheCreation
	u.CacheRead += v.CacheRead
	u.CacheCreation1h += v.CacheCreation1h
	u.Reasoning += v.Reasoning
}

// Read takes the counts that an event carries. A zero never overwrites: vendors send it for
// counts they gave before.
func (u *Usage) Read(kind Kind, e sse.Event) {
	switch kind {
	case MessageStart:
		u.add(gjson.GetBytes(e.Data, "message.usage"))
	case MessageDelta:
		u.add(gjson.GetBytes(e.Data, "usage"))
	}
}

// ReadMessage takes the counts of a whole message.
func (u *Usage) ReadMessage(body []byte) { u.add(gjson.GetBytes(body, "usage")) }

func (u *Usage) add(usage gjson.Result) {
	usage.ForEach(func(key, value gjson.Result) bool {
		n := value.Int()
		if n == 0 {
			return true
		}
		switch key.Str {
		case "input_tokens", "prompt_tokens":
			u.Input = n
		case "output_tokens", "completion_tokens":
			u.Output = n
		case "cache_creation_input_tokens":
			u.CacheCreation = n
		case "cache_read_input_tokens":
			u.CacheRead = n
		}
		return true
	})
}
