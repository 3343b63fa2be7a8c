package gemini

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

const (
	pro3   = "gemini-3.1-pro-preview"
	flash3 = "gemini-3-flash-preview"
	flash2 = "gemini-2.5-flash"
)

// encodeFor encodes a body that lacks its model.
func encodeFor(t testing.TB, model, body string) (string, anthropic.Labels) {
	t.Helper()
	r, err := anthropic.ParseRequest(`{"model":"claude",` + body + `}`)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Dialect{}.Encode(r, model)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(e.Body, ""), e.Labels
}

// refused is the error of encoding messages.
func refusal(t *testing.T, model, body string) *anthropic.Error {
	t.Helper()
	r, err := anthropic.ParseRequest(`{"model":"claude",` + body + `}`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Dialect{}.Encode(r, model)
	var refused *anthropic.Error
	if !errors.As(err, &refused) || refused.Status != 400 || refused.Type != "invalid_request_error" {
		t.Fatalf("%s: %v", body, err)
	}
	return refused
}

func TestContents(t *testing.T) {
	for name, tc := range map[string]struct{ messages, want, labels string }{
		"text": {
			`{"role":"user","content":"a <b> & 你"}`,
			`{"role":"user","parts":[{"text":"a <b> & 你"}]}`, ""},
		"roles": {
			`{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]},{"role":"user","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]}`,
			`{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"},{"text":"d"}]}`, ""},
		"system messages in their place, as text or as a list": {
			`{"role":"user","content":"a"},{"role":"system","content":"s"},{"role":"assistant","content":"b"},{"role":"system","content":[{"type":"text","text":"t"}]},{"role":"user","content":"c"}`,
			`{"role":"user","parts":[{"text":"a"},{"text":"<system>\ns\n</system>"}]},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"<system>\nt\n</system>"},{"text":"c"}]}`, ""},
		"messages of one role are joined": {
			`{"role":"user","content":"a"},{"role":"user","content":"b"},{"role":"assistant","content":"c"},{"role":"assistant","content":"d"}`,
			`{"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"},{"text":"d"}]}`, ""},
		"what is empty is left out": {
			`{"role":"user","content":"a"},{"role":"assistant","content":[]},{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"b"}]}`,
			`{"role":"user","parts":[{"text":"a"},{"text":"b"}]}`, ""},
		"nothing at all": {``, `{"role":"user","parts":[{"text":" "}]}`, ""},
		"the model begins": {
			`{"role":"assistant","content":"b"}`,
			`{"role":"user","parts":[{"text":"[start]"}]},{"role":"model","parts":[{"text":"b"}]}`, "first_user"},
		"calls and their results, in another order, with text behind": {
			`{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"Read","input":{"n":12345678901234567890,"a":"<"}},{"type":"tool_use","id":"toolu_2","name":"Bash","input":{}}]},` +
				`{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_2","content":"two"},{"type":"tool_result","tool_use_id":"toolu_1","is_error":true,"content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]},{"type":"text","text":"go on"}]}`,
			`{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"id":"toolu_1","name":"Read","args":{"n":12345678901234567890,"a":"<"}}},{"functionCall":{"id":"toolu_2","name":"Bash","args":{}}}]},` +
				`{"role":"user","parts":[{"functionResponse":{"id":"toolu_2","name":"Bash","response":{"output":"two"}}},{"functionResponse":{"id":"toolu_1","name":"Read","response":{"error":"x\ny"}}},{"text":"go on"}]}`, ""},
		"results stand next to their calls": {
			`{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]},{"role":"system","content":"s"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}`,
			`{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"id":"t","name":"Bash","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"id":"t","name":"Bash","response":{"output":"[no output]"}}},{"text":"<system>\ns\n</system>"}]}`, ""},
		"a result without its call, an input that is no object": {
			`{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"r"}]},{"role":"assistant","content":[{"type":"tool_use","id":"u","name":"A","input":[1]},{"type":"tool_use","id":"v","name":"B","input":null}]}`,
			`{"role":"user","parts":[{"functionResponse":{"id":"t","name":"t","response":{"output":"r"}}}]},{"role":"model","parts":[{"functionCall":{"id":"u","name":"A","args":{"value":[1]}}},{"functionCall":{"id":"v","name":"B","args":{}}}]}`, ""},
		"other blocks": {
			`{"role":"user","content":[{"type":"tool_reference","tool_name":"Edit"},{"type":"search_result","source":"http://s","title":"T","content":[{"type":"text","text":"found"}]},{"type":"container_upload","file_id":"f"}]},` +
				`{"role":"assistant","content":[{"type":"redacted_thinking","data":"x"},{"type":"server_tool_use","id":"s","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"s","content":[]},{"type":"text","text":"b","citations":[{}],"cache_control":{"type":"ephemeral"}}]}`,
			`{"role":"user","parts":[{"text":"[tool: Edit]"},{"text":"T"},{"text":"http://s"},{"text":"found"}]},{"role":"model","parts":[{"text":"b"}]}`,
			"tool_reference container_upload thinking_dropped server_tools cache_control citations file_id"},
		"unknown fields": {
			`{"role":"user","content":[{"type":"text","text":"a","Weight é":1}],"x-new":{}}`,
			`{"role":"user","parts":[{"text":"a"}]}`, "Weight x-new"},
	} {
		body, labels := encodeFor(t, flash2, `"messages":[`+tc.messages+`]`)
		if got, want := gjson.Get(body, "contents").Raw, "["+tc.want+"]"; got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		if got := strings.Join(labels, " "); got != tc.labels {
			t.Errorf("%s: labels %q, want %q", name, got, tc.labels)
		}
	}
}

// RC-44: an image by its URL stays one.
func TestMedia(t *testing.T) {
	for name, tc := range map[string]struct{ block, want string }{
		"base64":        {`{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}`, `{"inlineData":{"mimeType":"image/png","data":"aGk="}}`},
		"URL":           {`{"type":"image","source":{"type":"url","url":"https://h/a.PNG?x=1"}}`, `{"fileData":{"mimeType":"image/png","fileUri":"https://h/a.PNG?x=1"}}`},
		"bare URL":      {`{"type":"image","source":{"type":"url","url":"https://h/a"}}`, `{"fileData":{"mimeType":"image/jpeg","fileUri":"https://h/a"}}`},
		"URL with type": {`{"type":"image","source":{"type":"url","url":"https://h/a.png","media_type":"image/webp"}}`, `{"fileData":{"mimeType":"image/webp","fileUri":"https://h/a.png"}}`},
		"data URL":      {`{"type":"image","source":{"type":"url","url":"data:image/gif;base64,aGk="}}`, `{"inlineData":{"mimeType":"image/gif","data":"aGk="}}`},
		"PDF":           {`{"type":"document","title":"T","context":"C","source":{"type":"base64","media_type":"application/pdf","data":"aGk="}}`, `{"text":"T"},{"text":"C"},{"inlineData":{"mimeType":"application/pdf","data":"aGk="}}`},
		"PDF by URL":    {`{"type":"document","source":{"type":"url","url":"https://h/doc"}}`, `{"fileData":{"mimeType":"application/pdf","fileUri":"https://h/doc"}}`},
		"text document": {`{"type":"document","source":{"type":"text","media_type":"text/plain","data":"words"}}`, `{"text":"words"}`},
		"blocks":        {`{"type":"document","source":{"type":"content","content":[{"type":"text","text":"w"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]}}`, `{"text":"w"},{"inlineData":{"mimeType":"image/png","data":"aGk="}}`},
	} {
		body, labels := encodeFor(t, flash2, `"messages":[{"role":"user","content":[`+tc.block+`]}]`)
		if got := gjson.Get(body, "contents.0.parts").Raw; got != "["+tc.want+"]" || labels != nil {
			t.Errorf("%s: %s %v", name, got, labels)
		}
	}
}

// Images in results follow the last result, each after a word about where it came from.
func TestMediaInResults(t *testing.T) {
	image := `{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}`
	body, _ := encodeFor(t, flash2, `"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"seen"},`+image+`]},`+
		`{"type":"tool_result","tool_use_id":"b","content":[`+image+`]},{"type":"text","text":"next"}]},{"role":"assistant","content":"x"},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":[`+image+`]}]}]`)
	inline := `{"inlineData":{"mimeType":"image/png","data":"aGk="}}`
	want := `[{"functionResponse":{"id":"a","name":"a","response":{"output":"seen"}}},{"functionResponse":{"id":"b","name":"b","response":{"output":""}}},` +
		`{"text":"[of the result of a:]"},` + inline + `,{"text":"[of the result of b:]"},` + inline + `,{"text":"next"}]`
	if got := gjson.Get(body, "contents.0.parts").Raw; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if got := gjson.Get(body, "contents.2.parts").Raw; got != `[{"functionResponse":{"id":"c","name":"c","response":{"output":""}}},{"text":"[of the result of c:]"},`+inline+`]` {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	for body, want := range map[string]string{
		`"messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"image","source":{"type":"file","file_id":"f"}}]}]`: `messages.1.content.1: this vendor takes no image with a source of type "file"`,
		`"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":"f"}}]}]`:                                                       `messages.0.content.0: this vendor takes no document with a source of type "file"`,
		`"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image"}]}]}]`:                                            `messages.0.content.0: image without a source`,
		`"messages":[{"role":"tool","content":"a"}]`: `messages.0.role: "tool" is not allowed here`,
		`"tools":[{"name":"a","input_schema":{"type":"object"}}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},"messages":[]`: `output_config.format: this model does not support it together with tools`,
	} {
		if got := refusal(t, flash2, body).Message; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	for name, tc := range map[string]struct{ model, body, path, want, labels string }{
		"system": {flash2, `"system":[{"type":"text","text":"x-anthropic-billing-header: v=1"},{"type":"text","text":"s","cache_control":{"type":"ephemeral"}},{"type":"text","text":"t"}]`,
			"systemInstruction", `{"parts":[{"text":"s"},{"text":"t"}]}`, "billing_header cache_control"},
		"system as text": {flash2, `"system":"s"`, "systemInstruction", `{"parts":[{"text":"s"}]}`, ""},
		"no system":      {flash2, `"system":[]`, "systemInstruction", ``, ""},
		"numbers": {flash2, `"max_tokens":100,"temperature":0.70,"top_p":1,"top_k":40,"stop_sequences":["a","b"]`,
			"generationConfig", `{"maxOutputTokens":100,"temperature":0.70,"topP":1,"topK":40,"stopSequences":["a","b"]}`, ""},
		"too much":     {flash2, `"max_tokens":128000,"stop_sequences":["1","2","3","4","5","6"]`, "generationConfig", `{"maxOutputTokens":65536,"stopSequences":["1","2","3","4","5"]}`, "max_tokens stop_sequences"},
		"none of them": {flash2, `"stream":true`, "generationConfig", ``, ""},
		"the rest":     {flash2, `"metadata":{"user_id":"u"},"service_tier":"auto","container":null`, "generationConfig", ``, "metadata service_tier container"},
		"structured output": {flash2, `"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}},"required":["b"],"additionalProperties":false}}}`,
			"generationConfig", `{"responseMimeType":"application/json","responseSchema":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"integer"}},"propertyOrdering":["b","a"],"required":["b"]}}`, ""},
		"tools": {flash2, `"tools":[{"name":"A","description":"d","input_schema":{"$schema":"x","type":"object","properties":{"p":{"type":"string"}},"additionalProperties":false},"strict":true,"defer_loading":true,"input_examples":[]},{"type":"custom","name":"B","input_schema":{"type":"object","properties":{}}}]`,
			"tools", `[{"functionDeclarations":[{"name":"A","description":"d","parameters":{"type":"object","properties":{"p":{"type":"string"}}}},{"name":"B"}]}]`, "strict defer_loading input_examples"},
		"a web search":        {flash2, `"tools":[{"type":"web_search_20250305","name":"web_search"}]`, "tools", `[{"googleSearch":{}}]`, "server_tools google_search"},
		"and other tools":     {flash2, `"tools":[{"type":"web_search_20250305","name":"web_search"},{"name":"B","input_schema":{}}]`, "tools", `[{"functionDeclarations":[{"name":"B","parameters":` + anyType + `}]}]`, "server_tools"},
		"choice: auto":        {flash2, tools1 + `"tool_choice":{"type":"auto"}`, "toolConfig", `{"functionCallingConfig":{"mode":"AUTO"}}`, ""},
		"choice: any":         {flash2, tools1 + `"tool_choice":{"type":"any","disable_parallel_tool_use":true}`, "toolConfig", `{"functionCallingConfig":{"mode":"ANY"}}`, "disable_parallel_tool_use"},
		"choice: none":        {flash2, tools1 + `"tool_choice":{"type":"none"}`, "toolConfig", `{"functionCallingConfig":{"mode":"NONE"}}`, ""},
		"choice: tool":        {flash2, tools1 + `"tool_choice":{"type":"tool","name":"A"}`, "toolConfig", `{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["A"]}}`, ""},
		"choice: not a tool":  {flash2, tools1 + `"tool_choice":{"type":"tool","name":"Z"}`, "toolConfig", ``, "tool_choice"},
		"choice: without any": {flash2, `"tool_choice":{"type":"any"}`, "toolConfig", ``, "tool_choice"},
	} {
		body, labels := encodeFor(t, tc.model, tc.body)
		if got := gjson.Get(body, tc.path).Raw; got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tc.want)
		}
		if got := strings.Join(labels, " "); got != tc.labels {
			t.Errorf("%s: labels %q, want %q", name, got, tc.labels)
		}
	}
}

const tools1 = `"tools":[{"name":"A","input_schema":{"type":"object"}}],`

// A conversation that grows keeps its bytes, up to the end of its last content.
func TestBytesStayAsTheConversationGrows(t *testing.T) {
	turns := []string{
		`{"role":"user","content":"a"}`, `{"role":"system","content":"s"}`,
		`{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"` + marked(onCall, "c2ln") + `"},{"type":"tool_use","id":"1","name":"A","input":{}}]}`,
		`{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"r"}]}`,
		`{"role":"assistant","content":[{"type":"tool_use","id":"2","name":"A","input":{}}]}`,
		`{"role":"user","content":[{"type":"tool_result","tool_use_id":"2","content":"r"}]}`,
		`{"role":"assistant","content":"done"}`, `{"role":"user","content":"b"}`,
	}
	before := ""
	for n := range turns {
		body, _ := encodeFor(t, pro3, `"max_tokens":9,"tools":[{"name":"A","input_schema":{}}],"messages":[`+strings.Join(turns[:n+1], ",")+`]`)
		again, _ := encodeFor(t, pro3, `"max_tokens":9,"tools":[{"name":"A","input_schema":{}}],"messages":[`+strings.Join(turns[:n+1], ",")+`]`)
		if d := cmp.Diff(body, again); d != "" {
			t.Fatal(d)
		}
		if stays := strings.TrimSuffix(before, "]}]}"); !strings.HasPrefix(body, stays) {
			t.Errorf("turn %d:\n%s\n%s", n, before, body)
		}
		before = body
	}
}

func TestPaths(t *testing.T) {
	for _, tc := range []struct {
		d             Dialect
		model, stream string
		want          string
	}{
		{Dialect{}, "gemini-3-flash-preview", "false", "/models/gemini-3-flash-preview:generateContent"},
		{Dialect{}, "gemini-3-flash-preview", "true", "/models/gemini-3-flash-preview:streamGenerateContent?alt=sse"},
		{Dialect{}, "models/m", "false", "/models/m:generateContent"},
		{Dialect{}, "tunedModels/m", "false", "/tunedModels/m:generateContent"},
		{Dialect{}, "a/b?c d%", "false", "/models/a%2Fb%3Fc%20d%25:generateContent"},
		{Dialect{Internal: true}, "Gemini 3 Flash", "false", ":generateContent"},
		{Dialect{Internal: true}, "Gemini 3 Flash", "true", ":streamGenerateContent?alt=sse"},
	} {
		r, err := anthropic.ParseRequest(`{"model":"c","stream":` + tc.stream + `}`)
		if err != nil {
			t.Fatal(err)
		}
		if e, err := tc.d.Encode(r, tc.model); err != nil || e.Path != tc.want {
			t.Errorf("%q %v, want %q", e.Path, err, tc.want)
		}
	}
}

func TestCount(t *testing.T) {
	r, err := anthropic.ParseRequest(`{"model":"c","system":"s","messages":[{"role":"user","content":"a"}]}`)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Dialect{}.EncodeCount(r, "m")
	if err != nil || e.Path != "/models/m:countTokens" {
		t.Fatal(e.Path, err)
	}
	if want := `{"generateContentRequest":{"model":"models/m","systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[{"text":"a"}]}]}}`; e.Body[0] != want {
		t.Errorf("\n got %s\nwant %s", e.Body[0], want)
	}
	if got, err := (Dialect{}).DecodeCount([]byte(`{"totalTokens":31,"cachedContentTokenCount":3}`)); err != nil || string(got) != `{"input_tokens":31}` {
		t.Errorf("%s %v", got, err)
	}
	if _, err := (Dialect{}).DecodeCount([]byte(`<html>`)); err == nil {
		t.Error("HTML is no count")
	}
	if !(Dialect{}).Counts() || (Dialect{Internal: true}).Counts() {
		t.Error("v1internal counts no tokens, the API does")
	}
}
