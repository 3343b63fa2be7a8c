package usage

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/bounds"
	"afterglow/proxy/sse"
)

// Meter is an io.Writer that is shown an answer's body while it passes. Its fields are of use after
// End. It is not safe for concurrent use.
type Meter struct {
	Usage Usage
	Model string // that answered, as the vendor names it; "" if the answer does not say
	Err   error  // an error that the vendor sent within a good answer
	Last  bool   // the event was there after which none comes; never of Gemini's API, which has no such event

	// Seen is shown each object with counts as it came, once it has been read; nil = nobody asks. It must not keep it.
	Seen func(raw string)

	events  *sse.Watcher
	members *Members
}

// longestModel bounds, in bytes, a model's name that is kept.
const longestModel = bounds.Name

// New returns a Meter of a body with this Content-Type. One that is neither JSON nor an event stream
// has nothing to read.
func New(contentType string) *Meter {
	m := &Meter{}
	switch kind, _, _ := mime.ParseMediaType(contentType); {
	case kind == "text/event-stream":
		m.events = sse.NewWatcher(m.event)
	case IsJSON(contentType):
		m.members = NewMembers(append([]string{"model", "modelVersion"}, usageMembers...)...)
	}
	return m
}

// IsJSON reports whether a Content-Type is that of JSON.
func IsJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// Write takes the body's next bytes, and all of them.
func (m *Meter) Write(p []byte) (int, error) {
	switch {
	case m.events != nil:
		return m.events.Write(p)
	case m.members != nil:
		return m.members.Write(p)
	}
	return len(p), nil
}

// End reads what is left once the body has ended.
func (m *Meter) End() {
	switch {
	case m.events != nil:
		m.events.End()
	case m.members != nil:
		for _, name := range usageMembers {
			m.read(m.members.Get(name))
		}
		m.served(m.members.Get("model"))
		m.served(m.members.Get("modelVersion"))
	}
}

var _ io.Writer = (*Meter)(nil)

// event takes one event of a stream. Most carry neither counts nor a model that is not known yet, and
// cost a search.
func (m *Meter) event(e sse.Event) {
	m.Last = m.Last || last(e)
	counts := bytes.Contains(e.Data, []byte(`sage`)) // "usage", "usageMetadata", "tokenUsage"
	failed := bytes.Contains(e.Data, []byte(`"error"`))
	if !counts && !failed && m.Model != "" {
		return
	}
	root := gjson.ParseBytes(e.Data)
	// Messages and Responses put what is said of the whole answer one level down.
	for _, at := range [...]gjson.Result{root, root.Get("message"), root.Get("response")} {
		if !at.IsObject() {
			continue
		}
		for _, name := range usageMembers {
			m.read(at.Get(name))
		}
		m.served(at.Get("model"))
		m.served(at.Get("modelVersion"))
		m.failed(at.Get("error"))
	}
}

// last reports whether an event ends a stream: of Chat Completions, of Messages, of Responses.
func last(e sse.Event) bool {
	switch string(e.Name) {
	case "":
		return string(e.Data) == "[DONE]"
	case "message_stop", "response.completed", "response.incomplete", "response.failed":
		return true
	}
	return false
}

func (m *Meter) read(counts gjson.Result) {
	m.Usage.read(counts)
	if m.Seen != nil && counts.IsObject() {
		m.Seen(counts.Raw)
	}
}

func (m *Meter) served(model gjson.Result) {
	if m.Model == "" && model.Type == gjson.String && len(model.Str) <= longestModel {
		m.Model = strings.Clone(model.Str)
	}
}

func (m *Meter) failed(problem gjson.Result) {
	if m.Err != nil || !problem.Exists() || problem.Type == gjson.Null {
		return
	}
	text := problem.Get("message").Str
	if text == "" {
		text = problem.String()
	}
	m.Err = fmt.Errorf("within the answer: %s", strings.Clone(text[:min(len(text), 300)]))
}
