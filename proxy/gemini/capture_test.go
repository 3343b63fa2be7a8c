package gemini

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/capturetest"
)

// everything is a body with every kind of block, and fields that this dialect has no place for.
const everything = `{"model":"claude","stream":true,"max_tokens":10,"temperature":0.5,"top_p":0.9,"top_k":5,"stop_sequences":["END"],"service_tier":"auto",
"metadata":{"user_id":"u1","more":1},"thinking":{"type":"enabled","budget_tokens":2000,"speed":1},"output_config":{"effort":"low","task_budget":{}},
"tool_choice":{"type":"any","disable_parallel_tool_use":true,"odd":1},
"system":[{"type":"text","text":"system-text","cache_control":{"type":"ephemeral"}}],
"tools":[{"name":"tool-name","description":"tool-description","input_schema":{"type":"object","properties":{"prop-name":{"type":"string","description":"prop-description","contentEncoding":"x"}}},"defer_loading":true,"strict":true,"eager":1},{"type":"web_search_20250305","name":"web_search"}],
"messages":[
{"role":"user","content":[{"type":"text","text":"user-text","citations":[{"x":1}],"flavour":1},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aW1hZ2U="}},{"type":"image","source":{"type":"url","url":"http://h/image.png"}},
 {"type":"document","title":"doc-title","context":"doc-context","source":{"type":"base64","media_type":"application/pdf","data":"cGRm"}},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"doc-text"}},{"type":"document","source":{"type":"url","url":"http://h/doc.pdf"}},
 {"type":"document","source":{"type":"content","content":[{"type":"text","text":"doc-block"}]}},{"type":"search_result","source":"http://h/found","title":"found-title","content":[{"type":"text","text":"found-text"}],"citations":{"enabled":true}},
 {"type":"tool_reference","tool_name":"referenced-tool"},{"type":"container_upload","file_id":"f1"},{"type":"new_kind","value":1}]},
{"role":"system","content":"system-message"},
{"role":"assistant","weird":1,"content":[{"type":"thinking","thinking":"own-thought","signature":"gemini:call:c2lnbg=="},{"type":"thinking","thinking":"foreign-thought","signature":"EqQB"},{"type":"redacted_thinking","data":"x"},{"type":"text","text":"assistant-text"},
 {"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]},{"type":"mcp_tool_use","id":"m1","name":"x","server_name":"s","input":{}},{"type":"mcp_tool_result","tool_use_id":"m1","content":[]},
 {"type":"tool_use","id":"toolu_1","name":"tool-name","input":{"path":"input-value"},"caller":{"type":"direct"}}]},
{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"result-text"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"bW92ZWQ="}},{"type":"tool_reference","tool_name":"found-tool"}]},{"type":"tool_result","tool_use_id":"toolu_2","is_error":true,"content":"error-text"},{"type":"text","text":"after-text"}]}]}`

// bodies are what is sent in tests: what a real client sent, and everything at once.
func bodies(t testing.TB) map[string]string {
	t.Helper()
	list := capturetest.Bodies(t)
	list["everything"] = everything
	return list
}

// labelled are the blocks and fields that the API has no place for, by their label.
var labelled = map[string]string{
	"cache_control": "cache_control", "citations": "citations", "defer_loading": "defer_loading", "strict": "strict",
	"context_management": "context_management", "metadata": "metadata", "caller": "caller", "flavour": "flavour", "weird": "weird", "eager": "eager",
	"service_tier": "service_tier", "more": "more", "speed": "speed", "task_budget": "task_budget", "odd": "odd", "disable_parallel_tool_use": "disable_parallel_tool_use",
	"contentEncoding": "tool_schema", "value": "value", "server_name": "server_name", "file_id": "file_id",
}

// Nothing of a body is lost: what is in it is in the request, or a label names it.
func TestNothingIsLost(t *testing.T) {
	for name, body := range bodies(t) {
		r, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Dialect{}.Encode(r, flash2)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		l := ledger{t, name, e.Labels, map[string]bool{}}
		gather(gjson.Parse(e.Body[0]), l.sent)
		root := gjson.Parse(body)
		root.ForEach(func(key, value gjson.Result) bool {
			switch key.Str {
			case "system":
				l.content(value)
			case "messages":
				value.ForEach(func(_, m gjson.Result) bool {
					l.fields(m, "role", "content")
					l.content(m.Get("content"))
					return true
				})
			case "tools":
				value.ForEach(func(_, tool gjson.Result) bool { l.tool(tool); return true })
			case "model", "stream", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences":
			case "thinking":
				l.fields(value, "type", "budget_tokens", "display")
			case "output_config":
				l.fields(value, "effort", "format")
			case "tool_choice":
				l.fields(value, "type", "name")
			default:
				l.labelled(key.Str)
			}
			return true
		})
	}
}

// ledger is what was sent of a body, and the labels of what was not.
type ledger struct {
	t      *testing.T
	name   string
	labels anthropic.Labels
	sent   map[string]bool // every text and key of the request
}

func gather(v gjson.Result, into map[string]bool) {
	switch {
	case v.IsObject():
		v.ForEach(func(key, value gjson.Result) bool {
			into[key.Str] = true
			gather(value, into)
			return true
		})
	case v.IsArray():
		v.ForEach(func(_, value gjson.Result) bool { gather(value, into); return true })
	default:
		into[v.String()] = true
	}
}

func (l ledger) find(text string) {
	l.t.Helper()
	if text == "" || l.sent[text] || l.sent["<system>\n"+text+"\n</system>"] || l.sent["[tool: "+text+"]"] {
		return
	}
	for sent := range l.sent { // joined with others
		if strings.Contains(sent, text) {
			return
		}
	}
	l.t.Errorf("%s: lost %.80q", l.name, text)
}

func (l ledger) labelled(field string) {
	l.t.Helper()
	label := labelled[field]
	if label == "" {
		label = field
	}
	if !slices.Contains(l.labels, label) {
		l.t.Errorf("%s: %s is lost and not in %v", l.name, field, l.labels)
	}
}

// fields checks that what an object has beyond the known is labelled.
func (l ledger) fields(o gjson.Result, known ...string) {
	o.ForEach(func(key, _ gjson.Result) bool {
		if !slices.Contains(known, key.Str) {
			l.labelled(key.Str)
		}
		return true
	})
}

func (l ledger) content(v gjson.Result) {
	if v.Type == gjson.String {
		l.find(v.Str)
		return
	}
	v.ForEach(func(_, b gjson.Result) bool { l.block(b); return true })
}

func (l ledger) block(b gjson.Result) {
	own := map[string][]string{
		"text": {"text"}, "image": {"source"}, "document": {"source", "title", "context"}, "search_result": {"source", "title", "content"}, "tool_reference": {"tool_name"},
		"thinking": {"thinking", "signature"}, "tool_use": {"id", "name", "input"}, "tool_result": {"tool_use_id", "content", "is_error"},
	}
	kind := b.Get("type").Str
	switch {
	case strings.HasPrefix(b.Get("text").Str, "x-anthropic-billing-header:"):
		l.labelled("billing_header")
		return
	case kind == "thinking" && !strings.HasPrefix(b.Get("signature").Str, mark), kind == "redacted_thinking":
		l.labelled("thinking_dropped")
		return
	case strings.HasPrefix(kind, "server_"), strings.HasPrefix(kind, "mcp_"), kind == "web_search_tool_result":
		l.labelled("server_tools")
		return
	case own[kind] == nil:
		l.labelled(kind)
		return
	}
	l.fields(b, append(own[kind], "type")...)
	for _, key := range own[kind] {
		switch v := b.Get(key); {
		case key == "content":
			l.content(v)
		case key == "source" && v.Get("type").Str == "content":
			l.content(v.Get("content"))
		case key == "source" && v.IsObject():
			l.find(v.Get("data").Str + v.Get("url").Str)
		case key == "signature":
			l.find(strings.TrimPrefix(v.Str, "gemini:call:"))
		case key == "input":
			input := map[string]bool{}
			gather(v, input)
			for text := range input {
				l.find(text)
			}
		case key != "is_error":
			l.find(v.Str)
		}
	}
}

func (l ledger) tool(tool gjson.Result) {
	if tool.Get("type").Exists() {
		l.labelled("server_tools")
		return
	}
	l.fields(tool, "name", "description", "input_schema")
	l.find(tool.Get("name").Str)
	l.find(tool.Get("description").Str)
	l.schema(tool.Get("input_schema"))
}

// schema looks for the names and descriptions of the properties, and for what limits their values.
func (l ledger) schema(s gjson.Result) {
	s.Get("properties").ForEach(func(name, p gjson.Result) bool {
		l.find(name.Str)
		l.schema(p)
		return true
	})
	s.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "description", "pattern", "default", "maximum", "maxLength":
			l.find(value.String())
		case "enum":
			value.ForEach(func(_, one gjson.Result) bool { l.find(one.String()); return true })
		case "items":
			l.schema(value)
		case "contentEncoding":
			l.labelled(key.Str)
		}
		return true
	})
}
