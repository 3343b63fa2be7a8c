package conformance

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/normalize"
)

// TestAWebSearchReachesGoogle sends what Claude Code sends for a search the way that calls go: mended, then encoded.
func TestAWebSearchReachesGoogle(t *testing.T) {
	req, err := anthropic.ParseRequest(`{"model":"m","max_tokens":9,"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8}],"messages":[{"role":"user","content":"search"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	for dialect, want := range map[string]string{"gemini": `[{"googleSearch":{}}]`, "openai": ""} {
		mended, _ := normalize.Mend(req, normalize.Target{Vendor: dialect, Accepts: normalize.Accepts(config.AcceptsBy(dialect))})
		out, err := dialects[dialect].Encode(mended, vendorModel[dialect])
		if got := gjson.Get(strings.Join(out.Body, ""), "tools").Raw; err != nil || got != want {
			t.Errorf("%s: %s %v", dialect, got, err)
		}
	}
}
