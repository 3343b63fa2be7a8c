package sse

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"afterglow/proxy/boundtest"
)

type read struct {
	Raw, Name, Data string
	Cut             bool
}

func readAll(t *testing.T, src io.Reader) ([]read, error) {
	t.Helper()
	r := NewReader(src)
	var out []read
	for {
		e, err := r.Next()
		if err != nil {
			return out, err
		}
		out = append(out, read{string(e.Raw), string(e.Name), string(e.Data), e.Cut})
	}
}

func TestEventsKeepTheirBytes(t *testing.T) {
	for name, tc := range map[string]struct {
		in   string
		want []read
	}{
		"one event": {"event: ping\ndata: {}\n\n", []read{{Raw: "event: ping\ndata: {}\n\n", Name: "ping", Data: "{}"}}},
		"CRLF":      {"data:{}\r\n\r\ndata: 2\r\n\r\n", []read{{Raw: "data:{}\r\n\r\n", Data: "{}"}, {Raw: "data: 2\r\n\r\n", Data: "2"}}},
		"lone CR":   {"data: 1\r\rdata: 2\r\r", []read{{Raw: "data: 1\r\r", Data: "1"}, {Raw: "data: 2\r\r", Data: "2"}}},
		"data lines are joined": {"data: a\ndata:b\n\n",
			[]read{{Raw: "data: a\ndata:b\n\n", Data: "a\nb"}}},
		"a comment block is an event without data": {": wait\n\ndata: 1\n\n",
			[]read{{Raw: ": wait\n\n"}, {Raw: "data: 1\n\n", Data: "1"}}},
		"more blank lines belong to the next event": {"data: 1\n\n\n\ndata: 2\n\n",
			[]read{{Raw: "data: 1\n\n", Data: "1"}, {Raw: "\n\ndata: 2\n\n", Data: "2"}}},
		"byte order mark": {"\xef\xbb\xbfdata: 1\n\n", []read{{Raw: "\xef\xbb\xbfdata: 1\n\n", Data: "1"}}},
		"a cut event is returned and marked": {"data: 1\n\ndata: 2\n",
			[]read{{Raw: "data: 1\n\n", Data: "1"}, {Raw: "data: 2\n", Data: "2", Cut: true}}},
		"nothing": {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAll(t, strings.NewReader(tc.in))
			if err != io.EOF {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Fatal(d)
			}
		})
	}
}

func TestBrokenSourceAfterCompleteEvents(t *testing.T) {
	broken := errors.New("reset")
	got, err := readAll(t, io.MultiReader(strings.NewReader("data: 1\n\ndata: 2"), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || len(got) != 1 {
		t.Fatalf("got %v, %v; want one event, then the source's error", got, err)
	}
}

func TestEventTooLong(t *testing.T) {
	_, err := readAll(t, io.MultiReader(strings.NewReader("data: "), &endless{}))
	if !errors.Is(err, ErrTooLong) {
		t.Fatalf("got %v, want ErrTooLong", err)
	}
}

// A CRLF that the network cuts in two stays one: an event has its bytes, the last one too.
func TestACRLFIsOneLineEnd(t *testing.T) {
	const first, second = "event: a\r\ndata: 1\r\n\r\n", ": two\r\ndata: 2\r\n\r\n"
	want := []read{{Raw: first, Name: "a", Data: "1"}, {Raw: second, Data: "2"}}
	for size := 1; size <= len(first+second); size++ {
		got, err := readAll(t, &chunks{[]byte(first + second), size})
		if d := cmp.Diff(want, got); d != "" || err != io.EOF {
			t.Errorf("by %d bytes: %v %s", size, err, d)
		}
	}
	reset := errors.New("reset")
	for _, end := range []io.Reader{strings.NewReader(""), iotest.ErrReader(reset)} {
		got, err := readAll(t, io.MultiReader(strings.NewReader("data: 1\r\n\r"), end))
		if d := cmp.Diff([]read{{Raw: "data: 1\r\n\r", Data: "1"}}, got); d != "" || err == nil {
			t.Errorf("whole but for its last byte: %v %s", err, d)
		}
	}
}

// Where lines end with CR alone nothing is waited for.
func TestALoneCREndsAnEventAtOnce(t *testing.T) {
	for _, in := range []string{"data: 1\r\r", "event: a\r\ndata: 1\r\r", "data: 1\n\r"} {
		r := NewReader(io.MultiReader(strings.NewReader(in), unread{t}))
		if e, err := r.Next(); err != nil || string(e.Data) != "1" || string(e.Raw) != in {
			t.Errorf("%q: %q %v", in, e.Raw, err)
		}
	}
}

// unread is a source that nobody may read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("it was read on")
	return 0, io.EOF
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestReadyDoesNotRead(t *testing.T) {
	r := NewReader(io.MultiReader(strings.NewReader("data: 1\n\ndata: 2\n\nda"), iotest.ErrReader(errors.New("read"))))
	if r.Ready() {
		t.Fatal("ready before anything was read")
	}
	for _, want := range []string{"1", "2"} {
		e, err := r.Next()
		if err != nil || string(e.Data) != want {
			t.Fatalf("got %q, %v; want %q", e.Data, err, want)
		}
		if r.Ready() != (want == "1") {
			t.Fatalf("after %s Ready is %v", want, r.Ready())
		}
	}
}

// FuzzChunking shows that the events of a stream do not depend on how the network cuts it, and
// that the raw bytes put together again are the stream.
func FuzzChunking(f *testing.F) {
	f.Add([]byte("event: a\r\ndata: 1\r\n\r\ndata: 2\n\n: c\r\rdata: 3"), uint8(1))
	f.Add([]byte("\n\r\n\rdata: x\r\n\n\ndata"), uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, n uint8) {
		defer boundtest.Bound(t, 64<<20)()
		whole, err := readAll(t, bytes.NewReader(stream))
		if err != io.EOF {
			t.Fatal(err)
		}
		var joined strings.Builder
		for _, e := range whole {
			joined.WriteString(e.Raw)
		}
		if want := strings.TrimRight(string(stream), "\r\n"); strings.TrimRight(joined.String(), "\r\n") != want {
			t.Fatalf("bytes lost: %q from %q", joined.String(), stream)
		}
		cut, err := readAll(t, &chunks{stream, int(n%7) + 1})
		if err != io.EOF {
			t.Fatal(err)
		}
		// A CR at a chunk's end ends its event at once, so line ends may fall to the next event.
		if d := cmp.Diff(trimmed(whole), trimmed(cut)); d != "" {
			t.Fatal(d)
		}
	})
}

func trimmed(events []read) []read {
	out := make([]read, len(events))
	for i, e := range events {
		e.Raw = strings.Trim(e.Raw, "\r\n")
		out[i] = e
	}
	return out
}

type chunks struct {
	b []byte
	n int
}

func (c *chunks) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, c.b[:min(c.n, len(c.b))])
	c.b = c.b[n:]
	return n, nil
}
