package usage

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterglow/proxy/anthropic"
)

func metered(contentType, body string, chunk int) *Meter {
	m := New(contentType)
	for body != "" {
		n := min(chunk, len(body))
		io.WriteString(m, body[:n])
		body = body[n:]
	}
	m.End()
	return m
}

func TestUsage(t *testing.T) {
	const stream, whole = "text/event-stream; charset=utf-8", "application/json"
	for name, tc := range map[string]struct {
		kind, body string
		model      string
		usage      anthropic.Usage
		details    map[string]int64
	}{
		// RC-14: what the cache served is not counted twice.
		"Chat": {whole, `{"model":"gpt","choices":[{}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
			"prompt_tokens_details":{"cached_tokens":80,"audio_tokens":3},"completion_tokens_details":{"reasoning_tokens":7,"accepted_prediction_tokens":0}}}`,
			"gpt", anthropic.Usage{Input: 20, Output: 20, CacheRead: 80, Reasoning: 7}, map[string]int64{"input_audio_tokens": 3, "output_reasoning_tokens": 7}},
		// RC-1, RC-9: a null is no counts; counts that come after the end are counts.
		"Chat, stream": {stream, `data: {"model":"glm-5.1-0414","choices":[{"delta":{"content":"a"}}],"usage":null}` + "\n\n" + `data: {"choices":[],"usage":null}` + "\n\n" +
			`data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}` + "\n\ndata: [DONE]\n\n",
			"glm-5.1-0414", anthropic.Usage{Input: 10, Output: 5}, nil},
		// RC-13
		"CRLF and no space": {stream, `data:{"usage":{"prompt_tokens":33}}` + "\r\n\r\n", "", anthropic.Usage{Input: 33}, nil},
		"cut off":           {stream, `data: {"usage":{"prompt_tokens":33}}`, "", anthropic.Usage{Input: 33}, nil},
		"Responses": {whole, `{"model":"gpt","usage":{"input_tokens":50,"input_tokens_details":{"cached_tokens":50},"output_tokens":9,"output_tokens_details":{"reasoning_tokens":4}}}`,
			"gpt", anthropic.Usage{Output: 9, CacheRead: 50, Reasoning: 4}, map[string]int64{"output_reasoning_tokens": 4}},
		"Responses, stream": {stream, `data: {"type":"response.created","response":{"model":"gpt","usage":null,"error":null}}` + "\n\n" +
			`data: {"type":"response.completed","response":{"model":"gpt","error":null,"usage":{"input_tokens":5,"output_tokens":6}}}` + "\n\n",
			"gpt", anthropic.Usage{Input: 5, Output: 6}, nil},
		"Embeddings":    {whole, `{"object":"list","data":[{"embedding":[0.1,0.2]}],"model":"e","usage":{"prompt_tokens":8,"total_tokens":8}}`, "e", anthropic.Usage{Input: 8}, nil},
		"Transcription": {whole, `{"text":"x","usage":{"type":"tokens","input_tokens":14,"input_token_details":{"audio_tokens":14},"output_tokens":4}}`, "", anthropic.Usage{Input: 14, Output: 4}, map[string]int64{"input_audio_tokens": 14}},
		"by the second": {whole, `{"text":"x","usage":{"type":"duration","seconds":9}}`, "", anthropic.Usage{}, nil},
		"DeepSeek":      {whole, `{"model":"d","usage":{"prompt_tokens":30,"completion_tokens":1,"prompt_cache_hit_tokens":20,"prompt_cache_miss_tokens":10}}`, "d", anthropic.Usage{Input: 10, Output: 1, CacheRead: 20}, nil},
		"Gemini": {whole, `{"candidates":[],"modelVersion":"gemini-3","usageMetadata":{"promptTokenCount":40,"cachedContentTokenCount":30,"candidatesTokenCount":5,"thoughtsTokenCount":6,"toolUsePromptTokenCount":2,"totalTokenCount":53}}`,
			"gemini-3", anthropic.Usage{Input: 12, Output: 11, CacheRead: 30, Reasoning: 6}, map[string]int64{"output_reasoning_tokens": 6, "input_tool_use_tokens": 2}},
		"Gemini, stream": {stream, `data: {"modelVersion":"gemini-3","usageMetadata":{"promptTokenCount":4}}` + "\n\n" + `data: {"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":9}}` + "\n\n",
			"gemini-3", anthropic.Usage{Input: 4, Output: 9}, nil},
		"Gemini, array": {whole, `[{"modelVersion":"g","usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2}}` + "\n,\r\n" + `{"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":9}}]`,
			"g", anthropic.Usage{Input: 4, Output: 9}, nil},
		"a count is no cost": {whole, `{"totalTokens":500}`, "", anthropic.Usage{}, nil},
		"Messages": {whole, `{"model":"claude","usage":{"input_tokens":3,"cache_read_input_tokens":5000,"cache_creation_input_tokens":7,"output_tokens":2,"cache_creation":{"ephemeral_5m_input_tokens":7}}}`,
			"claude", anthropic.Usage{Input: 3, Output: 2, CacheRead: 5000, CacheCreation: 7}, map[string]int64{"ephemeral_5m_input_tokens": 7}},
		"Messages, for an hour": {whole, `{"model":"claude","usage":{"input_tokens":3,"cache_creation_input_tokens":7,"output_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens_details":{"thinking_tokens":5}}}`,
			"claude", anthropic.Usage{Input: 3, Output: 9, CacheCreation: 7, CacheCreation1h: 4, Reasoning: 5}, map[string]int64{"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4, "output_thinking_tokens": 5}},
		"only the parts": {whole, `{"usage":{"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens":1}}`,
			"", anthropic.Usage{Output: 1, CacheCreation: 7, CacheCreation1h: 4}, map[string]int64{"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}},
		"parts above the whole": {whole, `{"usage":{"cache_creation_input_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":4},"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":8}}}`,
			"", anthropic.Usage{Output: 1, CacheCreation: 2, CacheCreation1h: 2, Reasoning: 1}, map[string]int64{"ephemeral_1h_input_tokens": 4, "output_reasoning_tokens": 8}},
		// RC-2, RC-6: nulls are no counts, and a zero does not overwrite.
		"Messages, stream": {stream, "event: message_start\n" + `data: {"type":"message_start","message":{"model":"claude","usage":{"input_tokens":1200,"output_tokens":1}}}` + "\n\n" +
			`data: {"type":"message_start","message":null}` + "\n\n" + `data: {"type":"message_delta","usage":{"input_tokens":0,"output_tokens":9}}` + "\n\n",
			"claude", anthropic.Usage{Input: 1200, Output: 9}, nil},
		"neither":  {"audio/mpeg", `{"model":"no","usage":{"input_tokens":3}}`, "", anthropic.Usage{}, nil},
		"nonsense": {whole, `{"model":7,"usage":"much"`, "", anthropic.Usage{}, nil},
	} {
		for _, chunk := range []int{1, 10, 1 << 20} {
			m := metered(tc.kind, tc.body, chunk)
			if d := cmp.Diff(Usage{tc.usage, tc.details}, m.Usage); d != "" || m.Model != tc.model || m.Err != nil {
				t.Errorf("%s by %d: model %q, error %v, usage %s", name, chunk, m.Model, m.Err, d)
			}
		}
	}
}

func TestErrorsWithinAStream(t *testing.T) {
	for name, body := range map[string]string{
		"Messages":  "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"too much\"}}\n\n",
		"Chat":      `data: {"error":{"message":"too much","code":"1302"}}` + "\n\n",
		"Responses": `data: {"type":"response.failed","response":{"error":{"code":"server_error","message":"too much"}}}` + "\n\n",
		"a text":    `data: {"error":"too much"}` + "\n\n",
	} {
		m := metered("text/event-stream", body, 5)
		if m.Err == nil || !strings.Contains(m.Err.Error(), "too much") {
			t.Errorf("%s: %v", name, m.Err)
		}
	}
}

// A vendor that writes without end fills no memory.
func TestDetailsAreBounded(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"usage":{"input_tokens_details":{"` + strings.Repeat("x", 1000) + `":1`)
	for i := range 1000 {
		body.WriteString(`,"d` + strings.Repeat("i", i%50+1) + `":1`)
	}
	body.WriteString(`}}}`)
	if m := metered("application/json", body.String(), 1<<20); len(m.Usage.Details) != maxDetails {
		t.Errorf("%d details", len(m.Usage.Details))
	}
}
