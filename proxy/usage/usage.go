package usage

import (
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// Usage is what a call cost, in tokens. Its Input excludes what a cache served, whatever the vendor
// counts as input (RC-14).
type Usage struct {
	anthropic.Usage
	// Details are parts of these counts by the vendor's own names: "output_reasoning_tokens",
	// "input_audio_tokens". Nil if there are none.
	Details map[string]int64
}

// maxDetails bounds how many details are kept: vendors write what they like.
const maxDetails = 16

// usageMembers are the members under which vendors give their counts.
var usageMembers = []string{"usage", "usageMetadata", "tokenUsage"}

// read takes the counts of a usage object. What it does not name, or gives as zero, keeps its value:
// streams repeat their counts, and not always all of them.
func (u *Usage) read(usage gjson.Result) {
	if !usage.IsObject() {
		return
	}
	var now anthropic.Usage
	var cached, written, thoughts, tools int64 // parts that a total includes, or does not
	usage.ForEach(func(key, value gjson.Result) bool {
		n := value.Int()
		switch name := key.Str; name {
		case "input_tokens", "prompt_tokens", "promptTokenCount":
			now.Input = n
		case "output_tokens", "completion_tokens", "candidatesTokenCount":
			now.Output = n
		case "cache_read_input_tokens":
			now.CacheRead = n
		case "cache_creation_input_tokens":
			now.CacheCreation = n
		case "cache_creation":
			now.CacheCreation1h = max(0, value.Get("ephemeral_1h_input_tokens").Int())
			written = now.CacheCreation1h + max(0, value.Get("ephemeral_5m_input_tokens").Int())
			u.details(name, value)
		case "cachedContentTokenCount", "prompt_cache_hit_tokens":
			cached = n
		case "thoughtsTokenCount":
			thoughts, now.Reasoning = n, n
			u.detail("output_reasoning_tokens", n)
		case "toolUsePromptTokenCount":
			tools = n
			u.detail("input_tool_use_tokens", n)
		default:
			hit, thought := u.details(name, value)
			cached, now.Reasoning = max(cached, hit), max(now.Reasoning, thought)
		}
		return true
	})
	if cached > 0 {
		now.CacheRead, now.Input = cached, max(0, now.Input-cached)
	}
	if now.Input > 0 || cached > 0 {
		u.Input = now.Input + tools
	}
	if now.Output+thoughts > 0 {
		u.Output = now.Output + thoughts
	}
	if now.CacheRead > 0 {
		u.CacheRead = now.CacheRead
	}
	if now.CacheCreation == 0 {
		now.CacheCreation = written // some give only the parts
	}
	if now.CacheCreation > 0 {
		u.CacheCreation = now.CacheCreation
	}
	if now.CacheCreation1h > 0 {
		u.CacheCreation1h = now.CacheCreation1h
	}
	if now.Reasoning > 0 {
		u.Reasoning = now.Reasoning
	}
	u.CacheCreation1h, u.Reasoning = min(u.CacheCreation1h, u.CacheCreation), min(u.Reasoning, u.Output)
}

// details takes an object of parts, such as completion_tokens_details, and returns how much of the
// input came from a cache and how much of the output was thinking.
func (u *Usage) details(name string, parts gjson.Result) (cached, thought int64) {
	if !parts.IsObject() {
		return 0, 0
	}
	side := ""
	switch {
	case strings.HasPrefix(name, "prompt_"), strings.HasPrefix(name, "input_"):
		side = "input_"
	case strings.HasPrefix(name, "completion_"), strings.HasPrefix(name, "output_"):
		side = "output_"
	}
	parts.ForEach(func(key, value gjson.Result) bool {
		if side == "input_" && key.Str == "cached_tokens" {
			cached = value.Int()
			return true
		}
		if side == "output_" && (key.Str == "reasoning_tokens" || key.Str == "thinking_tokens") {
			thought = value.Int()
		}
		u.detail(side+key.Str, value.Int())
		return true
	})
	return cached, thought
}

func (u *Usage) detail(name string, n int64) {
	if n <= 0 || len(name) > 64 || len(u.Details) >= maxDetails {
		return
	}
	if u.Details == nil {
		u.Details = map[string]int64{}
	}
	u.Details[strings.Clone(name)] = n
}
