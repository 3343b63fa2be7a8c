package proxy

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/gemini"
	"afterglow/proxy/openai"
)

// waitingRoom is how the clients of one protocol are kept while their streaming call waits on a vendor route.
type waitingRoom struct {
	within time.Duration                 // the longest that they wait for a status, with room to spare; 0 = as long as those of the chain
	signs  func(n int) []byte            // the n-th sign of life
	fails  func(*anthropic.Error) []byte // an error, once the status was sent
}

// What clients were seen to wait for a status: Gemini CLI 60 s, Qwen Code 120 s, opencode 300 s.
const (
	geminiPatience = 45 * time.Second
	chatPatience   = 100 * time.Second
)

// roomOf is where a call waits, nil if its client cannot be kept: it asks for no stream, or for one of another kind.
func (c *routed) roomOf(query string) *waitingRoom {
	if !c.asks.stream {
		return nil
	}
	switch c.to.Dialect + " " + c.rec.operation {
	case "anthropic messages":
		return &waitingRoom{signs: comments, fails: (*anthropic.Error).Event}
	case "openai chat", "openai completion":
		return &waitingRoom{within: chatPatience, signs: comments, fails: chatFailure}
	case "openai responses":
		return &waitingRoom{signs: responseSigns(c.asks.model), fails: responseFailure}
	case "gemini generate_content":
		// Without it the answer is a JSON list.
		if values, err := url.ParseQuery(query); err == nil && values.Get("alt") == "sse" {
			return &waitingRoom{within: geminiPatience, signs: blankLines, fails: geminiFailure}
		}
	}
	return nil
}

// blankLines keep a client of Gemini's API: Gemini CLI finds nothing behind a comment. They come in pairs, because other
// clients cut the stream there.
func blankLines(int) []byte { return []byte("\n\n") }

// responseSigns keep a client of the Responses API: Codex does not count comments, and official libraries want
// response.created first.
func responseSigns(model string) func(n int) []byte {
	id, created := "resp_"+rand.Text(), time.Now().Unix()
	return func(n int) []byte {
		kind := "response.in_progress"
		if n == 0 {
			kind = "response.created"
		}
		return namedEvent(kind, map[string]any{"type": kind, "sequence_number": n, "response": map[string]any{
			"id": id, "object": "response", "created_at": created, "status": "in_progress", "model": model, "output": []any{},
			"error": nil, "incomplete_details": nil, "instructions": nil, "metadata": map[string]any{}, "parallel_tool_calls": true,
			"tool_choice": "auto", "tools": []any{}, "usage": nil,
		}})
	}
}

// chatFailure is an error as a chunk of Chat Completions. opencode sends a call without end whose stream ends without one.
func chatFailure(e *anthropic.Error) []byte {
	return fmt.Appendf(nil, "data: %s\n\n", openai.ErrorBody(e))
}

// geminiFailure is an error that stands in the stream by itself: as an event Gemini CLI would lose its text.
func geminiFailure(e *anthropic.Error) []byte {
	return fmt.Appendf(nil, "%s\n\n", gemini.ErrorBody(e))
}

// responseFailure is an error as the event that ends a response. Codex ignores the event "error", and knows some codes.
func responseFailure(e *anthropic.Error) []byte {
	code, message := "server_error", e.Message
	switch {
	case e.Code == "insufficient_quota", e.Status == http.StatusPaymentRequired:
		code = "insufficient_quota"
	case e.Code == "context_length_exceeded", strings.HasPrefix(message, "prompt is too long"):
		code = "context_length_exceeded"
	case e.RetryAfter > 0:
		code = "rate_limit_exceeded"
		message += fmt.Sprintf(". Please try again in %ds.", int(math.Ceil(e.RetryAfter.Seconds()))) // which it reads
	case e.Status == http.StatusTooManyRequests:
		code = "rate_limit_exceeded"
	case e.Status < http.StatusInternalServerError:
		code = "invalid_prompt" // after which it shows the message and asks no more
	}
	return namedEvent("response.failed", map[string]any{"type": "response.failed", "response": map[string]any{
		"id": "resp_" + rand.Text(), "object": "response", "status": "failed", "output": []any{}, "error": map[string]any{"code": code, "message": message},
	}})
}

func namedEvent(name string, data any) []byte {
	text, err := json.Marshal(data)
	if err != nil { // texts and numbers always marshal
		panic(err)
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", name, text)
}

// errNoStream says that a vendor answered a streaming call with something else, after its client was promised a stream.
var errNoStream = errors.New("the vendor answered without a stream")

// fits ends the parking: a client that was parked can take a stream and nothing else.
func (c *routed) fits(answer *http.Response) error {
	if !c.unpark() {
		return nil
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind != "text/event-stream" {
		return errNoStream
	}
	return nil
}

// unpark ends the parking and reports whether the client was parked: it has its status then.
func (c *routed) unpark() bool {
	if c.park != nil && c.park.stop() {
		c.w.begun = true
	}
	return c.w.begun
}

// refuse answers with an error of ours, or of the vendor's to a client that was parked.
func (c *routed) refuse(e *anthropic.Error) {
	if !c.unpark() {
		c.passing.refuse(e)
		return
	}
	if c.w.out.write(c.room.fails(e)) == nil {
		c.w.out.flush()
	}
	c.rec.refuse(e)
	c.rec.set(func() { c.rec.status = http.StatusOK }) // was sent long ago
}
