package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/anthropic/grammar"
	"afterglow/proxy/gemini"
	"afterglow/proxy/openai"
	"afterglow/proxy/sse"
	"afterglow/proxy/upstream"
)

var update = flag.Bool("update", false, "write what the scenarios should hold")

// clientModel is what the client calls the model, and so what answers call it.
const clientModel = "claude-opus-5-5"

// vendorModel is the model that vendors are asked for.
var vendorModel = map[string]string{"anthropic": "claude-vendor", "openai": "gpt-vendor", "gemini": "gemini-3-vendor"}

var dialects = map[string]upstream.Dialect{
	"anthropic": anthropic.Dialect{},
	"openai":    openai.Dialect{Reasoning: "reasoning_content", MaxTokens: "max_tokens"},
	"gemini":    gemini.Dialect{},
}

// scenario is one archive.
type scenario struct {
	file    string
	archive *txtar.Archive
}

func scenarios(t *testing.T) (all []*scenario) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, &scenario{file: file, archive: archive})
	}
	return all
}

func (s *scenario) name() string { return strings.TrimSuffix(filepath.Base(s.file), ".txtar") }

// section returns a file of the archive, "" if there is none.
func (s *scenario) section(name string) string {
	for _, f := range s.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// answers are the vendors' answers: dialect, name with its extension, and bytes.
func (s *scenario) answers(visit func(dialect, name, text string)) {
	for _, f := range s.archive.Files {
		dialect, name, ok := strings.Cut(f.Name, "/")
		if ok && name != "request.json" && !strings.Contains(name, ".client.") {
			visit(dialect, name, string(f.Data))
		}
	}
}

// answered names the section of what the client gets for a vendor's answer.
func answered(name string) string {
	if kind := filepath.Ext(name); kind == ".sse" {
		return strings.TrimSuffix(name, kind) + ".client.sse"
	}
	return strings.TrimSuffix(name, filepath.Ext(name)) + ".client.json"
}

func TestScenarios(t *testing.T) {
	for _, s := range scenarios(t) {
		t.Run(s.name(), func(t *testing.T) {
			made := s.play(t)
			if *update {
				s.write(t, made)
				return
			}
			for name, want := range made {
				if d := cmp.Diff(s.section(name), want); d != "" {
					t.Errorf("%s: -the file holds +was made\n%s", name, d)
				}
			}
			for _, f := range s.archive.Files {
				if _, ok := made[f.Name]; !ok && (strings.Contains(f.Name, ".client.") || strings.HasSuffix(f.Name, "/request.json")) {
					t.Errorf("%s: nothing makes it", f.Name)
				}
			}
		})
	}
}

// play returns what is made of the scenario, by the names of the sections.
func (s *scenario) play(t *testing.T) map[string]string {
	made := map[string]string{}
	if body := s.section("request.json"); body != "" {
		req, err := anthropic.ParseRequest(strings.TrimSpace(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, d := range dialects {
			made[name+"/request.json"] = encoded(t, d, req, vendorModel[name])
		}
	}
	s.answers(func(dialect, name, text string) {
		d := dialects[dialect]
		if d == nil {
			t.Fatalf("%s/%s: no such dialect", dialect, name)
		}
		const model = clientModel
		into := answered(dialect + "/" + name)
		if _, twice := made[into]; twice {
			t.Fatalf("%s: made twice", into)
		}
		switch filepath.Ext(name) {
		case ".sse":
			made[into] = streamed(t, dialect+"/"+name, d, model, text)
		case ".json":
			made[into] = message(t, d, model, text)
		case ".http":
			made[into] = failure(t, d, text)
		default:
			t.Errorf("%s/%s: unknown kind of answer", dialect, name)
		}
	})
	return made
}

func encoded(t *testing.T, d upstream.Dialect, req *anthropic.Request, model string) string {
	out, err := d.Encode(req, model)
	var refused *anthropic.Error
	if errors.As(err, &refused) {
		return fmt.Sprintf("refused: %v\n", refused)
	}
	if err != nil {
		t.Fatal(err)
	}
	var labels string
	if len(out.Labels) > 0 {
		labels = "labels: " + strings.Join(out.Labels, " ") + "\n"
	}
	return fmt.Sprintf("%s\n%s%s", out.Path, labels, indented(t, strings.Join(out.Body, "")))
}

// streamed decodes a stream in every kind of pieces, which must not matter, and returns what the
// client gets, with how it ended if not well.
func streamed(t *testing.T, name string, d upstream.Dialect, model, text string) string {
	want := events(t, d, model, strings.NewReader(text))
	for how, r := range map[string]io.Reader{
		"byte by byte":       iotest.OneByteReader(strings.NewReader(text)),
		"by halves":          iotest.HalfReader(strings.NewReader(text)),
		"three at a time":    &pieces{text, 3},
		"with CRLF":          strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")),
		"CRLF, byte by byte": iotest.OneByteReader(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n"))),
		"without spaces":     strings.NewReader(strings.NewReplacer("data: ", "data:", "event: ", "event:").Replace(text)),
		"end with data":      iotest.DataErrReader(strings.NewReader(text)),
	} {
		got := events(t, d, model, r)
		want := want
		if strings.HasPrefix(name, "anthropic/") { // its bytes are the vendor's own
			want, got = bare(want), bare(got)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s, %s: -whole +so\n%s", name, how, d)
		}
	}
	return want
}

// bare is a stream without what only frames it.
func bare(stream string) string {
	return strings.TrimRight(strings.NewReplacer("\r", "", "data: ", "data:", "event: ", "event:").Replace(stream), "\n")
}

// pieces reads n bytes at a time.
type pieces struct {
	text string
	n    int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.n)], p.text)
	p.text = p.text[n:]
	return n, nil
}

func events(t *testing.T, d upstream.Dialect, model string, r io.Reader) string {
	var out bytes.Buffer
	s := d.Decode(sse.NewReader(r), model)
	var err error
	for err == nil {
		var e sse.Event
		if e, err = s.Next(); err == nil {
			out.Write(e.Raw)
		}
	}
	verdict := grammar.Check(sse.NewReader(bytes.NewReader(out.Bytes())))
	switch {
	case err != io.EOF:
		fmt.Fprintf(&out, "(ended: %v)\n", err)
		if verdict != io.ErrUnexpectedEOF {
			t.Errorf("a stream that broke looks like another: %v\n%s", verdict, out.String())
		}
	case verdict != nil && !grammar.Failed(verdict) && verdict != io.ErrUnexpectedEOF:
		t.Errorf("%v\n%s", verdict, out.String())
	}
	return out.String()
}

func message(t *testing.T, d upstream.Dialect, model, text string) string {
	body, err := d.DecodeMessage([]byte(text), model)
	if err != nil {
		return fmt.Sprintf("refused: %v\n", err)
	}
	return indented(t, string(body))
}

func failure(t *testing.T, d upstream.Dialect, text string) string {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	status, err := strconv.Atoi(lines[0])
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		header.Set(name, value)
	}
	e := d.DecodeError(status, header, []byte(strings.TrimSuffix(body, "\n")))
	return fmt.Sprintf("%d, retry after %v\n%s", e.Status, e.RetryAfter, indented(t, string(e.Envelope())))
}

func indented(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(strings.TrimSpace(text)), "", "  "); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out.String() + "\n"
}

// write puts what was made into the archive: a request at the end of the requests, an answer behind
// the vendor's.
func (s *scenario) write(t *testing.T, made map[string]string) {
	var files []txtar.File
	add := func(name string) {
		if text, ok := made[name]; ok {
			files = append(files, txtar.File{Name: name, Data: []byte(text)})
		}
	}
	for _, f := range s.archive.Files {
		if _, was := made[f.Name]; was {
			continue
		}
		files = append(files, f)
		if f.Name == "request.json" {
			for _, dialect := range slices.Sorted(maps.Keys(dialects)) {
				add(dialect + "/request.json")
			}
			continue
		}
		add(answered(f.Name))
	}
	s.archive.Files = files
	if err := os.WriteFile(s.file, txtar.Format(s.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
