package proxy

import (
	"context"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// A conversation of the official client with a tool, over a vendor of each dialect: what the vendor
// thought and signed comes back to it with the tool's result.
func TestSDKToolLoopOverEveryDialect(t *testing.T) {
	for dialect, tc := range map[string]struct{ base, model, thought string }{
		"anthropic": {"", "claude-x", `"signature":"c2ltdWxhdGVkLXNpZ25hdHVyZQ=="`},
		"openai":    {"/v1", "gpt-x", `"reasoning_content":"The user wants something."`},
		"gemini":    {"/v1beta", "gemini-3-x", `"thoughtSignature":"`},
	} {
		for _, stream := range []bool{false, true} {
			t.Run(dialect+map[bool]string{true: "/stream", false: "/whole"}[stream], func(t *testing.T) {
				v, err := fakevendor.Start(fakevendor.Options{Key: "key-of-v"})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(v.Close)
				s, base := serve(t, row("v", v.URL()+tc.base, limited(3), func(v *config.Vendor) {
					v.Dialect, v.DefaultModel, v.Models, v.Accepts = dialect, tc.model, nil, config.AcceptsBy(dialect)
					v.Chat = config.Chat{Reasoning: "reasoning_content", MaxTokens: "max_tokens"}
					if dialect == "gemini" {
						v.Auth = config.AuthGoogleKey
					}
				}))
				client := anthropic.NewClient(option.WithBaseURL(base), option.WithAPIKey("the-clients-own"), option.WithMaxRetries(0), option.WithHeader("X-Claude-Code-Session-Id", "one"))
				p := params(anthropic.NewTextBlock("use read_file"))
				p.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "read_file", InputSchema: anthropic.ToolInputSchemaParam{Properties: map[string]any{"path": map[string]any{"type": "string"}}}}}}
				p.Thinking = anthropic.ThinkingConfigParamUnion{OfAdaptive: &anthropic.ThinkingConfigAdaptiveParam{}}
				p.OutputConfig = anthropic.OutputConfigParam{Effort: "high"}
				m := say(t, client, p, stream)
				use := m.Content[len(m.Content)-1]
				if dialect != "anthropic" && m.Model != p.Model { // Claude Code sends thinking back only under the name that it asked for
					t.Errorf("the answer calls the model %s", m.Model)
				}
				if m.StopReason != "tool_use" || use.Name != "read_file" || !strings.Contains(string(use.Input), "README.md") || m.Usage.InputTokens == 0 {
					t.Fatalf("%+v", m)
				}
				p.Messages = append(p.Messages, m.ToParam(), anthropic.NewUserMessage(anthropic.NewToolResultBlock(use.ID, "what the file says", false)))
				if m = say(t, client, p, stream); m.StopReason != "end_turn" || len(m.Content) == 0 {
					t.Fatalf("%+v", m)
				}
				calls := v.Calls()
				if body := string(calls[len(calls)-1].Body); !strings.Contains(body, "what the file says") || !strings.Contains(body, tc.thought) {
					t.Errorf("%s", body)
				}
				_, records := control(t, "GET", base+"/api/calls", "")
				if r := records.Get("calls.0"); r.Get("vendor_model").Str != tc.model || r.Get("model_served").Str != tc.model {
					t.Errorf("%s", r)
				}
				if g := s.limiter.Snapshot().Gauges; len(g) != 1 || g[0].Model != tc.model {
					t.Errorf("%+v", g)
				}
			})
		}
	}
}

func say(t *testing.T, client anthropic.Client, p anthropic.MessageNewParams, stream bool) (m anthropic.Message) {
	t.Helper()
	if !stream {
		whole, err := client.Messages.New(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		return *whole
	}
	events := client.Messages.NewStreaming(context.Background(), p)
	defer events.Close()
	for events.Next() {
		if err := m.Accumulate(events.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if events.Err() != nil {
		t.Fatal(events.Err())
	}
	return m
}
