package gemini

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"afterglow/proxy/anthropic"
)

// mostStops is how many stop sequences the API takes (ai.google.dev/api/generate-content).
const mostStops = 5

// encode translates a request. No safety settings are sent: the API's default is that the adjustable
// filters of current models are off (ai.google.dev/gemini-api/docs/safety-settings), and what a user
// sets for the account should count.
func encode(r *anthropic.Request, model string) (*request, anthropic.Encoded, error) {
	b, err := r.Decode()
	if err != nil {
		return nil, anthropic.Encoded{}, err
	}
	var labels anthropic.Labels
	var names anthropic.Names
	f := familyOf(model)
	req := &request{SystemInstruction: system(b.System, &labels)}
	req.Tools, req.ToolConfig = tools(b, &names, &labels)
	if req.GenerationConfig, err = generation(b, f, len(req.Tools) > 0, &labels); err != nil {
		return nil, anthropic.Encoded{}, err
	}
	t := turns{labels: &labels, names: &names, ids: anthropic.ToolIDsFor(model, b.Messages), tools: map[string]string{}, claude: isClaude(model)}
	for n, m := range b.Messages {
		if err := t.message(n, m); err != nil {
			return nil, anthropic.Encoded{}, err
		}
	}
	req.Contents = t.contents(f.strict())
	if t.claude {
		req.forClaude(&labels)
	}
	names.Label(&labels)
	t.ids.Label(&labels)
	if b.UserID != "" {
		labels.Add("metadata")
	}
	for _, name := range b.Unread {
		labels.Add(name)
	}
	return req, anthropic.Encoded{Labels: labels, Names: names.Back()}, nil
}

// system is the system prompt. The block that bills Claude Code's calls changes from call to call and
// would spoil the prompt cache.
func system(blocks anthropic.Content, labels *anthropic.Labels) *content {
	var parts []part
	for _, b := range blocks {
		if strings.HasPrefix(b.Text, "x-anthropic-billing-header:") {
			labels.Add("billing_header")
			continue
		}
		b.Label(labels)
		if b.Type != "text" {
			labels.Add(anthropic.LabelFor(b.Type))
		} else if b.Text != "" {
			parts = append(parts, text(b.Text))
		}
	}
	if parts == nil {
		return nil
	}
	return &content{Parts: parts}
}

func text(s string) part { return part{Text: &s} }

func generation(b *anthropic.Body, f family, tools bool, labels *anthropic.Labels) (*generationConfig, error) {
	g := &generationConfig{
		MaxOutputTokens: b.MaxTokens, Temperature: b.Temperature, TopP: b.TopP, TopK: b.TopK,
		StopSequences: b.StopSequences, ThinkingConfig: f.thinking(b, labels),
	}
	if n, err := b.MaxTokens.Int64(); err == nil && n > f.maxOutput() {
		g.MaxOutputTokens = json.Number(strconv.FormatInt(f.maxOutput(), 10))
		labels.Add("max_tokens")
	}
	if len(b.StopSequences) > mostStops {
		g.StopSequences = b.StopSequences[:mostStops]
		labels.Add("stop_sequences")
	}
	if b.OutputConfig != nil && b.OutputConfig.Format != nil {
		// Models before 3 refuse it beside functions, and without it the answer is another.
		if tools && f.generation > 0 && f.generation < 3 {
			return nil, anthropic.Errorf(http.StatusBadRequest, "output_config.format: this model does not support it together with tools")
		}
		g.ResponseMimeType = "application/json"
		schema, lossy := cleanOutput(b.OutputConfig.Format.Schema)
		if g.ResponseSchema = schema; lossy {
			labels.Add("output_schema")
		}
	}
	if g.empty() {
		return nil, nil
	}
	return g, nil
}

func (g *generationConfig) empty() bool {
	return g.MaxOutputTokens+g.Temperature+g.TopP+g.TopK == "" && g.StopSequences == nil && g.ResponseMimeType == "" && g.ThinkingConfig == nil
}
