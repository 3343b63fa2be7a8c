package sse

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A watcher sees what a reader reads, however the stream is cut into writes.
func TestAWatcherSeesWhatAReaderReads(t *testing.T) {
	in := ": wait\n\nevent: a\ndata: 1\n\n\n\ndata:{\"x\":\r\ndata: \"你\"}\r\n\r\ndata: 3\r\rdata: cut"
	want, err := readAll(t, strings.NewReader(in))
	if err != io.EOF || len(want) != 5 {
		t.Fatal(err, want)
	}
	for size := 1; size <= len(in); size++ {
		var got []read
		w := NewWatcher(func(e Event) { got = append(got, read{string(e.Raw), string(e.Name), string(e.Data), e.Cut}) })
		for rest := in; rest != ""; {
			n, err := io.WriteString(w, rest[:min(size, len(rest))])
			if err != nil || n == 0 {
				t.Fatal(n, err)
			}
			rest = rest[n:]
		}
		w.End()
		w.End() // once is enough
		// A CRLF that is cut in two ends its line at the CR: the LF is then the next event's.
		for i := range got {
			got[i].Raw, want[i].Raw = strings.Trim(got[i].Raw, "\r\n"), strings.Trim(want[i].Raw, "\r\n")
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("by %d bytes: %s", size, d)
		}
	}
}

func TestAWatcherLooksAwayFromAnEndlessEvent(t *testing.T) {
	seen := 0
	w := NewWatcher(func(Event) { seen++ })
	io.WriteString(w, "data: 1\n\n")
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	for range 2 * MaxEvent >> 20 {
		if n, err := w.Write(chunk); n != len(chunk) || err != nil {
			t.Fatal(n, err)
		}
	}
	io.WriteString(w, "\n\ndata: 2\n\n")
	w.End()
	if seen != 1 || w.r.buf != nil {
		t.Errorf("%d events, %d bytes kept", seen, cap(w.r.buf))
	}
}
