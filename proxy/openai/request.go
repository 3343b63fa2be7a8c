package openai

import (
	"afterglow/proxy/anthropic"
)

// encoder writes one request.
type encoder struct {
	dialect  Dialect
	body     *anthropic.Body
	messages []message
	labels   anthropic.Labels
	names    anthropic.Names
	ids      *anthropic.ToolIDs
	family   family
}

// maxStops is how many stop sequences OpenAI takes.
const maxStops = 4

func (e *encoder) request(model string, stream bool) (string, error) {
	b := e.body
	r := request{
		Model: model, Temperature: b.Temperature, TopP: b.TopP,
		Stop: b.StopSequences, Stream: stream, ReasoningEffort: e.effort(),
	}
	if e.dialect.MaxTokens == "max_completion_tokens" || e.family.completion {
		r.MaxCompletion = b.MaxTokens
	} else {
		r.MaxTokens = b.MaxTokens
	}
	if stream {
		r.StreamOptions = &streamOptions{IncludeUsage: true}
	}
	if len(r.Stop) > maxStops {
		r.Stop = r.Stop[:maxStops]
		e.labels.Add("stop_sequences")
	}
	e.tools(&r) // first, because their names are used in the messages
	if err := e.turns(); err != nil {
		return "", err
	}
	r.Messages = e.messages
	if b.OutputConfig != nil && b.OutputConfig.Format != nil {
		r.ResponseFormat = e.format(b.OutputConfig.Format)
	}
	e.names.Label(&e.labels)
	e.ids.Label(&e.labels)
	e.left()
	return anthropic.EncodeJSON(r)
}

// left labels what has no counterpart.
func (e *encoder) left() {
	if e.body.TopK != "" {
		e.labels.Add("top_k")
	}
	// The user's ids at Anthropic are no other vendor's business.
	if e.body.UserID != "" {
		e.labels.Add("metadata")
	}
	for _, name := range e.body.Unread {
		e.labels.Add(name)
	}
}

// Up to these budgets, in tokens, thinking counts as low or medium effort.
const (
	lowBudget    = 4096
	mediumBudget = 16384
)

// effort is the request's reasoning_effort, "" to send none.
func (e *encoder) effort() string {
	if e.dialect.Effort != "" && e.dialect.Effort != "omit" {
		return e.dialect.Effort
	}
	wanted := ""
	if c := e.body.OutputConfig; c != nil {
		wanted = c.Effort
	}
	if t := e.body.Thinking; t != nil {
		switch {
		case t.Type == "disabled":
			return ""
		case wanted != "" || t.Type != "enabled":
		case t.BudgetTokens <= lowBudget:
			wanted = "low"
		case t.BudgetTokens <= mediumBudget:
			wanted = "medium"
		default:
			wanted = "high"
		}
	}
	switch wanted {
	case "", "low", "medium", "high":
	default: // what is above high has another name at every vendor
		wanted = "high"
		e.labels.Add("effort")
	}
	if wanted != "" && e.dialect.Effort == "omit" {
		e.labels.Add("effort")
		return ""
	}
	return wanted
}

// format is the response_format of a structured output.
func (e *encoder) format(f *anthropic.Format) *responseFormat {
	if f.Type != "json_schema" || len(f.Schema) == 0 {
		e.labels.Add("output_format")
		return nil
	}
	return &responseFormat{"json_schema", jsonSchema{Name: "output", Schema: f.Schema, Strict: strict(f.Schema)}}
}
