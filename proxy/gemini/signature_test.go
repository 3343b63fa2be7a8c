package gemini

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// RC-67: what the vendor signed comes back on the part that it signed, from a stream as from a whole
// answer.
func TestSignaturesComeBack(t *testing.T) {
	for name, tc := range map[string]struct{ said, back string }{
		"a call":                     {`{"functionCall":{"id":"c","name":"A","args":{"x":1}},"thoughtSignature":"c2ln"}`, ``},
		"a thought and a call":       {`{"text":"Hm.","thought":true},{"functionCall":{"id":"c","name":"A","args":{"x":1}},"thoughtSignature":"c2ln"}`, ``},
		"calls, one signed":          {`{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"d","name":"B","args":{}}}`, ``},
		"calls, both signed":         {`{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"d","name":"B","args":{}},"thoughtSignature":"dHdv"}`, ``},
		"text between":               {`{"text":"Hm.","thought":true},{"text":"So."},{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"}`, ``},
		"a thought":                  {`{"text":"Hm.","thought":true,"thoughtSignature":"c2ln"},{"text":"So."}`, ``},
		"a text":                     {`{"text":"So.","thoughtSignature":"c2ln"}`, ``},
		"a text before its call":     {`{"text":"So."},{"text":"","thoughtSignature":"dHh0"},{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"}`, `{"text":"So.","thoughtSignature":"dHh0"},{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"c2ln"}`},
		"one with a colon":           {`{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"a:b:c"}`, ``},
		"a text's last word, lost":   {`{"text":"So."},{"text":"","thoughtSignature":"dHh0"}`, `{"text":"So."}`},
		"nothing before, so no part": {`{"text":"","thoughtSignature":"dHh0"},{"text":"So."}`, `{"text":"So."}`},
	} {
		if tc.back == "" {
			tc.back = tc.said
		}
		streamed, err := events(strings.NewReader(stream(parts(tc.said), last("STOP"))))
		if err != nil {
			t.Fatal(err)
		}
		message, err := Dialect{}.DecodeMessage([]byte("["+parts(tc.said)+","+last("STOP")+"]"), "m")
		if err != nil {
			t.Fatal(err)
		}
		for form, m := range map[string]string{"stream": collect(streamed), "whole": string(message)} {
			body, labels := encodeFor(t, flash3, `"messages":[{"role":"user","content":"q"},{"role":"assistant","content":`+gjson.Get(m, "content").Raw+`}]`)
			if got := gjson.Get(body, "contents.1.parts").Raw; got != "["+tc.back+"]" || labels != nil {
				t.Errorf("%s, %s: %v\n got %s\nwant [%s]", name, form, labels, got, tc.back)
			}
		}
	}
}

// Thinking that another vendor signed is left out, and so is a signature whose part is gone. A call
// that no Gemini made gets the stand-in, but only for models that insist.
func TestForeignSignatures(t *testing.T) {
	use := `{"type":"tool_use","id":"c","name":"A","input":{}}`
	more := `{"type":"tool_use","id":"d","name":"B","input":{}}`
	thought := func(text, signature string) string {
		return `{"type":"thinking","thinking":"` + text + `","signature":"` + signature + `"},`
	}
	plain, skipped := `{"functionCall":{"id":"c","name":"A","args":{}}}`, `{"functionCall":{"id":"c","name":"A","args":{}},"thoughtSignature":"skip_thought_signature_validator"}`
	second := `{"functionCall":{"id":"d","name":"B","args":{}}}`
	for name, tc := range map[string]struct{ model, blocks, want, labels string }{
		"another vendor's":          {flash3, thought("hm", "EqQBCg==") + use, skipped, "thinking_dropped"},
		"a model that lets it be":   {flash2, thought("hm", "EqQBCg==") + use, plain, "thinking_dropped"},
		"parallel calls":            {flash3, use + "," + more, skipped + "," + second, ""},
		"nobody's":                  {flash2, thought("hm", "") + use, `{"text":"hm","thought":true},` + plain, ""},
		"the call is gone":          {flash2, thought("hm", marked(onCall, "c2ln")) + `{"type":"text","text":"b"}`, `{"text":"hm","thought":true},{"text":"b"}`, "thought_signature"},
		"the text is gone":          {flash2, thought("", marked(onText, "c2ln")) + use, plain, "thought_signature"},
		"no text before":            {flash2, thought("", marked(onBefore, "c2ln")) + use, plain, "thought_signature"},
		"a thought before, no text": {flash2, thought("hm", "") + thought("", marked(onBefore, "c2ln")) + use, `{"text":"hm","thought":true},` + plain, "thought_signature"},
		"a mark without signature":  {flash2, thought("hm", "gemini:call:") + use, plain, "thinking_dropped"},
		"a mark of another kind":    {flash2, thought("hm", "gemini:new:c2ln") + use, plain, "thinking_dropped"},
	} {
		body, labels := encodeFor(t, tc.model, `"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[`+tc.blocks+`]}]`)
		if got := gjson.Get(body, "contents.1.parts").Raw; got != "["+tc.want+"]" || strings.Join(labels, " ") != tc.labels {
			t.Errorf("%s: %v\n got %s\nwant [%s]", name, labels, got, tc.want)
		}
	}
	// A signature whose part is gone is not given to another answer's.
	gone := `"messages":[{"role":"assistant","content":[` + thought("", marked(onCall, "c2ln")) + `{"type":"text","text":"a"}]},{"role":"user","content":"b"},{"role":"assistant","content":[` + use + `]}]`
	if body, labels := encodeFor(t, flash2, gone); strings.Contains(body, "c2ln") || strings.Join(labels, " ") != "thought_signature first_user" {
		t.Error(body, labels)
	}
	// Each answer of a loop is one step, and the first call of each wants a signature.
	loop := `"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[` + use + `]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]},{"role":"assistant","content":[` + more + `]}]`
	if body, _ := encodeFor(t, "models/gemini-3.1-pro-preview", loop); strings.Count(body, skipValidator) != 2 {
		t.Error(body)
	}
}
