package openai

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// returned has a client send an answer back, and is what the vendor gets of it.
func returned(t *testing.T, d Dialect, answer string) gjson.Result {
	t.Helper()
	message, err := d.DecodeMessage([]byte(answer), "m")
	if err != nil {
		t.Fatal(err)
	}
	req, err := anthropic.ParseRequest(`{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":` + gjson.GetBytes(message, "content").Raw + `}]}`)
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode(req, "gemini-3-pro-preview")
	if err != nil {
		t.Fatal(err)
	}
	return gjson.Get(strings.Join(out.Body, ""), "messages.1")
}

const calling = `"tool_calls":[{"id":"tool_1","type":"function","function":{"name":"get_weather","arguments":"{\"a\":1}"}}]`

func TestOpenRoutersReasoningDetailsComeBackAsTheyWere(t *testing.T) {
	details := `[{"type":"reasoning.text","text":"hmm","index":0},{"type":"reasoning.encrypted","data":"ENC==","id":"tool_1","index":1}]`
	got := returned(t, Dialect{Reasoning: "reasoning"}, `{"choices":[{"message":{"content":null,"reasoning":"hmm","reasoning_details":`+details+`,`+calling+`},"finish_reason":"tool_calls"}]}`)
	if got.Get("reasoning_details").Raw != details || got.Get("reasoning").Exists() || got.Get("tool_calls.0.id").Str != "tool_1" {
		t.Error(got)
	}
}

func TestThePiecesOfAReasoningDetailAreOne(t *testing.T) {
	var p proofs
	for _, delta := range []string{`{"type":"reasoning.text","text":"a","index":0,"signature":null}`, `{"type":"reasoning.text","text":"b","index":0}`, `{"type":"reasoning.text","signature":"S","index":0}`, `{"type":"reasoning.encrypted","data":"E","index":1}`, `{"type":"reasoning.encrypted","data":"F","index":2}`} {
		p.read(gjson.Parse(`{"reasoning_details":[` + delta + `]}`))
	}
	if got := p.take(); got != `chat:details:[{"type":"reasoning.text","text":"ab","index":0,"signature":"S"},{"type":"reasoning.encrypted","data":"E","index":1},{"type":"reasoning.encrypted","data":"F","index":2}]` {
		t.Error(got)
	}
	if p.read(gjson.Parse(`{"reasoning_details":[{"type":"reasoning.text","text":"unsigned"}]}`)); p.take() != "" {
		t.Error("there is nothing to prove")
	}
}

func TestGooglesSignatureComesBackWithItsCall(t *testing.T) {
	got := returned(t, Dialect{}, `{"choices":[{"message":{"content":"x",`+strings.Replace(calling, `"type"`, `"extra_content":{"google":{"thought_signature":"SIG=="}},"type"`, 1)+`},"finish_reason":"tool_calls"}]}`)
	if got.Get("tool_calls.0.extra_content.google.thought_signature").Str != "SIG==" || got.Get("content").Str != "x" {
		t.Error(got)
	}
}

func TestCopilotsOpaqueReasoningComesBack(t *testing.T) {
	got := returned(t, Dialect{}, `{"choices":[{"message":{"content":"x","reasoning_text":"hmm","reasoning_opaque":"OPQ==",`+calling+`},"finish_reason":"tool_calls"}]}`)
	if got.Get("reasoning_opaque").Str != "OPQ==" || got.Get("reasoning_text").Str != "hmm" {
		t.Error(got)
	}
}

func TestCallsThatAnotherVendorMadeHaveEmptyReasoningForDeepSeek(t *testing.T) {
	answer := `{"choices":[{"message":{"content":null,` + calling + `},"finish_reason":"tool_calls"}]}`
	if got := returned(t, Dialect{Reasoning: "reasoning_content"}, answer); got.Get("reasoning_content").Raw != `""` {
		t.Error(got)
	}
	if got := returned(t, Dialect{Reasoning: "reasoning"}, answer); got.Get("reasoning_content").Exists() {
		t.Error(got)
	}
}
