package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"golang.org/x/tools/txtar"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/boundtest"
	"afterglow/proxy/normalize"
	"afterglow/proxy/sse"
	"afterglow/proxy/upstream"
)

// seeds are the sections of all scenarios that fit, with what goes with each.
func seeds(f *testing.F, fits func(dialect, name string) bool) (texts []string) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, section := range archive.Files {
			dialect, name, _ := strings.Cut(section.Name, "/")
			if fits(dialect, name) {
				texts = append(texts, string(section.Data))
			}
		}
	}
	return texts
}

// madeUp are ids that nobody gave: no two are alike.
var madeUp = regexp.MustCompile(`msg_[A-Z2-7]{26}`)

// fuzzStream: no stream, however it is cut, makes a dialect panic, break the grammar, or say something
// else when it is cut another way.
func fuzzStream(f *testing.F, dialect string) {
	for _, text := range seeds(f, func(d, name string) bool {
		return d == dialect && strings.HasSuffix(name, ".sse") && !strings.Contains(name, ".client.")
	}) {
		f.Add(text, uint16(7))
	}
	d := dialects[dialect]
	f.Fuzz(func(t *testing.T, text string, size uint16) {
		defer boundtest.Bound(t, 256<<20)()
		whole, err := decode(d, strings.NewReader(text))
		cut, cutErr := decode(d, &pieces{text, 1 + int(size)})
		if whole != cut || fmt.Sprint(err) != fmt.Sprint(cutErr) {
			t.Fatalf("in pieces of %d: %q %v, whole: %q %v", 1+int(size), cut, cutErr, whole, err)
		}
		switch verdict := grammar.Check(sse.NewReader(strings.NewReader(whole))); {
		case err == io.EOF && verdict != nil && !grammar.Failed(verdict):
			t.Fatalf("a stream that ended well: %v: %q", verdict, whole)
		case err != io.EOF && verdict != io.ErrUnexpectedEOF:
			t.Fatalf("a stream that broke (%v): %v: %q", err, verdict, whole)
		}
	})
}

func decode(d upstream.Dialect, r io.Reader) (string, error) {
	s := d.Decode(sse.NewReader(r), "m")
	var out strings.Builder
	for {
		e, err := s.Next()
		if err != nil {
			return madeUp.ReplaceAllString(out.String(), "msg_made_up"), err
		}
		out.Write(e.Raw)
	}
}

// fuzzMessage: every whole answer is a message, or an error.
func fuzzMessage(f *testing.F, dialect string) {
	for _, text := range seeds(f, func(d, name string) bool {
		return d == dialect && strings.HasSuffix(name, ".json") && !strings.Contains(name, ".client.") && name != "request.json"
	}) {
		f.Add(text)
	}
	d := dialects[dialect]
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 256<<20)()
		message, err := d.DecodeMessage([]byte(text), "m")
		if err != nil {
			return
		}
		var m struct {
			ID, Type, Role, Model string
			Content               []struct {
				Type, ID, Name string
				Input          map[string]any
			}
			StopReason string `json:"stop_reason"`
			Usage      struct {
				Input  *int64 `json:"input_tokens"`
				Output *int64 `json:"output_tokens"`
			}
		}
		if err := json.Unmarshal(message, &m); err != nil || m.ID == "" || m.Type != "message" || m.Role != "assistant" || m.StopReason == "" || m.Usage.Input == nil || m.Usage.Output == nil || *m.Usage.Input < 0 || *m.Usage.Output < 0 {
			t.Fatalf("%v: %s", err, message)
		}
		for _, b := range m.Content {
			if b.Type == "tool_use" && (b.ID == "" || b.Name == "" || b.Input == nil) {
				t.Fatalf("%s", message)
			}
		}
	})
}

// fuzzError: every error answer has an envelope.
func fuzzError(f *testing.F, dialect string) {
	for _, text := range seeds(f, func(d, name string) bool { return d == dialect && strings.HasSuffix(name, ".http") }) {
		_, body, _ := strings.Cut(text, "\n\n")
		f.Add(429, body)
		f.Add(400, body)
	}
	d := dialects[dialect]
	f.Fuzz(func(t *testing.T, status int, body string) {
		defer boundtest.Bound(t, 256<<20)()
		if status < 400 || status > 599 {
			return
		}
		e := d.DecodeError(status, http.Header{}, []byte(body))
		envelope := gjson.ParseBytes(e.Envelope())
		if !json.Valid(e.Envelope()) || envelope.Get("type").Str != "error" || envelope.Get("error.type").Str == "" || envelope.Get("error.message").Str == "" || e.RetryAfter < 0 {
			t.Fatalf("%+v: %s", e, e.Envelope())
		}
		if e.Status != status && e.Status != http.StatusUnauthorized { // a refused key may come under another
			t.Fatalf("status %d became %d", status, e.Status)
		}
	})
}

// fuzzRequest: every request is encoded as JSON, always the same, or refused with 400.
func fuzzRequest(f *testing.F, dialect string) {
	for _, text := range seeds(f, func(d, _ string) bool { return d == "request.json" }) {
		f.Add(strings.TrimSpace(text))
	}
	d := dialects[dialect]
	f.Fuzz(func(t *testing.T, body string) {
		defer boundtest.Bound(t, 256<<20)()
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			return
		}
		out, err := d.Encode(req, vendorModel[dialect])
		var refused *anthropic.Error
		if err != nil {
			if !errors.As(err, &refused) || refused.Status != http.StatusBadRequest {
				t.Fatal(err)
			}
			return
		}
		text := strings.Join(out.Body, "")
		if !json.Valid([]byte(text)) {
			t.Fatalf("not JSON: %s", text)
		}
		if again, err := d.Encode(req, vendorModel[dialect]); err != nil || strings.Join(again.Body, "") != text {
			t.Fatalf("another time %v %s, first %s", err, again.Body, text)
		}
	})
}

func FuzzAnthropicError(f *testing.F) { fuzzError(f, "anthropic") }
func FuzzOpenAIStream(f *testing.F)   { fuzzStream(f, "openai") }
func FuzzOpenAIMessage(f *testing.F)  { fuzzMessage(f, "openai") }
func FuzzOpenAIError(f *testing.F)    { fuzzError(f, "openai") }
func FuzzOpenAIRequest(f *testing.F)  { fuzzRequest(f, "openai") }
func FuzzGeminiStream(f *testing.F)   { fuzzStream(f, "gemini") }
func FuzzGeminiMessage(f *testing.F)  { fuzzMessage(f, "gemini") }
func FuzzGeminiError(f *testing.F)    { fuzzError(f, "gemini") }
func FuzzGeminiRequest(f *testing.F)  { fuzzRequest(f, "gemini") }

// FuzzAnthropicStream: what passes is read on the side, whatever it is, and no byte of it changes.
func FuzzAnthropicStream(f *testing.F) {
	for _, text := range seeds(f, func(d, name string) bool { return d == "anthropic" && strings.HasSuffix(name, ".sse") }) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 256<<20)()
		s := dialects["anthropic"].Decode(sse.NewReader(strings.NewReader(text)), "m")
		var usage anthropic.Usage
		for from := 0; ; {
			e, err := s.Next()
			if err != nil {
				return
			}
			at := strings.Index(text[from:], string(e.Raw))
			if at < 0 {
				t.Fatalf("%q is not in %q", e.Raw, text[from:])
			}
			from += at + len(e.Raw)
			kind := anthropic.KindOf(e)
			usage.Read(kind, e)
			if usage.Total() < 0 || len(anthropic.Served(e.Data)) > len(e.Data) {
				t.Fatalf("%+v", usage)
			}
			if kind == anthropic.Failure && anthropic.EventError(e).Message == "" {
				t.Fatalf("no words in %q", e.Data)
			}
		}
	})
}

// FuzzAnthropicMessage: a whole answer passes as it is, or is no message.
func FuzzAnthropicMessage(f *testing.F) {
	for _, text := range seeds(f, func(d, name string) bool { return d == "anthropic" && strings.HasSuffix(name, ".json") }) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 256<<20)()
		message, err := dialects["anthropic"].DecodeMessage([]byte(text), "m")
		if err != nil {
			return
		}
		var usage anthropic.Usage
		if usage.ReadMessage(message); string(message) != text || usage.Total() < 0 {
			t.Fatalf("%q became %q, %+v", text, message, usage)
		}
	})
}

// What a vendor answers may be made to cost: long, wide, deep, or of one kind again and again. A megabyte of it is read in
// moments, and takes no more memory than a few copies.
func TestHostileAnswersCostLittle(t *testing.T) {
	const size = 1 << 20
	fill := func(begin, part, end string) string {
		return begin + strings.Repeat(part, (size-len(begin)-len(end))/len(part)) + end
	}
	for name, text := range map[string]string{
		"lists":   fill("", "[", ""),
		"objects": fill("", `{"a":`, ""),
		"choices": fill(`{"choices":[`, `{"delta":{"content":"x"}},`, `{}]}`),
		"calls":   fill(`{"choices":[{"delta":{"tool_calls":[`, `{"index":1,"id":"a","function":{"name":"f","arguments":"{"}},`, `{}]}}]}`),
		"parts":   fill(`{"candidates":[{"content":{"parts":[`, `{"functionCall":{"name":"f","args":{}}},`, `{}]}}]}`),
		"escapes": fill(`{"choices":[{"delta":{"content":"`, `\u0041`, `"}}]}`),
		"keys":    fill(`{`, `"type":"message",`, `"a":1}`),
		"details": fill(`{"error":{"message":"m","details":[`, `{"@type":"t","retryDelay":"1s"},`, `{}]}}`),
		"deep":    strings.Repeat(`{"candidates":[{"content":{"parts":[`, 300) + fill("", " ", "") + strings.Repeat("]}}]}", 300),
		"usage":   fill(`{"type":"message","usage":{`, `"input_tokens":1,`, `"a":1}}`),
		"text":    fill(`{"error":{"message":"`, `2026-01-01T00:00:00Z `, `"}}`),
	} {
		for dialect, d := range dialects {
			t.Run(name+" "+dialect, func(t *testing.T) {
				defer boundtest.Bound(t, 400<<20)()
				_, _ = decode(d, strings.NewReader("data: "+text+"\n\n"))
				_, _ = decode(d, strings.NewReader(strings.Repeat("data: "+text[:min(len(text), 200)]+"\n\n", 2000)))
				_, _ = d.DecodeMessage([]byte(text), "m")
				_ = d.DecodeError(429, http.Header{}, []byte(text))
			})
		}
	}
}

// The same of requests, which a client sends: mended, decoded, counted and encoded.
func TestHostileRequestsCostLittle(t *testing.T) {
	const size = 1 << 20
	fill := func(begin, part, end string) string {
		return begin + strings.Repeat(part, (size-len(begin)-len(end))/len(part)) + end
	}
	const head, user = `{"model":"claude-x","max_tokens":9,`, `{"role":"user","content":"x"}`
	none := normalize.Accepts{Thinking: "none"}
	for name, text := range map[string]string{
		"turns":       fill(head+`"messages":[`, user+`,{"role":"assistant","content":"y"},`, user+`]}`),
		"same role":   fill(head+`"messages":[`, user+`,`, user+`]}`),
		"blocks":      fill(head+`"messages":[{"role":"user","content":[`, `{"type":"text","text":"x"},`, `{"type":"text","text":"x"}]}]}`),
		"strange":     fill(head+`"messages":[{"role":"user","content":[`, `{"type":"odd"},`, `{"type":"odd"}]}]}`),
		"results":     fill(head+`"messages":[`+user+`,{"role":"user","content":[`, `{"type":"tool_result","tool_use_id":"a","content":"x"},`, `{"type":"text","text":"x"}]}]}`),
		"uses":        fill(head+`"messages":[`+user+`,{"role":"assistant","content":[`, `{"type":"tool_use","id":"a","name":"n","input":{}},`, `{"type":"text","text":"x"}]},`+user+`]}`),
		"thinking":    fill(head+`"messages":[`+user+`,{"role":"assistant","content":[`, `{"type":"thinking","thinking":"x","signature":"s"},`, `{"type":"text","text":"x"}]},`+user+`]}`),
		"server uses": fill(head+`"tools":[{"type":"web_search_20250305","name":"w"}],"messages":[`+user+`,{"role":"assistant","content":[`, `{"type":"server_tool_use","id":"srvtoolu_a","name":"w","input":{}},`, `{"type":"text","text":"x"}]},`+user+`]}`),
		"system":      fill(head+`"messages":[`, `{"role":"system","content":"s"},`, user+`]}`),
		"tools":       fill(head+`"messages":[`+user+`],"tools":[`, `{"name":"n","input_schema":{"type":"object","properties":{"a":{"type":"string"}}}},`, `{"name":"z","input_schema":{"type":"object"}}]}`),
		"schema":      fill(head+`"messages":[`+user+`],"tools":[{"name":"n","input_schema":{"type":"object","properties":{`, `"a":{"type":"string","enum":["x","y"]},`, `"b":{}}}}]}`),
		"references":  fill(head+`"messages":[`+user+`],"tools":[{"name":"n","input_schema":{"type":"object","properties":{"r":{"$ref":"#/$defs/z"}},"allOf":[`, `{"$ref":"#/$defs/z"},`, `{}],"$defs":{"z":{"type":"object","properties":{"q":{"$ref":"#/$defs/z"}}}}}}]}`),
		"deep schema": head + `"messages":[` + user + `],"tools":[{"name":"n","input_schema":` + strings.Repeat(`{"type":"object","additionalProperties":false,"required":["a"],"properties":{"a":`, 300) + fill("", " ", "") + `{}` + strings.Repeat(`}}`, 300) + `}]}`,
		"any of":      head + `"messages":[` + user + `],"tools":[{"name":"n","input_schema":` + strings.Repeat(`{"anyOf":[{"type":"string"},`, 300) + fill("", " ", "") + `{}` + strings.Repeat(`]}`, 300) + `}]}`,
		"unknown":     fill(head+`"messages":[`+user+`],`, `"odd_x":1,`, `"z":1}`),
		"keys":        fill(head+`"messages":[{`, `"role":"user",`, `"content":"x"}]}`),
	} {
		for dialect, d := range dialects {
			t.Run(name+" "+dialect, func(t *testing.T) {
				defer boundtest.Bound(t, 800<<20)()
				req, err := anthropic.ParseRequest(text)
				if err != nil {
					t.Fatal(err)
				}
				for _, accepts := range []normalize.Accepts{none, {Thinking: "enabled", Images: true, Documents: true}} {
					mended, _ := normalize.Mend(req, normalize.Target{Vendor: "v", Accepts: accepts})
					_, _ = d.Encode(mended, vendorModel[dialect])
				}
				_, _ = d.Encode(req, vendorModel[dialect])
				if body, err := req.Decode(); err == nil {
					body.EstimateTokens()
				}
			})
		}
	}
}
