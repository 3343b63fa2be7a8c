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
	"afterglow/proxy/sse"
	"afterglow/proxy/vendor"
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

func decode(d vendor.Dialect, r io.Reader) (string, error) {
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

func FuzzOpenAIStream(f *testing.F)  { fuzzStream(f, "openai") }
func FuzzOpenAIMessage(f *testing.F) { fuzzMessage(f, "openai") }
func FuzzOpenAIError(f *testing.F)   { fuzzError(f, "openai") }
func FuzzOpenAIRequest(f *testing.F) { fuzzRequest(f, "openai") }
func FuzzGeminiStream(f *testing.F)  { fuzzStream(f, "gemini") }
func FuzzGeminiMessage(f *testing.F) { fuzzMessage(f, "gemini") }
func FuzzGeminiError(f *testing.F)   { fuzzError(f, "gemini") }
func FuzzGeminiRequest(f *testing.F) { fuzzRequest(f, "gemini") }
