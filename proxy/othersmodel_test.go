package proxy

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// builtInRow is a built-in vendor's row that leads to a test's vendor.
func builtInRow(t *testing.T, name, url string) config.Vendor {
	t.Helper()
	conf, err := config.Parse("config.toml", "tiers = [\""+name+"\"]", func(name string) string {
		if strings.HasSuffix(name, "_API_KEY") {
			return "a-key-of-tests"
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	v := conf.Vendors[0]
	v.BaseURL, v.Retry = url, config.Retry{Attempts: 1}
	return v
}

// A user who has set glm-5.1 meant Zhipu's. Kimi was asked for glm-5.1 too, answered 404, and the client gave up.
func TestAnotherVendorsModelIsNotAskedForAlongTheChain(t *testing.T) {
	busy := fakevendor.AnthropicError(529, "overloaded_error", "Overloaded").With("Retry-After", "5")
	zhipuUp, kimiUp := newTestAPI(t, refusing(529, busy.Body, "Retry-After", "5")), newTestAPI(t, answering("hello"))
	s, base := serve(t, builtInRow(t, "zhipu", zhipuUp.URL), builtInRow(t, "kimi", kimiUp.URL))
	body := strings.Replace(streamBody, "claude-opus-5-5", "glm-5.1", 1)
	resp, answer := post(t, base, body)
	if resp.StatusCode != 200 || resp.Header.Get("Afterglow-Vendor") != "kimi" {
		t.Fatalf("%d %s", resp.StatusCode, answer)
	}
	if got := gjson.Get(zhipuUp.calls()[0].body, "model").Str; got != "glm-5.1" {
		t.Errorf("zhipu was asked for %s", got)
	}
	if got := gjson.Get(kimiUp.calls()[0].body, "model").Str; got != "kimi-k2.5" {
		t.Errorf("kimi was asked for %s", got)
	}
	if rec := last(s); rec.model != "glm-5.1" || rec.served != "kimi-k2.5" {
		t.Errorf("recorded %s as %s", rec.model, rec.served)
	}
	if resp, _ := do(t, "POST", base+"/v1/messages/count_tokens", body, "Content-Type", "application/json"); resp.StatusCode != 200 ||
		gjson.Get(kimiUp.calls()[1].body, "model").Str != "kimi-k2.5" {
		t.Errorf("count: %d %v", resp.StatusCode, kimiUp.calls())
	}
}

// Anthropic has no model in place of another vendor's. It is passed over, so that its 404 does not hide that the model's own
// vendor is busy.
func TestAVendorWithoutTheModelIsPassedOver(t *testing.T) {
	busy, mine := newTestAPI(t, refusing(529, `{"error":{"message":"busy"}}`, "Retry-After", "5")), newTestAPI(t, refusing(404, `{"error":{"message":"model"}}`))
	anthropic := builtInRow(t, "anthropic", mine.URL)
	login := []string{"Authorization", "Bearer sk-ant-oat01-mine"}
	body := strings.Replace(streamBody, "claude-opus-5-5", "glm-5.1", 1)
	s, base := serve(t, builtInRow(t, "zhipu", busy.URL), anthropic)
	resp, answer := post(t, base, body, login...)
	if resp.StatusCode != 529 || resp.Header.Get("Retry-After") != "5" || len(mine.calls()) != 0 {
		t.Errorf("%d %v %s, %d calls", resp.StatusCode, resp.Header, answer, len(mine.calls()))
	}
	if tries := last(s).trail; tries[1].Verdict != "skipped" || !strings.Contains(tries[1].Reason, `"glm-5.1" belongs to another vendor`) {
		t.Errorf("%+v", tries)
	}
	_, alone := serve(t, anthropic)
	resp, answer = post(t, alone, body, login...)
	if resp.StatusCode != 404 || gjson.Get(answer, "error.type").Str != "not_found_error" || !strings.Contains(answer, "glm-5.1") || len(mine.calls()) != 0 {
		t.Errorf("%d %s, %d calls", resp.StatusCode, answer, len(mine.calls()))
	}
	if resp, _ := post(t, alone, streamBody, login...); resp.StatusCode != 404 || len(mine.calls()) != 1 {
		t.Errorf("a model of its own: %d, %d calls", resp.StatusCode, len(mine.calls()))
	}
}
