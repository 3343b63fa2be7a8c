package anthropic

import (
	"bytes"
	"crypto/rand"
	"io"

	"afterglow/proxy/nesting"
	"afterglow/proxy/sse"
)

// Decoder reads a vendor's stream for a Writer. Its error ends the stream; one that the vendor gave
// within it is told with [Writer.Fail].
type Decoder interface {
	// Event reads the data of one event. It is not called any more once the message is finished.
	Event(w *Writer, data []byte) error
	// Ended reports whether the vendor has said why the answer ended, so that a connection that breaks takes nothing away.
	Ended() bool
	// End is called when the stream has ended, unless the message is finished. A stream that was cut
	// is an error, [io.ErrUnexpectedEOF], and never finishes the message.
	End(w *Writer) error
}

// Translate returns the stream of events that a decoder makes of a vendor's. model is the name that
// the answer bears: the client's.
func Translate(src sse.Stream, model string, d Decoder) sse.Stream {
	return &translation{src: src, decoder: d, writer: Writer{Model: model}}
}

type translation struct {
	src     sse.Stream
	decoder Decoder
	writer  Writer
	err     error // how it ended
}

// Next implements sse.Stream.
func (t *translation) Next() (sse.Event, error) {
	if len(t.writer.events) == 0 {
		t.writer.buf, t.writer.events = t.writer.buf[:0], nil
	}
	for len(t.writer.events) == 0 {
		if t.err != nil {
			return sse.Event{}, t.err
		}
		t.step()
	}
	return t.writer.next(), nil
}

// Ready implements sse.Stream. It looks as far ahead as it can without waiting: an event of the
// vendor's need not make one of ours.
func (t *translation) Ready() bool {
	for len(t.writer.events) == 0 && t.err == nil && t.src.Ready() {
		t.step()
	}
	return len(t.writer.events) > 0
}

// step reads one event of the vendor's.
func (t *translation) step() {
	e, err := t.src.Next()
	switch {
	case (err == io.EOF || err != nil && t.decoder.Ended()) && !t.writer.finished:
		if err = t.decoder.End(&t.writer); err == nil {
			err = io.EOF
		}
	case err != nil || t.writer.finished:
	case e.Data == nil:
		t.writer.comment()
	case e.Cut && !whole(e.Data):
		if err = io.ErrUnexpectedEOF; t.decoder.Ended() {
			err = t.decoder.End(&t.writer)
		}
	default:
		err = t.decoder.Event(&t.writer, e.Data)
	}
	t.err = err
}

// whole reports whether the data of a stream's last event, which lacks its blank line, is all there.
func whole(data []byte) bool {
	return nesting.ValidBytes(data) || string(bytes.TrimSpace(data)) == "[DONE]"
}

// NoOutput stands for the result of a tool that said nothing: some vendors refuse an empty one, and models call again.
const NoOutput = "[no output]"

// newID makes a message's id where the vendor gives none.
func newID() string { return "msg_" + rand.Text() }
