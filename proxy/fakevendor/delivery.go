package fakevendor

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// delivery is one answer on its way.
type delivery struct {
	w      http.ResponseWriter
	r      *http.Request
	stream bool   // the call asks for a stream
	left   func() // told once when the call is as good as over; nil afterwards
}

func (d *delivery) leave() {
	if d.left != nil {
		d.left()
		d.left = nil
	}
}

// send plays the answer. The error says that the client is gone or the vendor closed. It panics with
// http.ErrAbortHandler where the answer wants its connection cut.
func (d *delivery) send(a Answer) error {
	if err := d.wait(a.After, a.Gate); err != nil {
		return err
	}
	chunks := a.Chunks
	if a.Body != "" && !d.stream {
		for _, c := range chunks {
			if err := d.wait(c.After, c.Gate); err != nil {
				return err
			}
		}
		chunks = nil
	}
	if a.End == Whole || len(chunks) > 0 || a.Body != "" {
		d.head(a, len(chunks) > 0)
	}
	err := d.body(a, chunks)
	if err == nil && a.End != Whole {
		err = d.cut(a.End)
	}
	return err
}

// head prepares the headers; they leave with the first bytes, or at the end.
func (d *delivery) head(a Answer, events bool) {
	header := d.w.Header()
	if events {
		header.Set("Content-Type", "text/event-stream")
	} else {
		header.Set("Content-Type", "application/json")
		if a.End == Whole {
			header.Set("Content-Length", strconv.Itoa(len(a.Body)))
		}
	}
	for name, values := range a.Header {
		header[name] = values
	}
	if a.Status != 0 {
		d.w.WriteHeader(a.Status)
	}
}

func (d *delivery) body(a Answer, chunks []Chunk) error {
	control := http.NewResponseController(d.w)
	for i, c := range chunks {
		if err := d.wait(c.After, c.Gate); err != nil {
			return err
		}
		if i == len(chunks)-1 && a.End == Whole {
			d.leave()
		}
		if err := d.write(c.Bytes); err != nil {
			return err
		}
		if err := control.Flush(); err != nil {
			return err
		}
	}
	if len(chunks) > 0 || a.Body == "" {
		return nil
	}
	if a.End == Whole {
		d.leave()
	}
	if _, err := io.WriteString(d.w, a.Body); err != nil || a.End == Whole {
		return err
	}
	return control.Flush()
}

// write writes a chunk. The server's buffer would cut a string longer than itself into several.
func (d *delivery) write(chunk string) (err error) {
	const buffer = 2048 // net/http's, before it makes a chunk
	if len(chunk) > buffer {
		_, err = d.w.Write([]byte(chunk))
	} else {
		_, err = io.WriteString(d.w, chunk)
	}
	return err
}

func (d *delivery) cut(end End) error {
	if end == Stall {
		<-d.r.Context().Done()
		return context.Cause(d.r.Context())
	}
	if c, ok := d.r.Context().Value(connKey{}).(*net.TCPConn); ok && end == Reset {
		c.SetLinger(0) // without it closing ends the connection in the orderly way
	}
	panic(http.ErrAbortHandler)
}

func (d *delivery) wait(after time.Duration, gate <-chan struct{}) error {
	ctx := d.r.Context()
	if after > 0 {
		timer := time.NewTimer(after)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}
