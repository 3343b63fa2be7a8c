package anthropic_test

import (
	"regexp"
	"testing"

	"afterglow/proxy/anthropic"
)

func TestAToolIDGoesBackToItsVendorAsItWas(t *testing.T) {
	for model, id := range map[string]string{
		"mistral-large-latest": "D681PevKs", "mistralai/devstral-2": "a1B2c3D4e", "kimi-k2.5": "functions.get_weather:0", "moonshotai/kimi-k2": "functions.Bash:12",
		"claude-sonnet-4-6": "toolu_vrtx_01", "gpt-5.6": "call_Q7m", "qwen3": "any thing/at:all", "gemini-3.1-pro-preview": "call_1__thought__c2ln",
	} {
		ids := anthropic.ToolIDsFor(model, nil)
		if got := ids.Call(id, "t"); got != id || ids.Result(id) != id {
			t.Errorf("%s: %q became %q", model, id, got)
		}
	}
}

func TestAnotherVendorsToolIDGetsTheFormOfTheModel(t *testing.T) {
	for model, form := range map[string]string{
		"mistral-large-latest": `^[A-Za-z0-9]{9}$`, "moonshotai/kimi-k2": `^functions\.Bash:\d+$`, "claude-opus-4-6": `^[A-Za-z0-9_-]{1,64}$`, "gpt-5.6": `^.{1,40}$`, "qwen3": `.`,
	} {
		said := []anthropic.Message{{Role: "assistant", Content: anthropic.Content{{Type: "tool_use", ID: "functions.Bash:0"}}}}
		ids, again, seen := anthropic.ToolIDsFor(model, said), anthropic.ToolIDsFor(model, said), map[string]bool{}
		for _, id := range []string{"toolu_01A", "functions.Bash:0", "toolu_02B", "call_1__thought__c2lnbmF0dXJlIHRoYXQgaXMgbG9uZw=="} {
			got := ids.Call(id, "Bash")
			if !regexp.MustCompile(form).MatchString(got) || seen[got] || got != again.Call(id, "Bash") || got != ids.Result(id) {
				t.Errorf("%s: %q became %q", model, id, got)
			}
			seen[got] = true
		}
	}
}
