// Package anthropic holds what Afterglow needs to know of the Messages API: a view of a request
// over its untouched bytes, the grammar of the event stream, the error envelope, and the dialect
// of the vendors that speak the API themselves.
package anthropic

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Request is a view of a request body. The body is a string because nothing may change it: several
// tiers may send it, and what is not edited reaches the vendor byte for byte.
type Request struct {
	Body      string
	Model     string
	Stream    bool
	MaxTokens int64  // 0 if absent
	UserID    string // metadata.user_id, "" if absent

	model    span
	thinking span
	messages span
}

// span is a value's place in the body.
type span struct{ from, to int }

// ParseRequest finds the few fields that routing needs. It scans the body once and decodes nothing
// else, so a body that is broken deeper down is the vendor's to refuse. A field given twice is
// refused here, because vendors differ in which of the two they take.
func ParseRequest(body string) (*Request, error) {
	r := &Request{Body: body}
	root := gjson.Parse(body)
	if !root.IsObject() || !closes(body) {
		return nil, errors.New("the body is not a JSON object")
	}
	seen := make(map[string]bool, 4)
	var problem error
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "model", "stream", "thinking", "max_tokens":
			if seen[key.Str] {
				problem = fmt.Errorf("%s: this key appears twice", key.Str)
				return false
			}
			seen[key.Str] = true
			problem = r.set(key.Str, value)
		case "messages":
			r.messages = span{value.Index, value.Index + len(value.Raw)}
		case "metadata":
			r.UserID = strings.Clone(value.Get("user_id").Str)
		}
		return problem == nil
	})
	if problem != nil {
		return nil, problem
	}
	if r.Model == "" {
		return nil, errors.New("model: field required")
	}
	return r, nil
}

func closes(body string) bool {
	return strings.HasSuffix(strings.TrimRight(body, " \t\r\n"), "}")
}

func (r *Request) set(key string, v gjson.Result) error {
	at := span{v.Index, v.Index + len(v.Raw)}
	switch key {
	case "model":
		if v.Type != gjson.String {
			return errors.New("model: expected a string")
		}
		// Cloned, or the name alone would keep the whole body in memory.
		r.Model, r.model = strings.Clone(v.Str), at
	case "stream":
		if v.Type != gjson.True && v.Type != gjson.False && v.Type != gjson.Null {
			return errors.New("stream: expected true or false")
		}
		r.Stream = v.Type == gjson.True
	case "thinking":
		r.thinking = at
	case "max_tokens":
		if v.Type != gjson.Number {
			return errors.New("max_tokens: expected a number")
		}
		r.MaxTokens = v.Int()
	}
	return nil
}

// longestEnd bounds, in bytes, what End gives of a conversation.
const longestEnd = 4 << 10

// End is the end of the conversation, up to 4 KiB of it, and the length of all of it in bytes: the same for a
// request that is sent again, another for one that goes on. It is a part of the body.
func (r *Request) End() (end string, length int) {
	at := r.messages
	return r.Body[max(at.from, at.to-longestEnd):at.to], at.to - at.from
}

// Parts returns the body with its model replaced, as pieces to be sent one after the other: slices
// of the body around the new value, no copy.
func (r *Request) Parts(model string) []string {
	if model == r.Model {
		return []string{r.Body}
	}
	return []string{r.Body[:r.model.from], string(gjson.AppendJSONString(nil, model)), r.Body[r.model.to:]}
}
