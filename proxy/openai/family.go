package openai

import (
	"strings"

	"afterglow/proxy/anthropic"
)

// family is what a vendor model's name tells of what it takes.
type family struct {
	// cached is whether cache_control goes on: OpenRouter and LiteLLM pass it to Anthropic's models and to Gemini, which
	// otherwise cost many times as much.
	cached bool
	// completion is whether only max_completion_tokens is taken, whatever the vendor is: OpenAI's models that reason.
	completion bool
	// answered is whether a user's text may not follow a tool's result directly: Mistral's.
	answered bool
}

func familyOf(model string) family {
	model = strings.ToLower(model)
	f := family{cached: strings.HasPrefix(model, "anthropic/") || strings.HasPrefix(model, "google/gemini") || strings.HasPrefix(model, "~anthropic/")}
	for _, begin := range []string{"gpt-5", "gpt-6", "o1", "o3", "o4"} {
		f.completion = f.completion || strings.HasPrefix(model, begin)
	}
	for _, word := range []string{"mistral", "mixtral", "codestral", "devstral", "magistral", "pixtral"} {
		f.answered = f.answered || strings.Contains(model, word)
	}
	return f
}

// label adds the labels of what a block has beside its content.
func (e *encoder) label(b *anthropic.Block) {
	had := *b
	if e.family.cached {
		had.CacheControl = nil
	}
	had.Label(&e.labels)
}

// cache gives the last part, if there is one, a block's cache_control.
func (c *content) cache(b *anthropic.Block) {
	if last := len(c.parts) - 1; last >= 0 && c.encoder.family.cached && anthropic.Given(b.CacheControl) {
		c.parts[last].CacheControl = b.CacheControl
	}
}

// answered says that a tool's result was seen, for models that want this said before a user's text.
const answered = "Done."
