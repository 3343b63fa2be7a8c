package gemini

import (
	"strconv"
	"strings"

	"afterglow/proxy/anthropic"
)

// family is what a model's name tells of what it takes.
type family struct {
	generation float64 // 2.5, 3, 3.1; 0 if it is none of Google's
	pro, lite  bool
	thinks     bool
}

// familyOf reads a model's name. "models/gemini-3.1-pro-preview" and v1internal's "Gemini 3 Flash" are
// both understood.
func familyOf(model string) family {
	name := strings.ReplaceAll(strings.ToLower(model[strings.LastIndexByte(model, '/')+1:]), " ", "-")
	f := family{pro: strings.Contains(name, "-pro"), lite: strings.Contains(name, "-lite")}
	if rest, ok := strings.CutPrefix(name, "gemini-"); ok {
		number, _, _ := strings.Cut(rest, "-")
		f.generation, _ = strconv.ParseFloat(number, 64)
		if !(f.generation > 0 && f.generation < 1000) {
			f.generation = newest // "gemini-pro-latest"
		}
	}
	f.thinks = f.generation >= 2.5 || f.generation == 0 && strings.Contains(name, "thinking")
	return f
}

// newest is the generation of a name that tells none, such as "gemini-flash-latest".
const newest = 3.1

// strict reports whether the model refuses a call without its signature.
func (f family) strict() bool { return f.generation >= 3 }

// maxOutput is the most tokens that the model may be asked for (ai.google.dev/gemini-api/docs/models;
// 64 000 are those of Claude behind v1internal).
func (f family) maxOutput() int64 {
	switch {
	case f.generation >= 2.5:
		return 65536
	case f.generation > 0:
		return 8192
	}
	return 64000
}

// Budgets in tokens, by effort: those that Google's own compatible endpoint uses
// (ai.google.dev/gemini-api/docs/openai).
const (
	lowBudget    = 1024
	mediumBudget = 8192
	highBudget   = 24576
)

// thinking translates what the request wants of thinking. nil leaves it to the model.
func (f family) thinking(b *anthropic.Body, labels *anthropic.Labels) *thinkingConfig {
	effort := ""
	if b.OutputConfig != nil {
		effort = b.OutputConfig.Effort
	}
	if b.Thinking == nil && effort == "" {
		return nil
	}
	if !f.thinks {
		if b.Thinking != nil && b.Thinking.Type != "disabled" {
			labels.Add("thinking")
		}
		if effort != "" {
			labels.Add("effort")
		}
		return nil
	}
	want := wish{effort: effort, off: b.Thinking != nil && b.Thinking.Type == "disabled"}
	if want.off && f.generation == 0 {
		return nil
	}
	want.limit, _ = b.MaxTokens.Int64()
	if b.Thinking != nil && b.Thinking.Type == "enabled" {
		want.budget = b.Thinking.BudgetTokens
	}
	config := &thinkingConfig{IncludeThoughts: b.Thinking != nil && !want.off && b.Thinking.Display != "omitted"}
	if f.generation >= 3 {
		config.ThinkingLevel = f.level(want, labels)
	} else if config.ThinkingBudget = f.budget(want, labels); config.ThinkingBudget == nil {
		return nil
	}
	return config
}

// wish is what a request asks for: nothing, as much as this, or as much as an effort takes.
type wish struct {
	off    bool
	budget int64
	effort string
	limit  int64 // of the whole answer, in tokens; 0 if there is none
}

// level is the thinking level for models that have levels; "" leaves it to the model.
func (f family) level(w wish, labels *anthropic.Labels) string {
	switch {
	case w.off && f.pro:
		labels.Add("thinking") // it cannot be switched off
		return "LOW"
	case w.off:
		return "MINIMAL"
	case w.effort != "":
	case w.budget > 0:
		labels.Add("thinking_budget")
		w.effort = effortOf(w.budget)
	default:
		return ""
	}
	switch {
	case w.effort == "low":
		return "LOW"
	case w.effort == "medium" && !(f.pro && f.generation == 3): // Gemini 3 Pro knows LOW and HIGH
		return "MEDIUM"
	}
	return "HIGH"
}

func effortOf(budget int64) string {
	switch {
	case budget <= lowBudget:
		return "low"
	case budget <= mediumBudget:
		return "medium"
	}
	return "high"
}

// budget is the thinking budget for models that have one, within what they take
// (ai.google.dev/gemini-api/docs/thinking), and at most half of the answer where it would fill all of
// it. nil is no thinking.
func (f family) budget(w wish, labels *anthropic.Labels) *int64 {
	least, most := int64(1), int64(24576)
	switch {
	case f.generation == 0:
		least, most = 1024, 63999 // Claude behind v1internal
	case f.pro:
		least, most = 128, 32768
	case f.lite:
		least = 512
	}
	tokens := int64(-1)
	switch {
	case w.off && f.pro:
		labels.Add("thinking") // it cannot be switched off
		tokens = least
	case w.off:
		tokens = 0
	case w.budget > 0:
		tokens = min(max(w.budget, least), most)
		if tokens != w.budget {
			labels.Add("thinking_budget")
		}
	case w.effort == "low":
		tokens = lowBudget
	case w.effort == "medium":
		tokens = mediumBudget
	case w.effort != "":
		tokens = highBudget
	case f.generation == 0:
		tokens = highBudget // "as it likes" is Gemini's alone
	}
	if w.limit > 0 && tokens >= w.limit {
		labels.Add("thinking_budget")
		tokens = w.limit / 2
		if f.generation == 0 && tokens < least {
			return nil
		}
		tokens = max(tokens, least)
	}
	return &tokens
}
