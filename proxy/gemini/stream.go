package gemini

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// decoder reads answers, whole or in chunks, which have one form.
type decoder struct {
	id    string // the answer's
	calls int
	usage anthropic.Usage
	said  bool   // something was written, so the answer can go to no other vendor
	from  string // the chunk that sum stands for
	sum   string

	queries []string          // of Google's search
	found   []anthropic.Found // its sources
	before  string            // the signature of the text that is open
	reason  string            // why the answer ended, once it has
	detail  string            // what the vendor says of that
}

var errNoJSON = errors.New("read answer: it is not JSON")

// Event implements anthropic.Decoder.
func (d *decoder) Event(w *anthropic.Writer, data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "[DONE]" { // some gateways end every stream so
		return nil
	}
	if !nesting.ValidBytes(data) {
		return errNoJSON
	}
	root := gjson.ParseBytes(data)
	if !root.IsArray() {
		return d.chunk(w, root)
	}
	var err error
	root.ForEach(func(_, one gjson.Result) bool {
		err = d.chunk(w, one)
		return err == nil && !w.Finished()
	})
	return err
}

// Ended implements anthropic.Decoder.
func (d *decoder) Ended() bool { return d.reason != "" }

// End implements anthropic.Decoder.
func (d *decoder) End(w *anthropic.Writer) error {
	if d.reason == "" {
		return io.ErrUnexpectedEOF
	}
	return d.finish(w)
}

func (d *decoder) chunk(w *anthropic.Writer, root gjson.Result) error {
	if inner := root.Get("response"); inner.IsObject() { // v1internal's envelope
		root = inner
	}
	var candidates, usage, feedback gjson.Result
	var failed *anthropic.Error
	var id, model string
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "candidates":
			candidates = value
		case "usageMetadata":
			usage = value
		case "promptFeedback":
			feedback = value
		case "responseId":
			id = value.Str
		case "modelVersion":
			model = value.Str
		case "error":
			if value.Type != gjson.Null {
				failed = errorWithin(root)
			}
		}
		return true
	})
	if failed != nil {
		return d.fail(w, failed)
	}
	if d.id == "" {
		d.id = id
	}
	w.Begin(id, model)
	d.count(usage)
	w.Usage(d.usage)
	anthropic.Each(candidates, func(_ int, one gjson.Result) bool {
		if one.Get("index").Int() != 0 {
			return true // only one is asked for
		}
		d.candidate(w, one, root)
		return false
	})
	if blocked := feedback.Get("blockReason").Str; blocked != "" {
		d.reason, d.detail = blocked, feedback.Get("blockReasonMessage").Str
	}
	return nil // a reason is no end: text, calls and usage may still come
}

func (d *decoder) candidate(w *anthropic.Writer, c, chunk gjson.Result) {
	anthropic.Each(c.Get("content.parts"), func(_ int, p gjson.Result) bool {
		d.part(w, p, chunk)
		return true
	})
	d.grounding(c.Get("groundingMetadata"))
	if reason := strings.ToUpper(c.Get("finishReason").Str); reason != "" && (d.reason == "" || known(d.reason) == ended || known(reason) != ended) {
		d.reason, d.detail = reason, c.Get("finishMessage").Str
	}
}

// grounding takes what Google's search found. Later chunks say again what earlier ones said.
func (d *decoder) grounding(g gjson.Result) {
	if !g.IsObject() {
		return
	}
	for _, query := range g.Get("webSearchQueries").Array() {
		if !slices.Contains(d.queries, query.Str) {
			d.queries = append(d.queries, query.Str)
		}
	}
	anthropic.Each(g.Get("groundingChunks"), func(_ int, chunk gjson.Result) bool {
		one := anthropic.Found{Title: chunk.Get("web.title").Str, URL: chunk.Get("web.uri").Str}
		if one.URL != "" && len(d.found) < mostFound && !slices.Contains(d.found, one) {
			d.found = append(d.found, one)
		}
		return true
	})
}

// mostFound bounds how many sources of an answer are kept; Google names some twenty.
const mostFound = 200

// count takes the tokens. Every chunk has those of the answer so far; a zero overwrites nothing.
func (d *decoder) count(usage gjson.Result) {
	if !usage.IsObject() {
		return
	}
	tokens := func(key string) int64 { return max(0, usage.Get(key).Int()) }
	prompt, cached := tokens("promptTokenCount")+tokens("toolUsePromptTokenCount"), tokens("cachedContentTokenCount")
	if prompt > 0 {
		d.usage.Input, d.usage.CacheRead = max(0, prompt-cached), cached
	}
	thoughts := tokens("thoughtsTokenCount")
	if out := tokens("candidatesTokenCount") + thoughts; out > 0 {
		d.usage.Output = out
	}
	if thoughts > 0 {
		d.usage.Reasoning = min(thoughts, d.usage.Output)
	}
}

// callID is the id of a call that the vendor gave none: told from the answer's id, so that it is the
// same however often the answer is read, and another in every answer.
func (d *decoder) callID(chunk gjson.Result) string {
	from := d.id
	if from == "" {
		from = d.digest(chunk.Raw)
	}
	sum := sha256.Sum256([]byte(from + "#" + strconv.Itoa(d.calls)))
	return "toolu_" + hex.EncodeToString(sum[:12])
}

// digest stands for a chunk. A chunk may have thousands of calls: it is made once.
func (d *decoder) digest(chunk string) string {
	if chunk != d.from || d.sum == "" {
		sum := sha256.Sum256([]byte(chunk))
		d.from, d.sum = chunk, string(sum[:])
	}
	return d.sum
}
