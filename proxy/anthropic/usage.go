package anthropic

import (
	"github.com/tidwall/gjson"

	"afterglow/proxy/sse"
)

// Usage is what a message cost, in tokens.
type Usage struct {
	Input           int64 // without what the cache served or took
	Output          int64
	CacheCreation   int64 // written into the cache, for any time
	CacheRead       int64
	CacheCreation1h int64 // the part of CacheCreation that is kept for an hour
	Reasoning       int64 // the part of Output that was thinking, as far as the vendor says
}

// Total is the sum of the four kinds, each token once.
func (u Usage) Total() int64 { return u.Input + u.Output + u.CacheCreation + u.CacheRead }

// Add adds another's counts.
func (u *Usage) Add(v Usage) {
	u.Input += v.Input
	u.Output += v.Output
	u.CacheCreation += v.CacheCreation
	u.CacheRead += v.CacheRead
	u.CacheCreation1h += v.CacheCreation1h
	u.Reasoning += v.Reasoning
}

// Read takes the counts that an event carries. A zero never overwrites: vendors send it for
// counts they gave before.
func (u *Usage) Read(kind Kind, e sse.Event) {
	switch kind {
	case MessageStart:
		u.add(gjson.GetBytes(e.Data, "message.usage"))
	case MessageDelta:
		u.add(gjson.GetBytes(e.Data, "usage"))
	}
}

// ReadMessage takes the counts of a whole message.
func (u *Usage) ReadMessage(body []byte) { u.add(gjson.GetBytes(body, "usage")) }

func (u *Usage) add(usage gjson.Result) {
	var written, parts int64
	usage.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "input_tokens", "prompt_tokens":
			keep(&u.Input, value)
		case "output_tokens", "completion_tokens":
			keep(&u.Output, value)
		case "cache_creation_input_tokens":
			keep(&written, value)
		case "cache_read_input_tokens":
			keep(&u.CacheRead, value)
		case "cache_creation":
			keep(&u.CacheCreation1h, value.Get("ephemeral_1h_input_tokens"))
			parts = max(0, value.Get("ephemeral_1h_input_tokens").Int()) + max(0, value.Get("ephemeral_5m_input_tokens").Int())
		case "output_tokens_details", "completion_tokens_details":
			keep(&u.Reasoning, value.Get("reasoning_tokens"))
			keep(&u.Reasoning, value.Get("thinking_tokens")) // the Messages API's own name
		}
		return true
	})
	if written == 0 {
		written = parts // some give only the parts
	}
	if written > 0 {
		u.CacheCreation = written
	}
	u.CacheCreation1h = min(u.CacheCreation1h, u.CacheCreation)
	u.Reasoning = min(u.Reasoning, u.Output)
}

// keep takes a count that says something.
func keep(into *int64, value gjson.Result) {
	if n := value.Int(); n > 0 {
		*into = n
	}
}
