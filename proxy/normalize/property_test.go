package normalize_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/boundtest"
	"afterglow/proxy/nesting"
	"afterglow/proxy/normalize"
	"afterglow/proxy/normalize/strict"
)

// targets are vendors of all kinds.
func targets() *rapid.Generator[normalize.Target] {
	return rapid.Custom(func(t *rapid.T) normalize.Target {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		return normalize.Target{
			Vendor:  rapid.SampledFrom([]string{"anthropic", "zhipu", "kimi"}).Draw(t, "vendor"),
			Session: "s",
			Accepts: normalize.Accepts{
				Thinking: rapid.SampledFrom([]string{"adaptive", "enabled", "none"}).Draw(t, "thinking"),
				Unsigned: flag("unsigned"), Images: flag("images"), Documents: flag("documents"), SystemRole: flag("system"),
				Consecutive: flag("consecutive"), ServerTools: flag("server tools"), CacheControl: flag("cache_control"),
				ContextManagement: flag("context_management"), Billing: flag("billing"),
			},
		}
	})
}

// made tells who signed the thinking that generated conversations hold.
func made() *normalize.Provenance {
	p := normalize.NewProvenance()
	for _, vendor := range []string{"anthropic", "zhipu", "kimi"} {
		p.Remember("s", vendor, "by "+vendor)
	}
	return p
}

// blocks are content blocks of every kind that a conversation over several vendors may hold. There
// are few ids, so that they repeat and meet.
func blocks() *rapid.Generator[string] {
	ids := []string{"toolu_a", "toolu_b", "toolu_c", "call_1", "call_2", "functions.Bash:0", "srvtoolu_A", "srvtoolu_B"}
	return rapid.Custom(func(t *rapid.T) string {
		id := rapid.SampledFrom(ids).Draw(t, "id")
		kind := rapid.SampledFrom([]string{
			`{"type":"text","text":"words"}`, `{"type":"text","text":""}`, `{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}`,
			`{"type":"tool_use","id":"ID","name":"Bash","input":{"a":1}}`, `{"type":"tool_use","id":"ID","name":"Bash","input":{"a":1}}`,
			`{"type":"tool_use","id":"ID","name":"Read","input":[1]}`, `{"name":"Read","type":"tool_use"}`,
			`{"type":"tool_result","tool_use_id":"ID","content":"ok"}`, `{"type":"tool_result","tool_use_id":"ID","content":"ok"}`,
			`{"tool_use_id":"ID","type":"tool_result","content":[{"type":"image","source":{}},{"type":"text","text":"y","cache_control":{}}]}`,
			`{"type":"tool_result","tool_use_id":"ID","is_error":true}`,
			`{"type":"server_tool_use","id":"ID","name":"Bash","input":{}}`, `{"type":"server_tool_use","id":"ID","name":"web_search","input":{}}`,
			`{"type":"web_search_tool_result","tool_use_id":"ID","content":[]}`, `{"type":"server_tool_use_delta","id":"ID"}`,
			`{"type":"thinking","thinking":"t","signature":"by zhipu"}`, `{"type":"thinking","thinking":"t","signature":"by anthropic"}`,
			`{"type":"thinking","thinking":"t","signature":"by nobody known"}`, `{"type":"thinking","thinking":"t"}`,
			`{"type":"redacted_thinking","data":"by kimi"}`, `{"type":"image","source":{"type":"base64"}}`,
			`{"type":"document","source":{"type":"text","data":"d"}}`,
		}).Draw(t, "block")
		return strings.ReplaceAll(kind, "ID", id)
	})
}

// onlyFor are blocks that stand in messages of one role whatever happens: no rule of ours moves them.
func onlyFor(role string, block string) bool {
	switch gjson.Get(block, "type").Str {
	case "tool_use", "server_tool_use", "thinking", "redacted_thinking", "web_search_tool_result":
		return role == "assistant"
	}
	return true
}

func bodies() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var turns []string
		for range rapid.IntRange(1, 8).Draw(t, "turns") {
			role := rapid.SampledFrom([]string{"user", "user", "assistant", "assistant", "system"}).Draw(t, "role")
			content := rapid.SampledFrom([]string{`"plain"`, `""`}).Draw(t, "content")
			if role == "system" {
				content = rapid.SampledFrom([]string{`"be brief"`, `[{"type":"text","text":"be brief"}]`}).Draw(t, "system")
			} else if rapid.IntRange(0, 4).Draw(t, "list") > 0 {
				all := rapid.SliceOfN(blocks().Filter(func(b string) bool { return onlyFor(role, b) }), 0, 5).Draw(t, "blocks")
				content = list(all...)
			}
			turns = append(turns, `{"role":"`+role+`","content":`+content+`}`)
		}
		extra := rapid.SampledFrom([]string{
			``, `"thinking":{"type":"adaptive"},`, `"thinking":{"type":"enabled","budget_tokens":1024},"context_management":{},`,
			`"context_management":{"edits":[]},"cache_control":{"type":"ephemeral"},`,
			`"system":[{"type":"text","text":"x-anthropic-billing-header: x"},{"type":"text","text":"s","cache_control":{}}],`,
			`"tool_choice":{"type":"tool","name":"web_search"},`,
		}).Draw(t, "extra")
		body := conversation(turns...)
		if rapid.Bool().Draw(t, "web search") || strings.Contains(extra, "tool_choice") {
			body = strings.Replace(body, `"tools":[`, `"tools":[{"type":"web_search_20250305","name":"web_search"},`, 1)
		}
		return `{` + extra + body[1:]
	})
}

// TestMendedBodiesAreTaken is the rule that all others serve: whatever a conversation went through,
// the next vendor takes it, and mending is done once.
func TestMendedBodiesAreTaken(t *testing.T) {
	memory := made()
	rapid.Check(t, func(t *rapid.T) {
		body, to := bodies().Draw(t, "body"), targets().Draw(t, "target")
		to.Provenance = memory
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		got, labels := normalize.Mend(req, to)
		rules := strict.Rules{Accepts: to.Accepts, Issued: func(s string) bool {
			return s == "by "+to.Vendor
		}}
		if err := strict.Check([]byte(got.Body), rules); err != nil {
			t.Fatalf("%v\nin  %s\nout %s", err, body, got.Body)
		}
		if again, more := normalize.Mend(got, to); again != got || more != nil {
			t.Fatalf("not idempotent, %q\nin     %s\nfirst  %s\nsecond %s", more, body, got.Body, again.Body)
		}
		if (len(labels) > 0) != (got != req) {
			t.Fatalf("labels %q, same request %v", labels, got == req)
		}
		if strict.Check([]byte(body), rules) == nil && got != req {
			t.Fatalf("a body that the vendor takes was changed, %q\nin  %s\nout %s", labels, body, got.Body)
		}
	})
}

// TestNothingIsLost holds that no words and no result of the user's disappear on the way.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		to := targets().Draw(t, "target")
		var turns []string
		var words []string
		for n := range rapid.IntRange(1, 8).Draw(t, "turns") {
			role := rapid.SampledFrom([]string{"user", "assistant", "system"}).Draw(t, "role")
			word := role + string(rune('A'+n))
			words = append(words, word)
			turns = append(turns, `{"role":"`+role+`","content":"`+word+`"}`)
		}
		req, err := anthropic.ParseRequest(conversation(turns...))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := normalize.Mend(req, to)
		rest := got.Body
		for _, word := range words {
			at := strings.Index(rest, word)
			if at < 0 {
				t.Fatalf("%s is lost or out of order in %s", word, got.Body)
			}
			rest = rest[at+len(word):]
		}
	})
}

// FuzzMend throws anything at Mend: valid JSON stays valid, and mending is done once.
func FuzzMend(f *testing.F) {
	for _, body := range []string{
		conversation(hello, assistantSays(list(use("call_1"), serverUse("srvtoolu_A", "Bash"))), userSays(list(done, result("call_1", "ok")))),
		conversation(`{"role":"system","content":"s"}`, hello, assistantSays(list(thinks("x"), search)), userSays(`[]`)),
		`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"\\\" "}]},{"content":null}],"thinking":{"type":"adaptive"}}`,
		`{"\u006dodel":"m","messages":[{"r\u006fle":"assistant","content":[{"type":"tool\u005fuse","id":"\u0061"}]}]}`,
	} {
		f.Add(body, uint16(0))
		f.Add(body, uint16(0xffff))
	}
	f.Fuzz(func(t *testing.T, body string, bits uint16) {
		defer boundtest.Bound(t, 256<<20)()
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			return
		}
		flag := func(n int) bool { return bits&(1<<n) != 0 }
		to := normalize.Target{Vendor: "v", Accepts: normalize.Accepts{
			Thinking: []string{"adaptive", "enabled", "none", ""}[bits>>14], Unsigned: flag(0), Images: flag(1), Documents: flag(2),
			SystemRole: flag(3), Consecutive: flag(4), ServerTools: flag(5), CacheControl: flag(6), ContextManagement: flag(7), Billing: flag(8),
		}}
		got, labels := normalize.Mend(req, to)
		if (got == req) != (len(labels) == 0) {
			t.Fatalf("labels %q", labels)
		}
		if !nesting.Valid(body) {
			if got != req {
				t.Fatalf("%q became %q", body, got.Body)
			}
			return
		}
		if !json.Valid([]byte(got.Body)) && json.Valid([]byte(body)) {
			t.Fatalf("%s became %s", body, got.Body)
		}
		if again, more := normalize.Mend(got, to); again != got {
			t.Fatalf("not idempotent, %q\nin     %s\nfirst  %s\nsecond %s", more, body, got.Body, again.Body)
		}
	})
}
