package fakevendor_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"afterglow/proxy/fakevendor"
)

// The official client reads a simulated vendor of Chat Completions: whole, as a stream, with a tool, and
// its errors.
func TestOpenAIsClientReadsIt(t *testing.T) {
	v, err := fakevendor.Start(fakevendor.Options{Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	client := openai.NewClient(option.WithBaseURL(v.URL()+"/v1"), option.WithAPIKey("k"), option.WithMaxRetries(0))
	params := openai.ChatCompletionNewParams{Model: "gpt-x", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("use read_file")}}
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "read_file", Parameters: openai.FunctionParameters{"type": "object", "properties": map[string]any{}}})}
	whole, err := client.Chat.Completions.New(context.Background(), params)
	if err != nil {
		t.Fatal(err)
	}
	stream := client.Chat.Completions.NewStreaming(context.Background(), params)
	defer stream.Close()
	var acc openai.ChatCompletionAccumulator
	for stream.Next() {
		acc.AddChunk(stream.Current())
	}
	if stream.Err() != nil {
		t.Fatal(stream.Err())
	}
	for how, c := range map[string]openai.ChatCompletion{"whole": *whole, "stream": acc.ChatCompletion} {
		m := c.Choices[0].Message
		var input map[string]any
		if len(m.ToolCalls) != 1 || m.ToolCalls[0].Function.Name != "read_file" || json.Unmarshal([]byte(m.ToolCalls[0].Function.Arguments), &input) != nil ||
			c.Choices[0].FinishReason != "tool_calls" || c.Usage.PromptTokens == 0 || m.Content != "I will use read_file." {
			t.Errorf("%s: %s", how, c.RawJSON())
		}
	}
	models, err := client.Models.List(context.Background())
	if err != nil || len(models.Data) != 1 {
		t.Error(models, err)
	}
	v.SetScript(fakevendor.Always(fakevendor.OpenAIError(429, "requests", "rate_limit_exceeded", "slow down")))
	var refused *openai.Error
	if _, err := client.Chat.Completions.New(context.Background(), params); !errors.As(err, &refused) || refused.StatusCode != 429 || refused.Code != "rate_limit_exceeded" {
		t.Error(err)
	}
}
