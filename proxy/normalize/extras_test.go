package normalize_test

import (
	"strings"
	"testing"

	"afterglow/proxy/normalize"
)

func TestRC28FragmentsOfServerTools(t *testing.T) {
	delta := `{"type":"server_tool_use_delta","partial_json":"{"}`
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(delta)), hello, assistantSays(list(done, delta)), hello},
		hello, assistantSays(list(empty)), hello, assistantSays(list(done)), hello)
	wantLabels(t, labels, normalize.LabelVendorBlocks, normalize.LabelEmptyText)
}

func TestRC39CacheControlAndMetadata(t *testing.T) {
	const cached = `"cache_control":{"type":"ephemeral"}`
	body := `{"model":"m","metadata":{"user_id":"u"},` + cached + `,"system":[{"type":"text","text":"s",` + cached + `}],` +
		`"tools":[{"name":"Bash",` + cached + `,"input_schema":{"properties":{"cache_control":{}}}}],"messages":[` +
		userSays(`[{"type":"text","text":"the \"cache_control\" field",`+cached+`}]`) + `,` +
		assistantSays(`[{`+cached+`,"type":"tool_use","id":"toolu_a","name":"Bash","input":{"cache_control":1}}]`) + `,` +
		userSays(`[{"type":"tool_result","tool_use_id":"toolu_a","content":[{"type":"text","text":"x",`+cached+`}],`+cached+`}]`) + `]}`
	zhipu := normalize.Target{Vendor: "zhipu", Accepts: normalize.Accepts{CacheControl: true}}
	unchanged(t, zhipu, body)

	got, labels := send(t, plain(), body)
	wantLabels(t, labels, normalize.LabelCacheControl)
	want := strings.ReplaceAll(strings.ReplaceAll(body, cached+",", ""), ","+cached, "")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAnthropicsExtras(t *testing.T) {
	body := `{"model":"m","context_management":{"edits":[]},"system":[` +
		`{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.330.839"},{"type":"text","text":"s"}],"messages":[` + hello + `],"stream":true}`
	unchanged(t, claude(), body)
	got, labels := send(t, plain(), body)
	wantLabels(t, labels, normalize.LabelContextManagement, normalize.LabelBilling)
	if want := `{"model":"m","system":[{"type":"text","text":"s"}],"messages":[` + hello + `],"stream":true}`; got != want {
		t.Errorf("got %s", got)
	}
	got, _ = send(t, plain(), `{"model":"m","messages":[`+hello+`],"system":[{"type":"text","text":"x-anthropic-billing-header: x"}],"context_management":{}}`)
	if want := `{"model":"m","messages":[` + hello + `]}`; got != want {
		t.Errorf("nothing left: got %s", got)
	}
}

func TestOnlyServerTools(t *testing.T) {
	got, labels := send(t, plain(), `{"model":"m","tools":[{"type":"web_search_20250305","name":"web_search"}],"tool_choice":{"type":"any"},"messages":[`+hello+`]}`)
	wantLabels(t, labels, normalize.LabelServerTools)
	if want := `{"model":"m","messages":[` + hello + `]}`; got != want { // some vendors refuse an empty list
		t.Errorf("got %s", got)
	}
}

// What only Anthropic knows stays at home: it may hold a token for somebody else.
func TestFieldsThatOnlyAnthropicKnowsStayAtHome(t *testing.T) {
	body := `{"model":"m","mcp_servers":[{"type":"url","url":"https://mcp.example/sse","name":"n","authorization_token":"secret"}],"container":"c_1",` +
		`"max_tokens":9,"temperature":0.5,"a_field_of_next_month":{"x":1},"tools":[{"type":"mcp_toolset","mcp_server_name":"n"},` + tool + `],"messages":[` + hello + `],"service_tier":"auto","stream":true}`
	unchanged(t, claude(), body)
	got, labels := send(t, plain(), body)
	wantLabels(t, labels, normalize.LabelServerTools, normalize.LabelFields)
	if want := `{"model":"m","max_tokens":9,"temperature":0.5,"tools":[` + tool + `],"messages":[` + hello + `],"stream":true}`; got != want {
		t.Errorf("got %s", got)
	}
}

const tool = `{"name":"Bash","input_schema":{"type":"object"}}`

func TestImagesAndDocuments(t *testing.T) {
	image := `{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}`
	document := `{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a \"text\""}}`
	pdf := `{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}}`
	in := []string{
		userSays(list(image, document, pdf)), assistantSays(list(use(a))),
		userSays(`[{"type":"tool_result","tool_use_id":"toolu_a","content":[` + image + `,{"type":"tool_reference","tool_name":"Bash"}]}]`),
	}
	unchanged(t, claude(), conversation(in...))
	note, pages := `{"type":"text","text":"[image: this model takes none]"}`, `{"type":"text","text":"[document: this model takes none]"}`
	labels := messages(t, plain(), in,
		userSays(list(note, `{"type":"text","text":"a \"text\""}`, pages)), assistantSays(list(use(a))),
		userSays(`[{"type":"tool_result","tool_use_id":"toolu_a","content":[`+note+`,{"type":"text","text":"[tool: Bash]"}]}]`))
	wantLabels(t, labels, normalize.LabelServerTools, normalize.LabelImages, normalize.LabelDocuments)
}

func TestSystemMessages(t *testing.T) {
	sys := `{"role":"system","content":[{"type":"text","text":"be brief"}],"output_config":{"effort":"low"}}`
	brief, hi := `{"type":"text","text":"be brief"}`, `{"type":"text","text":"hello"}`
	unchanged(t, claude(), conversation(hello, sys, assistantSays(`"ok"`), hello))
	for _, c := range []struct{ name, in, want string }{
		{"after a user's", hello + `,` + sys, userSays(list(hi, brief))},
		{"before a user's", hello + `,` + assistantSays(`"ok"`) + `,` + sys + `,` + hello,
			hello + `,` + assistantSays(`"ok"`) + `,` + userSays(list(brief, hi))},
		{"first", sys + `,` + sys + `,` + hello, userSays(list(brief, brief, hi))},
		{"between two of the assistant's", hello + `,` + assistantSays(`"a"`) + `,` + sys + `,` + assistantSays(`"b"`) + `,` + hello,
			hello + `,` + assistantSays(`"a"`) + `,` + userSays(list(brief)) + `,` + assistantSays(`"b"`) + `,` + hello},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels := messages(t, plain(), []string{c.in}, c.want)
			wantLabels(t, labels, normalize.LabelSystemFolded)
		})
	}
}

func TestEmptyText(t *testing.T) {
	blank := `{"type":"text","text":" \n\t"}`
	labels := messages(t, claude(),
		[]string{userSays(`""`), assistantSays(list(blank, done)), userSays(list(blank)), assistantSays(`[]`), hello},
		userSays(list(empty)), assistantSays(list(done)), userSays(list(empty)), assistantSays(list(empty)), hello)
	wantLabels(t, labels, normalize.LabelEmptyText)

	messages(t, claude(),
		[]string{hello, assistantSays(list(use(a))), userSays(`[{"type":"tool_result","tool_use_id":"toolu_a","content":[],"is_error":true}]`)},
		hello, assistantSays(list(use(a))), userSays(`[{"type":"tool_result","tool_use_id":"toolu_a","content":"[no output]","is_error":true}]`))

	unchanged(t, claude(), conversation(hello, assistantSays(list(use(a))), userSays(list(result(a, ""))))) // a tool may succeed in silence
	unchanged(t, claude(), conversation(hello, assistantSays(`""`)))                                        // a beginning to go on from
	messages(t, plain(), []string{hello, assistantSays(`"a"`), assistantSays(`""`)},
		hello, assistantSays(`[{"type":"text","text":"a"}]`))
}

func TestTurns(t *testing.T) {
	labels := messages(t, plain(),
		[]string{hello, hello, assistantSays(`"a"`), assistantSays(list(done)), userSays(list(done))},
		userSays(`[{"type":"text","text":"hello"},{"type":"text","text":"hello"}]`),
		assistantSays(list(`{"type":"text","text":"a"}`, done)), userSays(list(done)))
	wantLabels(t, labels, normalize.LabelTurnsMerged)
	unchanged(t, claude(), conversation(hello, hello, assistantSays(`"a"`), assistantSays(list(done)), hello))

	labels = messages(t, claude(), []string{assistantSays(`"a"`), hello},
		userSays(`[{"type":"text","text":"[conversation goes on]"}]`), assistantSays(`"a"`), hello)
	wantLabels(t, labels, normalize.LabelFirstUser)
}

func TestWhatIsNotConcernedKeepsItsBytes(t *testing.T) {
	body := "{ \"model\" : \"m\",\n \"big\": 12345678901234567890, \"messages\": [ " + hello + " ,\n {\"role\":\"assistant\", \"id\":1e3,\"content\": [ " +
		use("call_1") + " ] , \"x\":\"\\u003c\" }\n] , \"stream\" : true }"
	got, _ := send(t, claude(), body)
	head, tail := body[:strings.Index(body, " [ {\"type\"")], body[strings.Index(body, " , \"x\""):strings.Index(body, "\n] ,")]
	if !strings.HasPrefix(got, head) || !strings.Contains(got, tail) || !strings.HasSuffix(got, "\n] , \"stream\" : true }") {
		t.Errorf("got %s", got)
	}
}

func TestFilterBetas(t *testing.T) {
	const header = "claude-code-20250219, context-management-2025-06-27,prompt-caching-scope-2026-01-05"
	for _, c := range []struct {
		accepted []string
		want     string
	}{
		{nil, ""},
		{[]string{"*"}, strings.ReplaceAll(header, " ", "")},
		{[]string{"context-management-*", "claude-code-20250219"}, "claude-code-20250219,context-management-2025-06-27"},
		{[]string{"context-management"}, ""},
	} {
		if got := normalize.FilterBetas(header, c.accepted); got != c.want {
			t.Errorf("%q: %q, want %q", c.accepted, got, c.want)
		}
	}
}
