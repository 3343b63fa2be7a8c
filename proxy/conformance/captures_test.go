package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/capturetest"
	"afterglow/proxy/config"
	"afterglow/proxy/normalize"
)

// TestNothingIsLostInSilence lists every text, id, name and schema of a request and finds it in what a
// vendor gets, or the label that says why it is not there: for the bodies of a real client and for
// every scenario's, as a vendor's chain sends them, mended first.
func TestNothingIsLostInSilence(t *testing.T) {
	for name, body := range requests(t) {
		for _, dialect := range []string{"openai", "gemini"} {
			t.Run(name+"/"+dialect, func(t *testing.T) {
				req, err := anthropic.ParseRequest(body)
				if err != nil {
					t.Fatal(err)
				}
				mended, labels := normalize.Mend(req, normalize.Target{Vendor: dialect, Accepts: normalize.Accepts(config.AcceptsBy(dialect))})
				out, err := dialects[dialect].Encode(mended, vendorModel[dialect])
				if err != nil {
					return // refused, which is not silence
				}
				labels = append(labels, out.Labels...)
				sent := everyText(strings.Join(out.Body, ""))
				for _, p := range contents(gjson.Parse(body)) {
					found := slices.ContainsFunc(sent, func(s string) bool { return strings.Contains(s, p.text) })
					labelled := slices.ContainsFunc(p.labels, func(l string) bool { return slices.Contains(labels, l) })
					if !found && !labelled {
						t.Errorf("%s is lost: %.200q; labels %v", p.at, p.text, labels)
					}
				}
			})
		}
	}
}

// requests are the bodies of a real client and of the scenarios, by name.
func requests(t *testing.T) map[string]string {
	t.Helper()
	all := capturetest.Bodies(t)
	for _, s := range scenarios(t) {
		if body := s.section("request.json"); body != "" {
			all[s.name()] = strings.TrimSpace(body)
		}
	}
	return all
}

// piece is a text of a request, where it stands, and the labels of which one must be there if it is not sent.
type piece struct {
	at, text string
	labels   []string
}

// carriers are the labels that excuse a block of a type.
var carriers = map[string][]string{
	"thinking":               {"thinking", normalize.LabelThinkingDropped},
	"redacted_thinking":      {"redacted_thinking", normalize.LabelThinkingDropped},
	"server_tool_use":        {"server_tools"},
	"web_search_tool_result": {"server_tools"},
	"new_thing":              {"new_thing"},
}

// contents lists what a request says.
func contents(root gjson.Result) (all []piece) {
	add := func(at, text string, labels ...string) {
		if text != "" {
			all = append(all, piece{at, text, labels})
		}
	}
	blocks(root.Get("system"), "system", add)
	for n, m := range root.Get("messages").Array() {
		blocks(m.Get("content"), fmt.Sprintf("messages.%d", n), add)
	}
	for n, tool := range root.Get("tools").Array() {
		at := fmt.Sprintf("tools.%d", n)
		labels := []string{"-"}
		if kind := tool.Get("type").Str; kind != "" && kind != "custom" {
			labels = []string{"server_tools"}
		}
		add(at, tool.Get("name").Str, append(labels, "tool_names")...)
		add(at, tool.Get("description").Str, labels...)
		schema(tool.Get("input_schema"), at, add)
	}
	schema(root.Get("output_config.format.schema"), "output_config", add)
	add("max_tokens", root.Get("max_tokens").Raw, normalize.LabelMaxTokens)
	add("temperature", root.Get("temperature").Raw)
	add("top_k", root.Get("top_k").Raw, "top_k")
	add("metadata", root.Get("metadata.user_id").Str, "metadata")
	for _, stop := range root.Get("stop_sequences").Array() {
		add("stop_sequences", stop.Str)
	}
	for _, key := range []string{"container", "service_tier", "context_management"} {
		add(key, root.Get(key).Raw, key, normalize.LabelFields)
	}
	return all
}

// schema lists the names and the words of a schema. Its keywords differ by dialect, what it describes does not.
func schema(s gjson.Result, at string, add func(at, text string, labels ...string)) {
	add(at, s.Get("description").Str)
	s.Get("properties").ForEach(func(name, of gjson.Result) bool {
		add(at, name.Str)
		schema(of, at+"."+name.Str, add)
		return true
	})
	if items := s.Get("items"); items.IsObject() {
		schema(items, at, add)
	}
	for _, e := range s.Get("enum").Array() {
		add(at, e.String())
	}
}

func blocks(content gjson.Result, at string, add func(at, text string, labels ...string)) {
	if content.Type == gjson.String {
		add(at, content.Str)
		return
	}
	for n, b := range content.Array() {
		at := fmt.Sprintf("%s.%d", at, n)
		kind := b.Get("type").Str
		labels := carriers[kind]
		if strings.HasPrefix(b.Get("text").Str, "x-anthropic-billing-header:") {
			labels = []string{normalize.LabelBilling}
		}
		for _, field := range []string{"text", "id", "name", "tool_use_id", "thinking", "data", "title", "context", "source.data", "source.url", "tool_name"} {
			excused := labels
			if field == "name" {
				excused = append(slices.Clip(labels), "tool_names")
			}
			add(at+"."+field, b.Get(field).Str, excused...)
		}
		b.Get("input").ForEach(func(key, value gjson.Result) bool {
			add(at+".input", key.Str, labels...)
			add(at+".input", value.String(), labels...)
			return true
		})
		if b.Get("citations.enabled").Bool() {
			add(at+".citations", "citations enabled", "citations")
		}
		if b.Get("cache_control").Exists() {
			add(at+".cache_control", "cache_control of a block", "cache_control")
		}
		if labels == nil {
			blocks(b.Get("content"), at, add)
			blocks(b.Get("source.content"), at, add)
		} else {
			add(at+".content", b.Get("content").Raw, labels...)
		}
	}
}

// everyText is every string and number of a JSON text, the keys too, and what is JSON within strings.
func everyText(text string) (all []string) {
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		switch {
		case v.IsObject() || v.IsArray():
			v.ForEach(func(key, value gjson.Result) bool {
				all = append(all, key.String())
				walk(value)
				return true
			})
		case v.Type == gjson.String:
			all = append(all, v.Str)
			if strings.HasPrefix(v.Str, "{") && json.Valid([]byte(v.Str)) {
				walk(gjson.Parse(v.Str))
			}
		default:
			all = append(all, v.Raw)
		}
	}
	walk(gjson.Parse(text))
	return all
}
