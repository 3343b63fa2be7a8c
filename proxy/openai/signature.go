package openai

import (
	"encoding/json"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"

	"afterglow/proxy/anthropic"
)

// mark begins the signatures of thinking blocks that this package wrote: after it come what the vendor's signature is, a
// colon, and the signature as the vendor wrote it. The Messages API has no other place for it.
const mark = "chat:"

const (
	onCall    = "call"    // Google's, of the tool call that follows: extra_content.google.thought_signature
	isDetails = "details" // OpenRouter's reasoning_details, a list in JSON
	isOpaque  = "opaque"  // Copilot's reasoning_opaque
)

// unmark reads a thinking block's signature; kind is "" for one that another dialect made.
func unmark(signature string) (kind, value string) {
	rest, ours := strings.CutPrefix(signature, mark)
	if kind, value, found := strings.Cut(rest, ":"); ours && found {
		return kind, value
	}
	return "", ""
}

// proofs are what a vendor wants back beside the reasoning that it gave.
type proofs struct {
	details []*detail
	opaque  string
	kept    int // the room that all of it takes, in bytes
}

// detail is one of OpenRouter's reasoning_details, which may come in pieces.
type detail struct {
	first         string // the first piece, with what others add beside texts
	text, summary strings.Builder
	pieces        int
}

// read takes what a delta has of them.
func (p *proofs) read(delta gjson.Result) {
	if opaque := delta.Get("reasoning_opaque").Str; opaque != "" {
		p.opaque = opaque
	}
	anthropic.Each(delta.Get("reasoning_details"), func(_ int, one gjson.Result) bool {
		last := len(p.details) - 1
		if last < 0 || !p.details[last].continues(one) {
			p.details = append(p.details, &detail{first: one.Raw})
			last++
		}
		p.details[last].add(one)
		p.kept += len(one.Raw)
		return true
	})
}

// continues reports whether a piece is of this detail.
func (d *detail) continues(piece gjson.Result) bool {
	had := gjson.Parse(d.first)
	same := func(key string) bool {
		return piece.Get(key).Type == gjson.Null || had.Get(key).Type == gjson.Null || had.Get(key).Raw == piece.Get(key).Raw
	}
	return had.Get("type").Str == piece.Get("type").Str && had.Get("type").Str != "reasoning.encrypted" && same("index") && same("id")
}

func (d *detail) add(piece gjson.Result) {
	d.text.WriteString(piece.Get("text").Str)
	d.summary.WriteString(piece.Get("summary").Str)
	if d.pieces++; d.pieces == 1 {
		return
	}
	for _, key := range []string{"signature", "id", "format", "index"} {
		if v := piece.Get(key); v.Type != gjson.Null && v.Raw != gjson.Get(d.first, key).Raw {
			d.first, _ = sjson.SetRaw(d.first, key, v.Raw)
		}
	}
}

// whole is the detail with all its pieces: as it came if there is only one.
func (d *detail) whole() string {
	whole := d.first
	if d.pieces > 1 && d.text.Len() > 0 {
		whole, _ = sjson.Set(whole, "text", d.text.String())
	}
	if d.pieces > 1 && d.summary.Len() > 0 {
		whole, _ = sjson.Set(whole, "summary", d.summary.String())
	}
	return whole
}

// take returns the signature that carries them, "" if there is nothing to prove, and forgets them.
func (p *proofs) take() (signature string) {
	signed := false
	for n := range p.details {
		first := gjson.Parse(p.details[n].first)
		signed = signed || first.Get("signature").Str != "" || first.Get("data").Str != ""
	}
	switch {
	case p.opaque != "":
		signature = mark + isOpaque + ":" + p.opaque
	case signed:
		var all []string
		for n := range p.details {
			all = append(all, p.details[n].whole())
		}
		signature = mark + isDetails + ":[" + strings.Join(all, ",") + "]"
	}
	*p = proofs{}
	return signature
}

// prove gives a message back what was signed, and returns the signature of the call that follows.
func (m *message) prove(b *anthropic.Block) (call string) {
	switch kind, value := unmark(b.Signature); kind {
	case onCall:
		return value
	case isOpaque:
		m.ReasoningOpaque = value
		m.ReasoningText += b.Thinking
	case isDetails:
		gjson.Parse(value).ForEach(func(_, one gjson.Result) bool {
			m.ReasoningDetails = append(m.ReasoningDetails, json.RawMessage(one.Raw))
			return true
		})
	}
	return ""
}
