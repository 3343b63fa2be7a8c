package anthropic

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
)

const (
	// mostUnread bounds how many names of a client's own are reported of one request.
	mostUnread = 16
	// mostNested bounds how deep blocks may stand in blocks, counted in field names.
	mostNested = 32
)

// Decode decodes the whole body. The error is an *Error with status 400 that names the field: this
// request no translation can carry. Strings may share the body's memory.
func (r *Request) Decode() (*Body, error) {
	d := bodyReader{body: &Body{}}
	gjson.Parse(r.Body).ForEach(func(key, value gjson.Result) bool {
		d.path = append(d.path[:0], key.Str)
		if nesting.Valid(value.Raw) {
			d.top(key.Str, value)
		} else {
			d.fail("it is not JSON")
		}
		return d.err == nil
	})
	if d.err != nil {
		return nil, d.err
	}
	return d.body, nil
}

// bodyReader reads a body by hand: reflection took three times as long, and would not tell which fields
// there are beside the known.
type bodyReader struct {
	body *Body
	path []string // of the value being read
	err  *Error
}

func (d *bodyReader) fail(problem string) {
	if d.err == nil {
		d.err = Errorf(http.StatusBadRequest, "%s: %s", strings.Join(d.path, "."), problem)
	}
}

func (d *bodyReader) mistyped(v gjson.Result) {
	kind := "bool"
	switch {
	case v.IsObject():
		kind = "object"
	case v.IsArray():
		kind = "array"
	case v.Type == gjson.String:
		kind = "string"
	case v.Type == gjson.Number:
		kind = "number"
	}
	d.fail(kind + " was not expected here")
}

// unread notes a field that there is no place for.
func (d *bodyReader) unread(key string) {
	if len(d.body.Unread) < mostUnread {
		d.body.Unread.Add(LabelFor(key))
	}
}

// object reads an object field by field. null is an object without any.
func (d *bodyReader) object(v gjson.Result, field func(key string, v gjson.Result)) {
	switch {
	case v.Type == gjson.Null:
		return
	case !v.IsObject():
		d.mistyped(v)
		return
	case len(d.path) > mostNested:
		d.fail("nested too deep")
		return
	}
	v.ForEach(func(key, value gjson.Result) bool {
		d.path = append(d.path, key.Str)
		field(key.Str, value)
		d.path = d.path[:len(d.path)-1]
		return d.err == nil
	})
}

// list reads an array. null is one without elements.
func (d *bodyReader) list(v gjson.Result, element func(v gjson.Result)) {
	if v.Type == gjson.Null {
		return
	}
	if !v.IsArray() {
		d.mistyped(v)
		return
	}
	v.ForEach(func(_, value gjson.Result) bool {
		element(value)
		return d.err == nil
	})
}

func (d *bodyReader) text(v gjson.Result, into *string) {
	switch v.Type {
	case gjson.String:
		*into = v.Str
	case gjson.Null:
	default:
		d.mistyped(v)
	}
}

func (d *bodyReader) bool(v gjson.Result, into *bool) {
	switch v.Type {
	case gjson.True, gjson.False:
		*into = v.Bool()
	case gjson.Null:
	default:
		d.mistyped(v)
	}
}

func (d *bodyReader) number(v gjson.Result, into *json.Number) {
	switch v.Type {
	case gjson.Number:
		*into = json.Number(v.Raw)
	case gjson.Null:
	default:
		d.mistyped(v)
	}
}

func (d *bodyReader) integer(v gjson.Result, into *int64) {
	var n json.Number
	if d.number(v, &n); n == "" {
		return
	}
	var err error
	if *into, err = strconv.ParseInt(string(n), 10, 64); err != nil {
		d.fail(string(n) + " was not expected here")
	}
}

func raw(v gjson.Result) json.RawMessage { return json.RawMessage(v.Raw) }

// top reads a field of the request itself.
func (d *bodyReader) top(key string, v gjson.Result) {
	b := d.body
	switch key {
	case "model", "stream": // in the Request
	case "system":
		d.content(v, &b.System)
	case "messages":
		d.list(v, d.message)
	case "tools":
		b.Tools = slices.Grow(b.Tools, 16)
		d.list(v, d.tool)
	case "max_tokens":
		d.number(v, &b.MaxTokens)
	case "temperature":
		d.number(v, &b.Temperature)
	case "top_p":
		d.number(v, &b.TopP)
	case "top_k":
		d.number(v, &b.TopK)
	case "stop_sequences":
		d.list(v, func(one gjson.Result) {
			b.StopSequences = append(b.StopSequences, "")
			d.text(one, &b.StopSequences[len(b.StopSequences)-1])
		})
	default:
		d.option(key, v)
	}
}

// option reads a field of the request that holds options.
func (d *bodyReader) option(key string, v gjson.Result) {
	b := d.body
	switch key {
	case "tool_choice":
		if v.Type != gjson.Null {
			b.ToolChoice = &ToolChoice{}
			d.object(v, d.choice)
		}
	case "thinking":
		if v.Type != gjson.Null {
			b.Thinking = &Thinking{}
			d.object(v, d.thinking)
		}
	case "output_config":
		if v.Type != gjson.Null {
			d.object(v, d.output)
		}
	case "output_format": // the name that output_config.format had in its beta
		d.output("format", v)
	case "metadata":
		d.object(v, func(key string, v gjson.Result) {
			if key != "user_id" {
				d.unread(key)
			} else if v.Type == gjson.String {
				b.UserID = v.Str
			}
		})
	default:
		d.unread(key)
	}
}
