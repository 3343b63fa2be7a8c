package fakevendor

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Answer is what a vendor sends back. It is a value: the methods return changed copies, and one
// answer may serve any number of calls.
type Answer struct {
	Status int             // 0 = 200
	Header http.Header     // Content-Type is text/event-stream for Chunks and application/json for a Body unless given
	After  time.Duration   // waited first, before the headers
	Gate   <-chan struct{} // then waited for, until it is closed; nil = not
	Chunks []Chunk         // the headers leave with the first
	Body   string          // for calls that do not stream, in place of the Chunks but after all their waits; if there are no Chunks, for all
	End    End
}

// Chunk is a piece of a body that is written and flushed at once: one chunk of the transfer coding,
// whatever events or parts of events it holds. An empty one only sends the headers.
type Chunk struct {
	After time.Duration   // waited first
	Gate  <-chan struct{} // then waited for, until it is closed; nil = not
	Bytes string
}

// End is how an answer ends. Before any chunk or body, what is not Whole ends before the headers.
type End uint8

const (
	Whole End = iota // as HTTP wants it
	Close            // the connection is closed, the transfer coding unfinished
	Reset            // the connection is reset
	Stall            // nothing more comes, until the client hangs up or the vendor is closed
)

// Refuse is an error answer, or any other that is sent whole.
func Refuse(status int, body string) Answer { return Answer{Status: status, Body: body} }

// ZhipuError is an error in Zhipu's envelope, which has a code and no type.
func ZhipuError(status int, code, message string) Answer {
	return Refuse(status, `{"error":{"code":`+quote(code)+`,"message":`+quote(message)+`},"request_id":"2026112310000000000000000001"}`)
}

// AnthropicError is an error in Anthropic's envelope.
func AnthropicError(status int, kind, message string) Answer {
	return Refuse(status, `{"type":"error","error":{"type":`+quote(kind)+`,"message":`+quote(message)+`},"request_id":"req_simulated"}`)
}

// Silence is no answer at all: the call is held until the client hangs up.
func Silence() Answer { return Answer{End: Stall} }

// Chunked is a stream in these very pieces.
func Chunked(pieces ...string) Answer {
	var a Answer
	for _, p := range pieces {
		a.Chunks = append(a.Chunks, Chunk{Bytes: p})
	}
	return a
}

// Events is a stream with one event of it in each chunk.
func Events(stream string) Answer {
	return Chunked(slices.DeleteFunc(strings.SplitAfter(stream, "\n\n"), func(e string) bool { return e == "" })...)
}

// With adds a header.
func (a Answer) With(name, value string) Answer {
	a.Header = a.Header.Clone()
	if a.Header == nil {
		a.Header = http.Header{}
	}
	a.Header.Add(name, value)
	return a
}

// Stream is the bytes of all chunks.
func (a Answer) Stream() string {
	var b strings.Builder
	for _, c := range a.Chunks {
		b.WriteString(c.Bytes)
	}
	return b.String()
}

// Split cuts the stream anew into chunks of n bytes, the last maybe shorter, without waits: 1 is
// byte by byte.
func (a Answer) Split(n int) Answer {
	stream := a.Stream()
	a.Chunks = nil
	for len(stream) > n {
		a.Chunks, stream = append(a.Chunks, Chunk{Bytes: stream[:n]}), stream[n:]
	}
	a.Chunks = append(a.Chunks, Chunk{Bytes: stream})
	return a
}

// Paced waits: first until the headers, each before every chunk but the first.
func (a Answer) Paced(first, each time.Duration) Answer {
	a.After = first
	a.Chunks = slices.Clone(a.Chunks)
	for i := 1; i < len(a.Chunks); i++ {
		a.Chunks[i].After = each
	}
	return a
}

// Held waits for gate to be closed when n chunks have been sent; 0 is before the headers.
func (a Answer) Held(n int, gate <-chan struct{}) Answer {
	if n == 0 {
		a.Gate = gate
		return a
	}
	a.Chunks = slices.Clone(a.Chunks)
	a.Chunks[n].Gate = gate
	return a
}

// CutAfter sends n chunks and then ends so; 0 is before the headers, for any call.
func (a Answer) CutAfter(n int, end End) Answer {
	a.Chunks, a.Body, a.End = a.Chunks[:n], "", end
	return a
}

// or returns the answer, or the other if this is the zero Answer.
func (a Answer) or(other Answer) Answer {
	if reflect.ValueOf(a).IsZero() {
		return other
	}
	return a
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil { // a string always marshals
		panic(err)
	}
	return string(quoted)
}
