package fakevendor

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What a simulated vendor costs beside a handler that only writes the same bytes: the two must be
// close for a benchmark of a proxy before it to mean anything.
func BenchmarkAnswer(b *testing.B) {
	answer := Text(strings.Repeat("word ", 20))
	sim := start(b, Options{Script: Always(answer), Quiet: true})
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.HasSuffix(string(body), `"stream":true}`) {
			io.WriteString(w, answer.Body)
			return
		}
		for _, c := range answer.Chunks {
			io.WriteString(w, c.Bytes)
			w.(http.Flusher).Flush()
		}
	}))
	defer bare.Close()
	request := `{"model":"m","max_tokens":100,"messages":[{"role":"user","content":"` + strings.Repeat("x", 1000) + `"}]`
	for _, kind := range []struct{ name, body string }{{"message", request + "}"}, {"stream", request + `,"stream":true}`}} {
		for _, vendor := range []struct{ name, url string }{{"simulated", sim.URL()}, {"bare", bare.URL}} {
			b.Run(kind.name+"/"+vendor.name, func(b *testing.B) {
				c := client(b)
				for b.Loop() {
					resp, err := c.Post(vendor.url+"/v1/messages", "application/json", strings.NewReader(kind.body))
					if err != nil {
						b.Fatal(err)
					}
					if _, err := io.Copy(io.Discard, resp.Body); err != nil {
						b.Fatal(err)
					}
					resp.Body.Close()
				}
			})
		}
	}
}
