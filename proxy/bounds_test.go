package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"afterglow/proxy/bounds"
	"afterglow/proxy/boundtest"
)

// A vendor may send comments and pings for as long as it likes before it begins to answer. Few of them are kept.
func TestWhatComesBeforeTheFirstEventTakesLittleMemory(t *testing.T) {
	for name, idle := range map[string]string{"comments": ": wait\n\n", "pings": "event: ping\ndata: {\"type\": \"ping\"}\n\n"} {
		t.Run(name, func(t *testing.T) {
			piece := strings.Repeat(idle, 64<<10/len(idle))
			v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "text/event-stream")
				for range 32 << 20 / len(piece) {
					io.WriteString(w, piece)
				}
				io.WriteString(w, message("at last"))
			})
			_, base := serve(t, row("v", v.URL))
			boundtest.Within(t, 4<<20, func() {
				resp, answer := post(t, base, streamBody)
				if resp.StatusCode != 200 || !strings.HasPrefix(answer, idle) || !strings.Contains(answer, "at last") || len(answer) > bounds.Lead {
					t.Errorf("%d, %d bytes", resp.StatusCode, len(answer))
				}
			})
		})
	}
}

// rawVendor answers every request with these bytes and closes the connection.
func rawVendor(t *testing.T, answer func(w io.Writer)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					io.Copy(io.Discard, r.Body)
					answer(c)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

// A header, or a trailer, that is longer than any vendor's fails the vendor and takes little memory.
func TestHeadersAndTrailersOfVendorsAreBounded(t *testing.T) {
	long := func(w io.Writer, name string) {
		for i := range 1 << 14 {
			if _, err := fmt.Fprintf(w, "%s-%d: %s\r\n", name, i, strings.Repeat("x", 1<<10)); err != nil {
				return
			}
		}
	}
	vendors := map[string]func(io.Writer){
		"header": func(w io.Writer) {
			io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
			long(w, "X-Long")
			io.WriteString(w, "Content-Length: 2\r\n\r\n{}")
		},
		"header of an answer before the answer": func(w io.Writer) {
			io.WriteString(w, "HTTP/1.1 103 Early Hints\r\n")
			long(w, "Link")
			io.WriteString(w, "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		},
		"trailer": func(w io.Writer) {
			fmt.Fprintf(w, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n", len(plainMessage), plainMessage)
			long(w, "X-Long")
			io.WriteString(w, "\r\n")
		},
	}
	for name, answer := range vendors {
		t.Run(name, func(t *testing.T) {
			next := vendorServer(t, answering("from the next tier"))
			_, base := serve(t, row("v", rawVendor(t, answer)), row("next", next.URL))
			boundtest.Within(t, 4<<20, func() { // the vendor's side is in it
				resp, text := post(t, base, plainBody)
				if resp.StatusCode != 200 || !strings.Contains(text, "from the next tier") && (name != "trailer" || !strings.Contains(text, "hello")) {
					t.Errorf("%d %s", resp.StatusCode, text)
				}
			})
		})
	}
}

// Records of calls outlive them: of a header that is as long as may be, little is kept.
func TestLittleIsKeptOfALongHeader(t *testing.T) {
	h := http.Header{"A-First": {"kept"}, "X-Api-Key": {"secret"}}
	for i := range 300 {
		h.Add("Many", strings.Repeat("x", 2000))
		h.Set(fmt.Sprint("Name-", i), strings.Repeat("y", 500))
	}
	size, lines := 0, 0
	for name, values := range masked(h) {
		for _, v := range values {
			lines, size = lines+1, size+len(name)+len(v)
		}
	}
	if size > bounds.Header || lines > bounds.Headers || masked(h).Get("A-First") != "kept" {
		t.Errorf("%d bytes in %d lines", size, lines)
	}
}
