package gemini

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genai"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/fakevendor"
)

// The streams of these tests are ones that the SDK reads too.
func TestTheSDKReadsTheAnswers(t *testing.T) {
	for name, tc := range answers() {
		if name == "v1internal" || name == "args that are no object" {
			continue // the public API has neither
		}
		for _, chunk := range tc.chunks {
			var read genai.GenerateContentResponse
			if err := json.Unmarshal([]byte(chunk), &read); err != nil {
				t.Errorf("%s: %v in %s", name, err, chunk)
			}
		}
	}
}

func sdk(t *testing.T, opts fakevendor.Options) (*genai.Client, *fakevendor.Vendor) {
	t.Helper()
	v, err := fakevendor.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	c, err := genai.NewClient(t.Context(), &genai.ClientConfig{APIKey: "k", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: v.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	return c, v
}

// The official client judges the simulated vendor: what it takes for a Gemini, tests may.
func TestTheSDKTakesTheSimulatedVendorForGemini(t *testing.T) {
	c, _ := sdk(t, fakevendor.Options{Key: "k"})
	config := &genai.GenerateContentConfig{
		ThinkingConfig: &genai.ThinkingConfig{IncludeThoughts: true},
		Tools:          []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "ReadFile"}}}},
	}
	history := []*genai.Content{genai.NewContentFromText("Please call ReadFile", genai.RoleUser)}
	answer, err := c.Models.GenerateContent(t.Context(), flash3, history, config)
	if err != nil {
		t.Fatal(err)
	}
	calls := answer.FunctionCalls()
	said := answer.Candidates[0].Content
	if len(calls) != 1 || calls[0].Name != "ReadFile" || calls[0].Args["path"] != "README.md" || !said.Parts[0].Thought || len(said.Parts[2].ThoughtSignature) == 0 {
		t.Fatalf("%+v", said)
	}
	if answer.UsageMetadata.PromptTokenCount == 0 || answer.ResponseID == "" || answer.ModelVersion != flash3 || answer.Candidates[0].FinishReason != genai.FinishReasonStop {
		t.Errorf("%+v", answer)
	}
	history = append(history, said, genai.NewContentFromFunctionResponse("ReadFile", map[string]any{"output": "words"}, genai.RoleUser))
	text := ""
	for chunk, err := range c.Models.GenerateContentStream(t.Context(), flash3, history, config) {
		if err != nil {
			t.Fatal(err)
		}
		text += chunk.Text()
	}
	if text != "Hello from a simulated vendor." {
		t.Errorf("%q", text)
	}
	said.Parts[2].ThoughtSignature = nil
	var refused genai.APIError
	if _, err := c.Models.GenerateContent(t.Context(), flash3, history, config); !errors.As(err, &refused) || refused.Code != 400 || refused.Status != "INVALID_ARGUMENT" {
		t.Errorf("a call without its signature: %v", err)
	}
}

func TestTheSDKOnTheOtherEndpoints(t *testing.T) {
	c, v := sdk(t, fakevendor.Options{})
	hello := genai.Text("hello")
	if n, err := c.Models.CountTokens(t.Context(), "m", hello, nil); err != nil || n.TotalTokens == 0 {
		t.Errorf("%+v %v", n, err)
	}
	list, err := c.Models.List(t.Context(), nil)
	if err != nil || len(list.Items) != 1 || list.Items[0].Name != "models/gemini-simulated" {
		t.Errorf("%+v %v", list, err)
	}
	v.SetScript(fakevendor.Always(fakevendor.GeminiError(429, "RESOURCE_EXHAUSTED", "no", fakevendor.RetryInfo("3s"))))
	var refused genai.APIError
	if _, err := c.Models.GenerateContent(t.Context(), "m", hello, nil); !errors.As(err, &refused) || refused.Code != 429 || refused.Details[0]["retryDelay"] != "3s" {
		t.Errorf("%v", err)
	}
	calls := v.Calls()
	if last := calls[len(calls)-1]; last.Model != "m" || last.Stream {
		t.Errorf("%+v", last)
	}
}

// sdkRequest is a request in the SDK's own types.
type sdkRequest struct {
	SystemInstruction *genai.Content          `json:"systemInstruction,omitempty"`
	Tools             []*genai.Tool           `json:"tools,omitempty"`
	ToolConfig        *genai.ToolConfig       `json:"toolConfig,omitempty"`
	GenerationConfig  *genai.GenerationConfig `json:"generationConfig,omitempty"`
	Contents          []*genai.Content        `json:"contents"`
}

// What is sent has no field that the SDK does not know, and each one as the SDK would write it.
func TestRequestsAreTheSDKs(t *testing.T) {
	for name, body := range bodies(t) {
		r, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Dialect{}.Encode(r, flash2) // one that needs no stand-in, which is no base64
		if err != nil {
			t.Fatal(err)
		}
		var read sdkRequest
		d := json.NewDecoder(strings.NewReader(e.Body[0]))
		d.DisallowUnknownFields()
		if err := d.Decode(&read); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(value(t, []byte(e.Body[0])), value(t, again)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// value decodes JSON. The SDK leaves out what is false and what is empty.
func value(t *testing.T, raw []byte) any {
	t.Helper()
	var v any
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&v); err != nil {
		t.Fatal(err)
	}
	return trimmed(v)
}

func trimmed(v any) any {
	if m, ok := v.(map[string]any); ok {
		for key, one := range m {
			if one = trimmed(one); one == nil || one == false && key != "default" {
				delete(m, key)
			} else {
				m[key] = one
			}
		}
		if len(m) == 0 {
			return nil
		}
	}
	if list, ok := v.([]any); ok {
		for n := range list {
			list[n] = trimmed(list[n])
		}
	}
	return v
}
