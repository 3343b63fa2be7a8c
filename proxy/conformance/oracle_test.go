package conformance

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	openaisdk "github.com/openai/openai-go/v3"
	"github.com/tidwall/gjson"
	"google.golang.org/genai"

	"afterglow/proxy/anthropic"
)

// TestRequestsAreTheSDKsOwn reads what vendors get with the types of their official SDKs and writes it again:
// a field that they do not know, or one that they would write otherwise, makes a difference.
func TestRequestsAreTheSDKsOwn(t *testing.T) {
	for name, body := range requests(t) {
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name+"/openai", func(t *testing.T) { again(t, "openai", req, &openaisdk.ChatCompletionNewParams{}) })
		t.Run(name+"/gemini", func(t *testing.T) {
			again(t, "gemini", req, &struct {
				Contents          []*genai.Content        `json:"contents"`
				SystemInstruction *genai.Content          `json:"systemInstruction,omitempty"`
				Tools             []*genai.Tool           `json:"tools,omitempty"`
				ToolConfig        *genai.ToolConfig       `json:"toolConfig,omitempty"`
				GenerationConfig  *genai.GenerationConfig `json:"generationConfig,omitempty"`
			}{})
		})
	}
}

// apart are the fields that are not compared as they are: one that OpenAI's own API does not have, one that its
// types write by the method that is called, and one that they read as another kind of choice.
var apart = []string{"reasoning_content", "reasoning_details", "reasoning_text", "reasoning_opaque", "extra_content", "stream", "tool_choice"}

func again(t *testing.T, dialect string, req *anthropic.Request, into any) {
	t.Helper()
	out, err := dialects[dialect].Encode(req, vendorModel[dialect])
	if err != nil {
		return // refused
	}
	sent := []byte(strings.Join(out.Body, ""))
	// The Go types know only one alphabet of base64, the API both.
	strict := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(sent), "skip_thought_signature_validator", "skip/thought/signature/validator")))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		t.Fatalf("%v: %.2000s", err, sent)
	}
	written, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(value(t, sent, apart...), value(t, written, apart...)); d != "" {
		t.Errorf("-sent +as the SDK writes it\n%s", d)
	}
	if choice := gjson.GetBytes(sent, "tool_choice"); choice.IsObject() {
		var named openaisdk.ChatCompletionNamedToolChoiceParam
		if err := json.Unmarshal([]byte(choice.Raw), &named); err != nil {
			t.Fatal(err)
		}
		if written, err = json.Marshal(named); err != nil || cmp.Diff(value(t, []byte(choice.Raw)), value(t, written)) != "" {
			t.Errorf("%v %s, sent %s", err, written, choice.Raw)
		}
	}
}

// value is a JSON text as values, without the fields that are not compared.
func value(t *testing.T, text []byte, without ...string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var strip func(v any)
	strip = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range without {
				delete(v, key)
			}
			for key, of := range v {
				if object, ok := of.(map[string]any); of == nil || ok && len(object) == 0 { // the same as not there
					delete(v, key)
				}
				if signature, ok := of.(string); ok && key == "thoughtSignature" { // either alphabet of base64
					v[key] = strings.NewReplacer("_", "/", "-", "+").Replace(signature)
				}
				strip(of)
			}
		case []any:
			for _, of := range v {
				strip(of)
			}
		}
	}
	strip(v)
	return v
}
