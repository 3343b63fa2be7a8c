package mend

import (
	"bytes"
	"strings"

	"github.com/tidwall/gjson"
)

// Watcher notes the thinking that passes in one stream. It is for one goroutine.
type Watcher struct {
	provenance      *Provenance
	session, vendor string

	inside          bool // a thinking block is open
	signature, text strings.Builder
}

// Watch returns a watcher for a vendor's stream in a session.
func (p *Provenance) Watch(session, vendor string) *Watcher {
	return &Watcher{provenance: p, session: session, vendor: vendor}
}

// Event looks at the data of one event. What is not about thinking costs a search of its bytes.
func (w *Watcher) Event(data []byte) {
	if !w.inside && !bytes.Contains(data, []byte("thinking")) {
		return
	}
	switch event := gjson.ParseBytes(data); event.Get("type").Str {
	case "content_block_start":
		w.start(event.Get("content_block"))
	case "content_block_delta":
		if w.inside {
			w.signature.WriteString(event.Get("delta.signature").Str)
			w.text.WriteString(event.Get("delta.thinking").Str)
		}
	case "content_block_stop":
		if w.inside {
			w.provenance.Remember(w.session, w.vendor, knownBy(w.signature.String(), w.text.String()))
		}
		w.inside = false
	}
}

func (w *Watcher) start(block gjson.Result) {
	w.inside = block.Get("type").Str == "thinking"
	w.signature.Reset()
	w.text.Reset()
	if w.inside {
		w.signature.WriteString(block.Get("signature").Str)
		w.text.WriteString(block.Get("thinking").Str)
	}
	if block.Get("type").Str == "redacted_thinking" {
		w.provenance.Remember(w.session, w.vendor, block.Get("data").Str)
	}
}

// Message notes the thinking in a whole message.
func (p *Provenance) Message(session, vendor string, message []byte) {
	if !bytes.Contains(message, []byte("thinking")) {
		return
	}
	for _, block := range gjson.GetBytes(message, "content").Array() {
		switch block.Get("type").Str {
		case "thinking":
			p.Remember(session, vendor, knownBy(block.Get("signature").Str, block.Get("thinking").Str))
		case "redacted_thinking":
			p.Remember(session, vendor, block.Get("data").Str)
		}
	}
}

// knownBy is what thinking is known by: its signature, or its text if nobody signed it.
func knownBy(signature, text string) string {
	if signature == "" {
		return text
	}
	return signature
}
