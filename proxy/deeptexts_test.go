package proxy

import (
	"net/http"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// deepJSON is so deep that a parser which calls itself for every level would end the program.
var deepJSON = strings.Repeat("[", 16<<20)

func TestADeepRequestEndsNoProgram(t *testing.T) {
	up := newTestAPI(t, jsonAnswer(plainMessage))
	_, base := serve(t, row("mended", up.URL, func(v *config.Vendor) { v.Accepts = config.AcceptsBy("openai") }))
	_, chat := serve(t, row("chat", up.URL, func(v *config.Vendor) { v.Dialect, v.DefaultModel = "openai", "m" }))
	_, google := serve(t, row("google", up.URL, func(v *config.Vendor) { v.Dialect, v.DefaultModel = "gemini", "m" }))
	for _, at := range []string{base, chat, google} {
		for _, body := range []string{
			`{"model":"m","max_tokens":9,"tools":[{"type":"web_search_20250305","name":"w"}],"messages":` + deepJSON + `}`,
			`{"model":"m","max_tokens":9,"messages":[{"role":"system","content":` + deepJSON + `}]}`,
			`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"metadata":{"user_id":` + `"` + strings.Repeat("[", 1<<20) + `"}}`,
		} {
			resp, text := do(t, "POST", at+"/v1/messages", body, "Content-Type", "application/json")
			if resp.StatusCode == http.StatusInternalServerError || text == "" {
				t.Errorf("%d %.200s", resp.StatusCode, text)
			}
		}
		if resp, _ := do(t, "PUT", at+"/api/settings", strings.Repeat("[", 60<<10), "Content-Type", "application/json"); resp.StatusCode != 400 {
			t.Error(resp.Status)
		}
	}
}

func TestADeepAnswerEndsNoProgram(t *testing.T) {
	deep, status, kind := "", 200, ""
	up := newTestAPI(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		for rest := deep; rest != ""; {
			n, _ := w.Write([]byte(rest[:min(len(rest), 1<<20)]))
			if rest = rest[n:]; n == 0 {
				return
			}
		}
	})
	for _, dialect := range []string{"anthropic", "openai", "gemini"} {
		s, base := serve(t, row("deep", up.URL, func(v *config.Vendor) { v.Dialect, v.DefaultModel = dialect, "m" }))
		for _, event := range []bool{false, true} {
			for status = range map[int]bool{200: true, 400: true, 500: true} {
				for _, text := range []string{deepJSON[:15<<20], `{"choices":[{"delta":` + deepJSON[:15<<20], `{"error":` + deepJSON[:15<<20]} {
					body := plainBody
					if deep, kind = text, "application/json"; event {
						deep, kind, body = "data: "+text+"\n\n", "text/event-stream", streamBody
					}
					if resp, said := post(t, base, body); status != 200 && resp.StatusCode < 400 {
						t.Errorf("%s %d: %d %.200s", dialect, status, resp.StatusCode, said)
					}
					s.ResetVendor("")
				}
			}
		}
	}
}

// A file that is nested too deep is refused when it is saved under a running instance: what is in force stays, and
// nothing is changed in it by a request.
func TestADeepFileThatIsSavedChangesNothing(t *testing.T) {
	e := editServer(t, "tiers = [\"lab\"]\n"+labRow("http://127.0.0.1:1"))
	good := e.text(t)
	deep := good + "x = " + strings.Repeat("{a=", 8000) + "1" + strings.Repeat("}", 8000) + "\n"
	writeFile(t, e.file, deep)
	e.followFile()
	if problem := e.Status().Problem; !strings.Contains(problem, "nested too deep") || len(e.conf().Vendors) != 1 {
		t.Error(problem)
	}
	if status, body := askControl(t, e.base, "PUT", "/api/vendors/lab", `{"title":"x"}`); status != 400 || !strings.Contains(body, "nested too deep") || e.text(t) != deep {
		t.Error(status, body)
	}
	if resp, body := post(t, e.base, plainBody); resp.StatusCode != 403 { // the vendor that there was, which has no key
		t.Error(resp.Status, body)
	}
	writeFile(t, e.file, good+"# well again\n")
	e.followFile()
	if problem := e.Status().Problem; problem != "" {
		t.Error(problem)
	}
}
