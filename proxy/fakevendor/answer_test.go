package fakevendor

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// frames are the chunks of an answer's transfer coding, as they are on the wire.
func frames(t *testing.T, v *Vendor) (list []string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(v.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := `{"stream":true}`
	fmt.Fprintf(conn, "POST /v1/messages HTTP/1.1\r\nHost: v\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	r := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; { // the header's end
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		size, err := strconv.ParseInt(strings.TrimSpace(line), 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		if size == 0 {
			return list
		}
		frame := make([]byte, size+2)
		if _, err := io.ReadFull(r, frame); err != nil {
			t.Fatal(err)
		}
		list = append(list, string(frame[:size]))
	}
}

func TestChunksArriveAsScripted(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	stream := "event: a\ndata: 1\n\nevent: b\ndata: é\n\n"
	for name, tc := range map[string]struct {
		answer Answer
		want   []string
	}{
		"anywhere":            {Chunked("eve", "nt: a\ndata: 1\n", "\nevent: b"), []string{"eve", "nt: a\ndata: 1\n", "\nevent: b"}},
		"an event each":       {Events(stream), []string{"event: a\ndata: 1\n\n", "event: b\ndata: é\n\n"}},
		"several events":      {Chunked(stream, stream), []string{stream, stream}},
		"byte by byte":        {Events("a\n\nbé").Split(1), []string{"a", "\n", "\n", "b", "\xc3", "\xa9"}},
		"with a rest":         {Events("abcde").Split(2), []string{"ab", "cd", "e"}},
		"evenly":              {Events("abcd").Split(2), []string{"ab", "cd"}},
		"long":                {Chunked(long, "y", long), []string{long, "y", long}},
		"an empty one":        {Chunked("", "a"), []string{"a"}},
		"a drip":              {Events("abc").Split(1).Paced(0, time.Millisecond), []string{"a", "b", "c"}},
		"whatever the status": {Answer{Status: 529, Chunks: []Chunk{{Bytes: "a"}, {Bytes: "b"}}}, []string{"a", "b"}},
	} {
		v := start(t, Options{Script: Always(tc.answer)})
		if d := cmp.Diff(tc.want, frames(t, v)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// A chunk must be on its way before the next one's gate opens.
func TestGates(t *testing.T) {
	headers, second := make(chan struct{}), make(chan struct{})
	v := start(t, Options{Script: Always(Chunked("one", "two").Held(0, headers).Held(1, second))})
	answered, came := make(chan *http.Response), time.Time{}
	go func() {
		resp, err := client(t).Do(newRequest(t.Context(), v, `{}`))
		if err != nil {
			t.Error(err)
		}
		came = time.Now()
		answered <- resp
	}()
	await(t, v, InFlight(1))
	opened := time.Now()
	close(headers)
	resp := <-answered
	if came.Before(opened) {
		t.Fatal("headers came before their gate opened")
	}
	defer resp.Body.Close()
	three := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, three); err != nil || string(three) != "one" {
		t.Fatalf("%q %v", three, err)
	}
	close(second)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "two" {
		t.Fatalf("%q %v", rest, err)
	}
}

func TestWaits(t *testing.T) {
	const first, each = 30 * time.Millisecond, 20 * time.Millisecond
	v := start(t, Options{Script: Always(Chunked("a", "b", "c").Paced(first, each))})
	for _, a := range []Answer{Chunked("a", "b", "c"), {Chunks: Chunked("a", "b", "c").Chunks, Body: "abc"}} {
		v.SetScript(Always(a.Paced(first, each)))
		began := time.Now()
		if _, answer, err := send(t, v, `{}`); err != nil || answer != "abc" {
			t.Fatal(answer, err)
		}
		if took := time.Since(began); took < first+2*each {
			t.Errorf("took %v, want %v", took, first+2*each)
		}
	}
}

func TestEnds(t *testing.T) {
	part := Text("a b").Stream()[:len(Text("a b").CutAfter(2, Whole).Stream())]
	for name, tc := range map[string]struct {
		answer Answer
		status int // 0 = no headers
		body   string
		err    error
	}{
		"whole":                       {Chunked("a", "b"), 200, "ab", nil},
		"clean, but not the message":  {Text("a b").CutAfter(2, Whole), 200, part, nil},
		"closed before the headers":   {Text("a b").CutAfter(0, Close), 0, "", io.EOF},
		"reset before the headers":    {Text("a b").CutAfter(0, Reset), 0, "", syscall.ECONNRESET},
		"closed before the first":     {Chunked("").CutAfter(1, Close), 200, "", io.ErrUnexpectedEOF},
		"closed in the middle":        {Text("a b").CutAfter(2, Close), 200, part, io.ErrUnexpectedEOF},
		"reset in the middle":         {Text("a b").CutAfter(2, Reset), 200, part, syscall.ECONNRESET},
		"closed in a body":            {Answer{Body: `{"a`, End: Close}, 200, `{"a`, io.ErrUnexpectedEOF},
		"an error in HTML":            {Refuse(502, "<html>").With("Content-Type", "text/html"), 502, "<html>", nil},
		"an error without a body":     {Refuse(500, ""), 500, "", nil},
		"an empty success":            {Answer{}, 200, "", nil},
		"JSON where events are asked": {Refuse(200, `{"type":"message"}`), 200, `{"type":"message"}`, nil},
	} {
		v := start(t, Options{Script: Always(tc.answer)})
		resp, body, err := send(t, v, `{"stream":true}`)
		if resp.StatusCode != tc.status || body != tc.body || !errors.Is(err, tc.err) {
			t.Errorf("%s: %d %q %v", name, resp.StatusCode, body, err)
		}
	}
}
