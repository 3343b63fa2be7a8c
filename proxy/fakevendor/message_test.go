package fakevendor

import (
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

// The official SDK must make the same message of the events as of the body.
func TestPlausibleToTheOfficialSDK(t *testing.T) {
	v := start(t, Options{Key: "k"})
	api := anthropic.NewClient(option.WithBaseURL(v.URL()), option.WithAPIKey("k"), option.WithHTTPClient(client(t)), option.WithMaxRetries(0))
	for name, tc := range map[string]struct {
		say   string
		think bool
		kinds string
		stop  anthropic.StopReason
	}{
		"text":              {"hello", false, "text", "end_turn"},
		"thinking":          {"hello", true, "thinking text", "end_turn"},
		"tool use":          {"please read_file", false, "text tool_use", "tool_use"},
		"thinking and tool": {"please read_file", true, "thinking text tool_use", "tool_use"},
	} {
		params := anthropic.MessageNewParams{
			Model: "claude-opus-5-5", MaxTokens: 4096,
			Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(tc.say))},
			Tools:    []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "read_file"}}},
		}
		if tc.think {
			params.Thinking = anthropic.ThinkingConfigParamOfEnabled(2048)
		}
		whole, err := api.Messages.New(t.Context(), params)
		if err != nil {
			t.Fatal(name, err)
		}
		streamed := anthropic.Message{}
		stream := api.Messages.NewStreaming(t.Context(), params)
		for stream.Next() {
			if err := streamed.Accumulate(stream.Current()); err != nil {
				t.Fatal(name, err)
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(name, err)
		}
		for _, m := range []*anthropic.Message{whole, &streamed} {
			var kinds []string
			for _, b := range m.Content {
				kinds = append(kinds, b.Type)
				if b.Type == "thinking" && (b.Signature == "" || b.Thinking == "") || b.Type == "text" && b.Text == "" ||
					b.Type == "tool_use" && (string(b.Input) != `{"path":"README.md"}` || b.Name != "read_file") {
					t.Errorf("%s: %+v", name, b)
				}
			}
			if strings.Join(kinds, " ") != tc.kinds || m.StopReason != tc.stop || m.Model != params.Model || m.Usage.InputTokens < 10 || m.Usage.OutputTokens < 5 {
				t.Errorf("%s: %s %s %s %+v", name, kinds, m.StopReason, m.Model, m.Usage)
			}
		}
		if whole.Usage.OutputTokens != streamed.Usage.OutputTokens {
			t.Errorf("%s: %d output tokens whole, %d streamed", name, whole.Usage.OutputTokens, streamed.Usage.OutputTokens)
		}
	}
}
