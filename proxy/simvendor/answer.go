package simvendor

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Answer is what a vendor sends back.
type Answer struct {
	Status  int           // 0 = 200
	Header  http.Header   // added to the answer's
	Before  time.Duration // until the headers
	Body    string        // sent whole, if there are no Chunks
	Chunks  []Chunk       // sent and flushed one after the other
	Cut     bool          // end with a reset of the connection
	Message string        // for Text: what a call without stream gets
}

// Chunk is a piece of a body that is written and flushed at once.
type Chunk struct {
	After time.Duration   // waited first
	Gate  <-chan struct{} // then waited for, if there is one
	Bytes string
}

// Refuse is an error answer.
func Refuse(status int, body string) Answer { return Answer{Status: status, Body: body} }

// Text is a message of one text: as events where the call asks for a stream.
func Text(text string) Answer { return Paced(text, 0, 0) }

// Paced is Text whose events take time: before the first, and before each of the words.
func Paced(text string, first, word time.Duration) Answer {
	quoted, err := json.Marshal(text)
	if err != nil { // a string always marshals
		panic(err)
	}
	words := strings.SplitAfter(text, " ")
	a := Answer{Before: first, Message: fmt.Sprintf(wholeMessage, quoted, len(words))}
	a.Chunks = append(a.Chunks, Chunk{Bytes: messageStart})
	for _, w := range words {
		quoted, _ := json.Marshal(w)
		a.Chunks = append(a.Chunks, Chunk{After: word, Bytes: fmt.Sprintf(textDelta, quoted)})
	}
	a.Chunks = append(a.Chunks, Chunk{Bytes: fmt.Sprintf(messageEnd, len(words))})
	return a
}

const (
	wholeMessage = `{"id":"msg_sim","type":"message","role":"assistant","model":"sim","content":[{"type":"text","text":%s}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":%d}}`
	messageStart = "event: message_start\n" + `data: {"type":"message_start","message":{"id":"msg_sim","type":"message","role":"assistant","model":"sim","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":12,"output_tokens":1}}}` + "\n\n" +
		"event: content_block_start\n" + `data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}` + "\n\n" +
		"event: ping\ndata: {\"type\": \"ping\"}\n\n"
	textDelta  = "event: content_block_delta\n" + `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":%s}}` + "\n\n"
	messageEnd = "event: content_block_stop\n" + `data: {"type":"content_block_stop","index":0}` + "\n\n" +
		"event: message_delta\n" + `data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":%d}}` + "\n\n" +
		"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
)

// send plays the answer. It stops as soon as the client is gone.
func (a Answer) send(w http.ResponseWriter, r *http.Request, call Call) {
	if !wait(r, a.Before, nil) {
		return
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	events := len(a.Chunks) > 0 && (call.Stream || a.Message == "")
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
		if events && a.Status < 300 {
			w.Header().Set("Content-Type", "text/event-stream")
		}
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	switch {
	case events:
		a.sendChunks(w, r)
	case a.Message != "":
		a.sendMessage(w, r)
	default:
		io.WriteString(w, a.Body)
	}
	if a.Cut {
		panic(http.ErrAbortHandler)
	}
}

func (a Answer) sendChunks(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	for _, c := range a.Chunks {
		if !wait(r, c.After, c.Gate) {
			return
		}
		if _, err := io.WriteString(w, c.Bytes); err != nil || control.Flush() != nil {
			return
		}
	}
}

// sendMessage takes as long as the stream would.
func (a Answer) sendMessage(w http.ResponseWriter, r *http.Request) {
	for _, c := range a.Chunks {
		if !wait(r, c.After, c.Gate) {
			return
		}
	}
	io.WriteString(w, a.Message)
}

// wait reports whether the client is still there.
func wait(r *http.Request, d time.Duration, gate <-chan struct{}) bool {
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return false
		}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
			return false
		}
	}
	return r.Context().Err() == nil
}
