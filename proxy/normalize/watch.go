package normalize

import (
	"bytes"
	"hash/maphash"

	"github.com/tidwall/gjson"
)

// Watcher notes the thinking that passes in one stream. It is for one goroutine.
type Watcher struct {
	provenance      *Provenance
	session, vendor string

	inside          bool // a thinking block is open
	signature, text mark64
}

// mark64 makes the key of a text that comes in pieces, which is not kept: thinking may be long.
type mark64 struct {
	hash  maphash.Hash
	empty bool
}

func (m *mark64) begin(p *Provenance, session string) {
	m.hash.SetSeed(p.seed)
	m.hash.WriteString(session)
	m.hash.WriteByte(0)
	m.empty = true
}

func (m *mark64) add(piece string) {
	m.hash.WriteString(piece)
	m.empty = m.empty && piece == ""
}

// Watch returns a watcher for a vendor's stream in a session.
func (p *Provenance) Watch(session, vendor string) *Watcher {
	return &Watcher{provenance: p, session: session, vendor: vendor}
}

// Event looks at the data of one event. What is not about thinking costs a search of its bytes.
func (w *Watcher) Event(data []byte) {
	if w.provenance == nil || !w.inside && !bytes.Contains(data, []byte("thinking")) {
		return
	}
	switch event := gjson.ParseBytes(data); event.Get("type").Str {
	case "content_block_start":
		w.start(event.Get("content_block"))
	case "content_block_delta":
		if w.inside {
			w.signature.add(event.Get("delta.signature").Str)
			w.text.add(event.Get("delta.thinking").Str)
		}
	case "content_block_stop":
		if w.inside {
			w.close()
		}
		w.inside = false
	}
}

func (w *Watcher) start(block gjson.Result) {
	w.inside = block.Get("type").Str == "thinking"
	if w.inside {
		w.signature.begin(w.provenance, w.session)
		w.text.begin(w.provenance, w.session)
		w.signature.add(block.Get("signature").Str)
		w.text.add(block.Get("thinking").Str)
	}
	if block.Get("type").Str == "redacted_thinking" {
		w.provenance.Remember(w.session, w.vendor, block.Get("data").Str)
	}
}

// close remembers a block by its signature, or by its text if nobody signed it.
func (w *Watcher) close() {
	switch {
	case !w.signature.empty:
		w.provenance.remember(w.session, w.vendor, w.signature.hash.Sum64())
	case !w.text.empty:
		w.provenance.remember(w.session, w.vendor, w.text.hash.Sum64())
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
