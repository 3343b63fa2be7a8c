package conformance

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/tidwall/gjson"
)

// TestTheSDKReadsEveryAnswer has Anthropic's own client read each scenario's answer through the proxy. What it
// accumulates from a stream is what the events said; what broke is an error to it, never a message.
func TestTheSDKReadsEveryAnswer(t *testing.T) {
	for _, s := range scenarios(t) {
		s.answers(func(dialect, name, text string) {
			t.Run(s.name()+"/"+dialect+"/"+name, func(t *testing.T) {
				t.Parallel()
				client := anthropicsdk.NewClient(option.WithBaseURL(through(t, dialect, answering(name, text))), option.WithAPIKey("k"), option.WithMaxRetries(0))
				params := anthropicsdk.MessageNewParams{Model: "claude-opus-5-5", MaxTokens: 100, Messages: []anthropicsdk.MessageParam{anthropicsdk.NewUserMessage(anthropicsdk.NewTextBlock("hi"))}}
				kind, want := filepath.Ext(name), s.section(answered(dialect+"/"+name))
				if kind == ".sse" {
					m, err := accumulate(client, params)
					if broken := !strings.Contains(want, "event: message_stop"); broken != (err != nil) {
						t.Fatalf("the events: %s\nthe SDK: %v", want, err)
					}
					if err == nil {
						same(t, m, want)
					}
					return
				}
				m, err := client.Messages.New(context.Background(), params)
				if failed := kind == ".http" || strings.HasPrefix(want, "refused"); failed != (err != nil) {
					t.Fatalf("%s\nthe SDK: %v", want, err)
				}
				if err == nil && (len(m.Content) != int(gjson.Get(want, "content.#").Int()) || string(m.StopReason) != gjson.Get(want, "stop_reason").Str || m.Usage.OutputTokens != gjson.Get(want, "usage.output_tokens").Int()) {
					t.Errorf("%+v\n%s", m, want)
				}
			})
		})
	}
}

func accumulate(client anthropicsdk.Client, params anthropicsdk.MessageNewParams) (m anthropicsdk.Message, err error) {
	stream := client.Messages.NewStreaming(context.Background(), params)
	defer stream.Close()
	for stream.Next() {
		if err := m.Accumulate(stream.Current()); err != nil {
			return m, err
		}
	}
	return m, stream.Err()
}

// same compares a message that the SDK put together with the events.
func same(t *testing.T, m anthropicsdk.Message, events string) {
	t.Helper()
	var text, thinking, signatures string
	var blocks, uses int
	for e := range strings.SplitSeq(events, "\n\n") {
		_, data, _ := strings.Cut(e, "data: ")
		v := gjson.Parse(data)
		delta := v.Get("delta")
		text += delta.Get("text").Str
		thinking += delta.Get("thinking").Str
		signatures += delta.Get("signature").Str
		if v.Get("type").Str == "content_block_start" {
			blocks++
			if v.Get("content_block.type").Str == "tool_use" {
				uses++
			}
		}
		if v.Get("type").Str == "message_delta" && string(m.StopReason) != delta.Get("stop_reason").Str {
			t.Errorf("stop reason %s, the event says %s", m.StopReason, delta.Raw)
		}
	}
	for _, b := range m.Content {
		blocks--
		switch b.Type {
		case "text":
			text = strings.Replace(text, b.Text, "", 1)
		case "thinking":
			thinking = strings.Replace(thinking, b.Thinking, "", 1)
			signatures = strings.Replace(signatures, b.Signature, "", 1)
		case "tool_use":
			uses--
			if b.ID == "" || b.Name == "" {
				t.Errorf("%+v", b)
			}
		}
	}
	if text+thinking+signatures != "" || blocks != 0 || uses != 0 {
		t.Errorf("the SDK misses text %q, thinking %q, signatures %q, %d blocks, %d uses", text, thinking, signatures, blocks, uses)
	}
}
