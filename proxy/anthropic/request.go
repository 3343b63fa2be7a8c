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
	MaxTokens int64 // 0 if absent

	model    span
	thinking span
	adaptive bool
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
				problem = fmt.Errorf("%s: given twice", key.Str)
				return false
			}
			seen[key.Str] = true
			problem = r.set(key.Str, value)
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
		r.thinking, r.adaptive = at, v.Get("type").Str == "adaptive"
	case "max_tokens":
		if v.Type != gjson.Number {
			return errors.New("max_tokens: expected a number")
		}
		r.MaxTokens = v.Int()
	}
	return nil
}

// adaptiveBudget is the thinking budget, in tokens, for vendors that do not know "adaptive":
// half of the 32 000 tokens of output that the client asks for.
const adaptiveBudget = 16000

// Parts returns the body with its model replaced, as pieces to be sent one after the other: slices
// of the body around the new value, no copy. With enableThinking, "thinking": {"type":"adaptive"}
// becomes a budget below max_tokens, or disabled where max_tokens leaves none.
func (r *Request) Parts(model string, enableThinking bool) []string {
	var edits [2]edit
	n := 0
	if model != r.Model {
		edits[n] = edit{r.model, string(gjson.AppendJSONString(nil, model))}
		n++
	}
	if enableThinking && r.adaptive {
		edits[n] = edit{r.thinking, enabledThinking(r.MaxTokens)}
		n++
	}
	if n == 2 && edits[1].from < edits[0].from {
		edits[0], edits[1] = edits[1], edits[0]
	}
	parts, from := make([]string, 0, 2*n+1), 0
	for _, e := range edits[:n] {
		parts = append(parts, r.Body[from:e.from], e.with)
		from = e.to
	}
	return append(parts, r.Body[from:])
}

type edit struct {
	span
	with string
}

func enabledThinking(maxTokens int64) string {
	budget := int64(adaptiveBudget)
	if maxTokens > 0 {
		budget = min(budget, maxTokens-1)
	}
	if budget < 1 {
		return `{"type":"disabled"}`
	}
	return fmt.Sprintf(`{"type":"enabled","budget_tokens":%d}`, budget)
}
