// Package openai is the dialect of vendors that speak Chat Completions: OpenAI's own API, and the many
// that are compatible with it.
//
// A request is decoded and written anew (request.go, turns.go, tools.go). A whole answer and a stream go
// through one decoder (stream.go, message.go), so that both say the same. What a vendor cannot be told
// has a label; what would change the answer if it were left out is refused with 400.
package openai

import (
	"afterglow/proxy/anthropic"
	"afterglow/proxy/sse"
)

// Dialect is Chat Completions as one vendor wants it. The zero value suits most.
type Dialect struct {
	// Reasoning is the field of an assistant's message that carries its reasoning back to the vendor:
	// "reasoning_content" or "reasoning". With "" the vendor does not get it back.
	Reasoning string
	// MaxTokens is the field for the longest answer: "max_completion_tokens", or "max_tokens" (also "").
	MaxTokens string
	// Effort is sent as reasoning_effort whatever the request says; "" sends what it says, "omit" nothing.
	Effort string
}

// Encode returns a request for /chat/completions.
func (d Dialect) Encode(req *anthropic.Request, model string) (anthropic.Encoded, error) {
	body, err := req.Decode()
	if err != nil {
		return anthropic.Encoded{}, err
	}
	e := encoder{dialect: d, body: body, ids: anthropic.ToolIDsFor(model, body.Messages), family: familyOf(model)}
	out, err := e.request(model, req.Stream)
	if err != nil {
		return anthropic.Encoded{}, err
	}
	return anthropic.Encoded{Path: "/chat/completions", Body: []string{out}, Labels: e.labels, Names: e.names.Back()}, nil
}

// Decode turns a stream of chunks into events.
func (Dialect) Decode(s sse.Stream, model string) sse.Stream {
	return anthropic.Translate(s, model, &decoder{})
}
