package proxy

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

// sdk is the vendor's own client library, through the proxy to a simulated vendor.
func sdk(t *testing.T, opts fakevendor.Options, edit ...func(*config.Vendor)) (anthropic.Client, *fakevendor.Vendor, *Server) {
	t.Helper()
	opts.Key = "key-of-zhipu"
	v, err := fakevendor.Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	s, base := serve(t, row("zhipu", v.URL(), append(edit, limited(3))...))
	return anthropic.NewClient(option.WithBaseURL(base), option.WithAPIKey("the-clients-own"), option.WithMaxRetries(0)), v, s
}

func params(blocks ...anthropic.ContentBlockParamUnion) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{Model: "claude-opus-5-5", MaxTokens: 2048, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(blocks...)}}
}

// both sends a request streaming and not, and gives each answer to check.
func both(t *testing.T, client anthropic.Client, p anthropic.MessageNewParams, check func(*testing.T, anthropic.Message)) {
	t.Helper()
	t.Run("whole", func(t *testing.T) {
		m, err := client.Messages.New(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		check(t, *m)
	})
	t.Run("stream", func(t *testing.T) {
		stream := client.Messages.NewStreaming(context.Background(), p)
		defer stream.Close()
		var m anthropic.Message
		for stream.Next() {
			if err := m.Accumulate(stream.Current()); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		check(t, m)
	})
}

func TestSDKText(t *testing.T) {
	client, _, _ := sdk(t, fakevendor.Options{})
	both(t, client, params(anthropic.NewTextBlock("hello")), func(t *testing.T, m anthropic.Message) {
		if len(m.Content) != 1 || m.Content[0].Text != "Hello from a simulated vendor." || m.StopReason != "end_turn" || m.Usage.OutputTokens == 0 {
			t.Fatalf("%+v", m)
		}
	})
}

func TestSDKToolUse(t *testing.T) {
	client, _, _ := sdk(t, fakevendor.Options{})
	p := params(anthropic.NewTextBlock("use read_file"))
	p.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "read_file", InputSchema: anthropic.ToolInputSchemaParam{Properties: map[string]any{"path": map[string]any{"type": "string"}}}}}}
	both(t, client, p, func(t *testing.T, m anthropic.Message) {
		use := m.Content[len(m.Content)-1]
		if use.Type != "tool_use" || use.Name != "read_file" || !strings.Contains(string(use.Input), `"path"`) || m.StopReason != "tool_use" {
			t.Fatalf("%+v", m)
		}
	})
}

func TestSDKThinking(t *testing.T) {
	client, v, _ := sdk(t, fakevendor.Options{}, func(v *config.Vendor) { v.Accepts.Thinking = "enabled" })
	p := params(anthropic.NewTextBlock("think"))
	p.Thinking = anthropic.ThinkingConfigParamUnion{OfAdaptive: &anthropic.ThinkingConfigAdaptiveParam{}}
	both(t, client, p, func(t *testing.T, m anthropic.Message) {
		if think := m.Content[0]; think.Type != "thinking" || think.Signature == "" || think.Thinking == "" {
			t.Fatalf("%+v", m)
		}
	})
	for _, c := range v.Calls() {
		if !strings.Contains(string(c.Body), `{"type":"enabled","budget_tokens":2047}`) {
			t.Errorf("adaptive thinking went through: %s", c.Body)
		}
	}
}

func TestSDKImage(t *testing.T) {
	client, v, _ := sdk(t, fakevendor.Options{})
	picture := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("not really a picture ", 1000)))
	both(t, client, params(anthropic.NewImageBlockBase64("image/png", picture), anthropic.NewTextBlock("look")), func(t *testing.T, m anthropic.Message) {
		if len(m.Content) == 0 {
			t.Fatalf("%+v", m)
		}
	})
	for _, c := range v.Calls() {
		if !strings.Contains(string(c.Body), picture) {
			t.Error("the picture got lost")
		}
	}
}

func TestSDKCredentialsStayHere(t *testing.T) {
	client, v, _ := sdk(t, fakevendor.Options{})
	if _, err := client.Messages.New(context.Background(), params(anthropic.NewTextBlock("hello"))); err != nil {
		t.Fatal(err)
	}
	for name, values := range v.Calls()[0].Header {
		if strings.Contains(strings.Join(values, " "), "the-clients-own") {
			t.Errorf("%s: %v", name, values)
		}
	}
}

func TestSDKCancelMidStream(t *testing.T) {
	gate := make(chan struct{})
	defer close(gate)
	client, v, s := sdk(t, fakevendor.Options{Script: fakevendor.Always(fakevendor.Text("never finished").Held(2, gate))})
	ctx, cancel := context.WithCancel(context.Background())
	stream := client.Messages.NewStreaming(ctx, params(anthropic.NewTextBlock("hello")))
	if !stream.Next() || stream.Current().Type != "message_start" {
		t.Fatal(stream.Err())
	}
	await(t, s, "in flight", counts(1, 0))
	cancel()
	for stream.Next() {
	}
	if !errors.Is(stream.Err(), context.Canceled) {
		t.Fatal(stream.Err())
	}
	await(t, s, "permit back", idle)
	eventually(t, "the vendor notices", func() bool { return v.Load().InFlight == 0 })
}

func TestSDKUnderstandsOurErrors(t *testing.T) {
	client, _, _ := sdk(t, fakevendor.Options{Script: fakevendor.Always(fakevendor.ZhipuError(429, "1302", "too many"))})
	_, err := client.Messages.New(context.Background(), params(anthropic.NewTextBlock("hello")))
	var refused *anthropic.Error
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusTooManyRequests || !strings.Contains(refused.RawJSON(), "rate_limit_error") {
		t.Fatalf("%v", err)
	}
	stream := client.Messages.NewStreaming(context.Background(), params(anthropic.NewTextBlock("hello")))
	for stream.Next() {
	}
	if !errors.As(stream.Err(), &refused) || refused.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("%v", stream.Err())
	}
}

func TestSDKCountTokens(t *testing.T) {
	client, _, s := sdk(t, fakevendor.Options{})
	p := params(anthropic.NewTextBlock("hello"))
	count, err := client.Messages.CountTokens(context.Background(), anthropic.MessageCountTokensParams{Model: p.Model, Messages: p.Messages})
	if err != nil || count.InputTokens == 0 {
		t.Fatal(count, err)
	}
	if len(s.limiter.Snapshot().Gauges) != 0 {
		t.Error("counting took a slot")
	}
}
