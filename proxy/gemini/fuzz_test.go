package gemini

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/sse"
)

// A body gives valid JSON, the same each time, or a refusal.
func FuzzEncode(f *testing.F) {
	for _, body := range bodies(f) {
		if len(body) > 10_000 {
			body = strings.ReplaceAll(body, "Lorem ipsum dolor sit amet", "") // long prose teaches nothing
		}
		f.Add(body, flash3)
	}
	for _, schema := range []string{`{"$ref":"#"}`, `{"type":["string","null"],"enum":["a",null]}`, `{"anyOf":[{"const":1},{"items":[{}]}],"allOf":[{"not":{}}]}`} {
		f.Add(`{"model":"c","tools":[{"name":"A","input_schema":`+schema+`}],"output_config":{"format":{"type":"json_schema","schema":`+schema+`}}}`, pro3)
	}
	f.Fuzz(func(t *testing.T, body, model string) {
		r, err := anthropic.ParseRequest(body)
		if err != nil {
			return
		}
		e, err := Dialect{}.Encode(r, model)
		if err != nil {
			var refused *anthropic.Error
			if !errors.As(err, &refused) || refused.Status != 400 {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if !json.Valid([]byte(e.Body[0])) {
			t.Fatalf("not JSON: %s", e.Body[0])
		}
		for _, label := range e.Labels {
			if label != anthropic.LabelFor(label) {
				t.Errorf("label %q", label)
			}
		}
		if again, err := (Dialect{}).Encode(r, model); err != nil || again.Body[0] != e.Body[0] {
			t.Fatalf("another time: %v\n%s\n%s", err, e.Body[0], again.Body)
		}
	})
}

// A stream gives a right stream, one that failed or one that was cut, whatever pieces it comes in.
func FuzzDecode(f *testing.F) {
	for _, a := range answers() {
		f.Add([]byte(stream(a.chunks...)), 1)
		f.Add([]byte(strings.ReplaceAll(stream(a.chunks...), "\n", "\r\n")), 7)
	}
	f.Add([]byte(stream(parts(`{"text":"a"}`), overloaded)), 3)
	f.Add([]byte(stream("["+overloaded+"]")), 3)
	f.Fuzz(func(t *testing.T, raw []byte, size int) {
		size = 1 + max(size, -size)%64
		all := func(r io.Reader) (string, error) {
			s := Dialect{}.Decode(sse.NewReader(r), "m")
			var out strings.Builder
			for {
				e, err := s.Next()
				if err != nil {
					return out.String(), err
				}
				if e.Data != nil {
					out.Write(e.Raw)
				}
			}
		}
		one, err := all(bytes.NewReader(raw))
		other, otherErr := all(&pieces{raw, size})
		// An id of a message that the vendor gave none is made up anew.
		if withID := gjson.GetBytes(raw, "responseId").Exists(); strip(one) != strip(other) || (err == nil) != (otherErr == nil) {
			t.Fatalf("in pieces of %d (%v):\n%s %v\n%s %v", size, withID, one, err, other, otherErr)
		}
		var failed *anthropic.Error
		switch judged := grammar.Check(sse.NewReader(strings.NewReader(one))); {
		case judged == nil && err == io.EOF, grammar.Failed(judged) && err == io.EOF:
		case errors.Is(judged, io.ErrUnexpectedEOF) && err != io.EOF:
			if errors.As(err, &failed) && one != "" {
				t.Fatalf("%v after\n%s", err, one)
			}
		default:
			t.Fatalf("%v, %v\n%s", judged, err, one)
		}
	})
}

// strip takes out the ids of messages.
func strip(events string) string {
	var out strings.Builder
	for line := range strings.Lines(events) {
		if id := gjson.Get(strings.TrimPrefix(line, "data: "), "message.id").Raw; id != "" {
			line = strings.Replace(line, id, "", 1)
		}
		out.WriteString(line)
	}
	return out.String()
}

// pieces reads so many bytes at once.
type pieces struct {
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.rest[:min(p.size, len(p.rest))])
	p.rest = p.rest[n:]
	return n, nil
}

func FuzzDecodeMessage(f *testing.F) {
	for _, a := range answers() {
		f.Add([]byte("[" + strings.Join(a.chunks, ",") + "]"))
		f.Add([]byte(a.chunks[0]))
	}
	f.Add([]byte(overloaded))
	f.Fuzz(func(t *testing.T, body []byte) {
		message, err := Dialect{}.DecodeMessage(body, "m")
		if err != nil {
			return
		}
		m := gjson.ParseBytes(message)
		if !json.Valid(message) || m.Get("type").Str != "message" || m.Get("stop_reason").Str == "" || !m.Get("content").IsArray() || m.Get("usage.output_tokens").Int() < 0 {
			t.Fatalf("%s", message)
		}
		for _, b := range m.Get("content").Array() {
			if b.Get("type").Str == "tool_use" && (!b.Get("input").IsObject() || b.Get("id").Str == "" || b.Get("name").Str == "") {
				t.Fatalf("%s", b.Raw)
			}
		}
	})
}

func FuzzDecodeError(f *testing.F) {
	for _, body := range []string{overloaded, "[" + overloaded + "]", "", "<html>", `{"error":"x"}`, googleError("429", "RESOURCE_EXHAUSTED", exceeded, perDay+","+retry34),
		googleError("400", "INVALID_ARGUMENT", "no", badKey), googleError("400", "INVALID_ARGUMENT", `{"error":{"message":"in"}}`, "")} {
		f.Add(429, []byte(body))
		f.Add(503, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		status = 400 + max(status, -status)%200
		e := Dialect{}.DecodeError(status, http.Header{}, body)
		if e.Status != status && !(e.Status == 401 && bytes.Contains(body, []byte("reason"))) {
			t.Fatalf("status %d became %d", status, e.Status)
		}
		if envelope := gjson.ParseBytes(e.Envelope()); !json.Valid(e.Envelope()) || envelope.Get("type").Str != "error" || envelope.Get("error.type").Str == "" || envelope.Get("error.message").Str == "" {
			t.Fatalf("%s", e.Envelope())
		}
		if e.RetryAfter < 0 || !json.Valid(ErrorBody(e)) {
			t.Fatalf("%v %s", e.RetryAfter, ErrorBody(e))
		}
	})
}
