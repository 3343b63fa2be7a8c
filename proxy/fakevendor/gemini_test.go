package fakevendor

import (
	"io"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// post sends a body to a path and returns the status and the answer.
func post(t *testing.T, v *Vendor, path, body string) (status int, answer string) {
	t.Helper()
	resp, err := client(t).Post(v.URL()+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(read)
}

const geminiHello = `{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}`

func TestGeminiAnswers(t *testing.T) {
	v := start(t, Options{})
	status, whole := post(t, v, "/v1beta/models/gemini-3-flash:generateContent", geminiHello)
	if text := gjson.Get(whole, "candidates.0.content.parts.#.text").Raw; status != 200 || text != `["Hello from ","a simulated vendor."]` || gjson.Get(whole, "modelVersion").Str != "gemini-3-flash" {
		t.Error(status, whole)
	}
	status, stream := post(t, v, "/v1beta/models/gemini-3-flash:streamGenerateContent?alt=sse", geminiHello)
	events := strings.Split(strings.TrimSuffix(stream, "\r\n\r\n"), "\r\n\r\n")
	if status != 200 || len(events) != 3 || gjson.Get(strings.TrimPrefix(events[2], "data: "), "candidates.0.finishReason").Str != "STOP" {
		t.Error(status, stream)
	}
	status, internal := post(t, v, "/v1internal:generateContent", `{"model":"Gemini 3 Flash","project":"p","request":`+geminiHello+`}`)
	if status != 200 || !gjson.Get(internal, "response.candidates.0.content.parts.0.text").Exists() {
		t.Error(status, internal)
	}
	calls := v.Calls()
	for n, want := range []struct {
		model  string
		stream bool
	}{{"gemini-3-flash", false}, {"gemini-3-flash", true}, {"Gemini 3 Flash", false}} {
		if calls[n].Model != want.model || calls[n].Stream != want.stream {
			t.Errorf("call %d: %+v", n, calls[n])
		}
	}
}

func TestGeminiThinksAndCalls(t *testing.T) {
	v := start(t, Options{})
	_, answer := post(t, v, "/v1beta/models/m:generateContent", `{"tools":[{"functionDeclarations":[{"name":"Read"},{"name":"Bash"}]}],`+
		`"generationConfig":{"thinkingConfig":{"includeThoughts":true}},"contents":[{"role":"user","parts":[{"text":"use Bash"}]}]}`)
	parts := gjson.Get(answer, "candidates.0.content.parts").Array()
	if len(parts) != 3 || !parts[0].Get("thought").Bool() || parts[2].Get("functionCall.name").Str != "Bash" || parts[2].Get("thoughtSignature").Str == "" {
		t.Error(answer)
	}
}

func TestGeminiRefusesWhatTheAPIRefuses(t *testing.T) {
	v := start(t, Options{})
	user := `{"role":"user","parts":[{"text":"a"}]}`
	call := func(signature string) string {
		return `{"role":"model","parts":[{"functionCall":{"name":"A"}` + signature + `},{"functionCall":{"name":"B"}}]}`
	}
	for contents, want := range map[string]int{
		``:                                 400,
		user + "," + user:                  400,
		call(``):                           400,
		`{"role":"user","parts":[]}`:       400,
		user + "," + call("") + "," + user: 400,
		user + "," + call(`,"thoughtSignature":"x"`) + "," + user: 200,
	} {
		status, answer := post(t, v, "/v1beta/models/gemini-3-flash:generateContent", `{"contents":[`+contents+`]}`)
		if status != want || (status == 400) != (gjson.Get(answer, "error.status").Str == "INVALID_ARGUMENT") {
			t.Errorf("%s: %d %s", contents, status, answer)
		}
	}
	if status, answer := post(t, v, "/v1beta/models/gemini-2.5-flash:generateContent", `{"contents":[`+user+`,`+call("")+`,`+user+`]}`); status != 200 {
		t.Errorf("models before 3 let it be: %s", answer)
	}
}

func TestGeminiEndpoints(t *testing.T) {
	v := start(t, Options{Key: "k", Script: Always(GeminiError(429, "RESOURCE_EXHAUSTED", "slow", RetryInfo("3s")))})
	for path, want := range map[string]string{
		"/v1beta/models/m:countTokens":     "totalTokens",
		"/v1beta/models/m:generateContent": "error.details.0.retryDelay",
		"/v1beta/models":                   "models.0.name",
	} {
		req := newRequest(t.Context(), v, geminiHello, "X-Goog-Api-Key", "k")
		req.URL.Path, req.URL.RawQuery = path, ""
		resp, err := client(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if !gjson.GetBytes(answer, want).Exists() {
			t.Errorf("%s: %d %s", path, resp.StatusCode, answer)
		}
	}
}
