package proxy

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// vertexAPI answers each call with a vector of its text's number, and those in refused with an
// error.
func vertexAPI(t *testing.T, refused ...string) *testAPI {
	return newTestAPI(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		text := gjson.GetBytes(body, "content.parts.0.text").Str
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		for _, no := range refused {
			if text == no {
				w.WriteHeader(429)
				io.WriteString(w, `{"error":{"code":429,"message":"no `+no+`"}}`)
				return
			}
		}
		fmt.Fprintf(w, `{"embedding":{"values":[ %s, 0.5]},"usageMetadata":{"promptTokenCount":2}}`, text)
	})
}

func embedRequest(text string) string {
	return `{"model":"models/e","content":{"parts":[{"text":"` + text + `"}]}, "outputDimensionality":2}`
}

// RC-59: an upstream that is not Google's own takes embeddings as Vertex AI does.
func TestEmbeddingsForVertex(t *testing.T) {
	up := vertexAPI(t)
	s, base := serveConfig(t, toNative(up.URL))
	_, got := do(t, "POST", base+"/api/gemini/v1beta/models/e:embedContent", embedRequest("7"), "X-Goog-Api-Key", "own")
	c := up.calls()[0]
	if c.uri != "/v1beta1/publishers/google/models/e:embedContent" || c.body != `{"content":{"parts":[{"text":"7"}]}, "outputDimensionality":2}` || c.header.Get("X-Goog-Api-Key") != "own" {
		t.Errorf("sent %s %s %v", c.uri, c.body, c.header)
	}
	if !strings.HasPrefix(got, `{"embedding":{"values":[ 7, 0.5]}`) {
		t.Error(got)
	}
	if rec := lastRecord(t, s, 1); rec.Operation != "embedding" || rec.Model != "e" || rec.Usage.Input != 2 {
		t.Errorf("%+v", rec)
	}
}

// RC-59, RC-57: a batch becomes a call for each text; the answer has their order and their sum.
func TestBatchEmbeddingsForVertex(t *testing.T) {
	const size = 40
	up := vertexAPI(t)
	s, base := serveConfig(t, toNative(up.URL))
	var batch []string
	for n := range size {
		batch = append(batch, embedRequest(fmt.Sprint(n)))
	}
	resp, got := do(t, "POST", base+"/api/gemini/v1beta/models/e%3AbatchEmbedContents", `{"requests":[`+strings.Join(batch, ", ")+`]}`)
	if resp.StatusCode != 200 || len(up.calls()) != size || gjson.Get(got, "embeddings.#").Int() != size || gjson.Get(got, "usageMetadata.promptTokenCount").Int() != 2*size {
		t.Fatalf("%d after %d calls: %s", resp.StatusCode, len(up.calls()), got)
	}
	for n, v := range gjson.Get(got, "embeddings.#.values.0").Array() {
		if int(v.Int()) != n {
			t.Errorf("place %d has %d", n, v.Int())
		}
	}
	if rec := lastRecord(t, s, 1); rec.Operation != "embedding.batch" || rec.Model != "e" || rec.Usage.Input != 2*size || rec.Status != 200 || rec.Outcome != "ok" {
		t.Errorf("%+v", rec)
	}
}

// RC-59: what is empty is refused, the first error is the answer, and an upstream that is not there is
// 502.
func TestBatchEmbeddingsThatFail(t *testing.T) {
	up := vertexAPI(t, "bad")
	s, base := serveConfig(t, toNative(up.URL))
	_, dead := serveConfig(t, toNative("http://127.0.0.1:1"))
	batch := `{"requests":[` + embedRequest("1") + "," + embedRequest("bad") + "," + embedRequest("3") + `]}`
	for _, tc := range []struct {
		base, body string
		status     int
		want       string
	}{
		{base, `{"requests":[]}`, 400, "requests: expected at least one"},
		{base, `nonsense`, 400, "requests: expected at least one"},
		{base, `{"requests":[1]}`, 400, "requests: expected objects"},
		{base, batch, 429, "no bad"},
		{dead, batch, 502, "upstream unreachable: "},
	} {
		resp, got := do(t, "POST", tc.base+"/api/gemini/models/e:batchEmbedContents", tc.body)
		if resp.StatusCode != tc.status || int(gjson.Get(got, "error.code").Int()) != tc.status || !strings.Contains(gjson.Get(got, "error.message").Str, tc.want) {
			t.Errorf("%s: %d %s", tc.body, resp.StatusCode, got)
		}
	}
	resp, got := do(t, "POST", base+"/api/gemini/models/e:embedContent", `[1]`)
	if resp.StatusCode != 400 {
		t.Errorf("%d %s", resp.StatusCode, got)
	}
	if rec := lastRecord(t, s, 5); rec.Status != 400 {
		t.Errorf("%+v", rec)
	}
	do(t, "POST", base+"/api/gemini/models/e:batchEmbedContents", batch)
	if rec := lastRecord(t, s, 6); rec.Status != 429 || !strings.Contains(rec.Outcome, "no bad") {
		t.Errorf("%+v", rec)
	}
}

// RC-59: at Google's own host nothing is rewritten. No test may call it, so its name leads elsewhere.
func TestEmbeddingsForGoogleItselfStayAsTheyAre(t *testing.T) {
	up := vertexAPI(t)
	conf := toNative("http://" + googleHost)
	s, base := serveConfig(t, conf)
	s.current().natives["gemini"].passage.Via(reroute{up.Listener.Addr().String()})
	do(t, "POST", base+"/api/gemini/v1beta/models/e:batchEmbedContents", embedRequest("7"))
	if c := up.calls()[0]; c.uri != "/v1beta/models/e:batchEmbedContents" || c.body != embedRequest("7") || c.host != googleHost {
		t.Errorf("sent %s %s to %s", c.uri, c.body, c.host)
	}
}

// reroute is a network on which every host is at one address.
type reroute struct{ addr string }

func (n reroute) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	r.URL.Host = n.addr
	return http.DefaultTransport.RoundTrip(r)
}
