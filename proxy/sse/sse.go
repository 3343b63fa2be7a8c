// Package sse reads server-sent events without losing a byte of them.
//
// A proxy must hand on what it did not have to change, so an [Event] keeps the bytes it was read
// from beside its parsed fields. That is why no general parser is used here: they return the
// fields and drop comments, line ends and an unfinished last event.
package sse

import (
	"bytes"
	"errors"
	"io"

	"afterglow/proxy/bounds"
)

// MaxEvent is the longest event accepted, in bytes. An event carries at most one content block
// delta, or a whole message in the first one of some vendors; 16 MiB is far above both.
const MaxEvent = bounds.Event

// ErrTooLong says that an event is longer than MaxEvent.
var ErrTooLong = errors.New("event longer than 16 MiB")

// Event is one event of a stream. Its slices share the reader's buffer and are valid until the
// next call of Next.
type Event struct {
	// Raw holds the bytes as they came, the blank line at the end included. Of the last event of a
	// stream that was cut it may lack that line.
	Raw []byte
	// Name is the event field, nil if there is none.
	Name []byte
	// Data is the data field, several joined with a line feed. It is nil for a block of comments.
	Data []byte
	// Cut reports that the stream ended before the event's blank line.
	Cut bool
}

// Clone returns a copy that outlives the next call of Next.
func (e Event) Clone() Event {
	e.Raw, e.Name, e.Data = bytes.Clone(e.Raw), bytes.Clone(e.Name), bytes.Clone(e.Data)
	return e
}

// Stream is a sequence of events. It is pulled, so that a caller may hold the first event back
// and decide what to do with the rest.
type Stream interface {
	// Next returns the next event, or io.EOF after the last one.
	Next() (Event, error)
	// Ready reports whether Next has an event at hand, without waiting for the network. A writer
	// that flushes only when it is false delays nothing and saves a flush for each event of a burst.
	Ready() bool
}

// Reader is a Stream over the bytes of a response.
type Reader struct {
	src  io.Reader
	err  error // what src ended with
	buf  []byte
	from int // start of the event being read
	scan int // everything before it was searched
	line int // start of the line being read
	cr   bool
	crlf bool   // the last line ended with both
	next []byte // a complete event found by Ready
}

// NewReader returns a Reader of src. It does not close src.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, buf: make([]byte, 0, 4<<10)}
}

// Next implements Stream. An error of the source other than io.EOF is returned after the events
// that were complete before it.
func (r *Reader) Next() (Event, error) {
	for {
		if raw := r.take(); raw != nil {
			return parse(raw), nil
		}
		if r.err != nil {
			return r.last()
		}
		if err := r.fill(); err != nil {
			return Event{}, err
		}
	}
}

// Ready implements Stream.
func (r *Reader) Ready() bool {
	if r.next == nil {
		r.next = r.split()
	}
	return r.next != nil
}

func (r *Reader) take() []byte {
	if r.next != nil {
		raw := r.next
		r.next = nil
		return raw
	}
	return r.split()
}

// last returns what an ended source left behind.
func (r *Reader) last() (Event, error) {
	rest, half := r.buf[r.from:], r.scan < len(r.buf)
	r.from, r.scan = len(r.buf), len(r.buf)
	if half && len(bytes.TrimLeft(rest, "\r\n")) > 0 {
		return parse(rest), nil
	}
	if r.err != io.EOF || len(bytes.TrimLeft(rest, "\r\n")) == 0 {
		return Event{}, r.err
	}
	e := parse(rest)
	e.Cut = true
	return e, nil
}

// split returns the next complete event of the buffer, nil if there is none. Lines end with LF,
// CRLF or CR. A CR at the buffer's end counts at once, and an LF that follows it later is its own; but where the line
// before ended with CRLF, its LF is waited for: who reads no further than this event would lose it.
func (r *Reader) split() []byte {
	for r.scan < len(r.buf) {
		i := lineEnd(r.buf[r.scan:])
		if i < 0 {
			r.scan, r.cr = len(r.buf), false
			return nil
		}
		i += r.scan
		blank := i == r.line
		secondHalf := blank && r.cr && r.buf[i] == '\n'
		if blank && r.crlf && r.buf[i] == '\r' && i+1 == len(r.buf) {
			r.scan = i
			return nil
		}
		r.crlf = secondHalf
		r.cr = r.buf[i] == '\r'
		r.scan, r.line = i+1, i+1
		if secondHalf || !blank {
			continue
		}
		if r.cr && r.scan < len(r.buf) && r.buf[r.scan] == '\n' {
			r.cr, r.scan, r.line = false, r.scan+1, r.line+1
		}
		if raw := r.buf[r.from:r.scan]; len(bytes.TrimLeft(raw, "\r\n")) > 0 {
			r.from = r.scan
			return raw
		}
	}
	return nil
}

func lineEnd(b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if j := bytes.IndexByte(b[:i], '\r'); j >= 0 {
		return j
	}
	return i
}

// fill reads once from the source, after making room.
func (r *Reader) fill() error {
	if err := r.room(); err != nil {
		return err
	}
	n, err := r.src.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	r.err = err
	return nil
}

// room makes room in the buffer for at least one byte.
func (r *Reader) room() error {
	if r.from > 0 {
		n := copy(r.buf, r.buf[r.from:])
		r.buf = r.buf[:n]
		r.scan, r.line, r.from = r.scan-r.from, r.line-r.from, 0
	}
	if len(r.buf) == cap(r.buf) {
		if cap(r.buf) >= MaxEvent {
			return ErrTooLong
		}
		r.buf = append(make([]byte, 0, 2*cap(r.buf)), r.buf...)
	}
	return nil
}

// parse reads the fields of one event. Only an event with several data lines costs a copy.
func parse(raw []byte) Event {
	e := Event{Raw: raw}
	rest := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	joined := false
	for len(rest) > 0 {
		i := lineEnd(rest)
		line := rest
		if i >= 0 {
			line, rest = rest[:i], rest[i+1:]
		} else {
			rest = nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case string(name) == "event":
			e.Name = value
		case string(name) != "data":
		case e.Data == nil:
			e.Data = value[:len(value):len(value)]
			if e.Data == nil {
				e.Data = []byte{}
			}
		default:
			if !joined {
				e.Data, joined = bytes.Clone(e.Data), true
			}
			e.Data = append(append(e.Data, '\n'), value...)
		}
	}
	return e
}
