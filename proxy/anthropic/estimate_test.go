package anthropic

import (
	"os"
	"strings"
	"testing"

	"afterglow/proxy/capturetest"
)

// The counts are those of two public vocabularies: o200k, and the one that Anthropic published for its
// older models.
func TestEstimateIsNearTheVocabularies(t *testing.T) {
	licence, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	chinese := strings.Repeat("智谱的并发限制按账户计算，而不是按密钥计算。供应商返回四二九错误时，请求会在队列中等待，先进先出。\n", 40)
	for name, tc := range map[string]struct {
		text     string
		from, to int64
	}{
		"English": {string(licence), 2216, 2262},
		"Chinese": {chinese, 1520, 1920},
		"code":    {"func (c *Chain) Wait(k limiter.Key) time.Duration { return c.memory.pace.wait(k, c.limiter.Load(k)) }", 28, 36},
	} {
		got := textTokens(tc.text)
		if got < tc.from*8/10 || got > tc.to*13/10 {
			t.Errorf("%s: %d tokens, the vocabularies have %d to %d", name, got, tc.from, tc.to)
		}
	}
}

func TestEstimateCountsEverythingThatIsSent(t *testing.T) {
	count := func(body string) int64 { return decoded(t, body).EstimateTokens() }
	bare := `{"model":"m","messages":[]}`
	if got := count(bare); got != 1 {
		t.Fatalf("an empty request: %d", got)
	}
	for name, part := range map[string]string{
		"system":           `"system":"one two three four"`,
		"system blocks":    `"system":[{"type":"text","text":"one two three four"}]`,
		"text":             `"messages":[{"role":"user","content":"one two three four"}]`,
		"tool use":         `"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Bash","input":{"command":"ls"}}]}]`,
		"tool result":      `"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"one two three four"}]}]`,
		"thinking":         `"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"one two three four"}]}]`,
		"image":            `"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://x"}}]}]`,
		"document of text": `"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"one two three four"}}]}]`,
		"nested":           `"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","data":"AAAA"}}]}]}]`,
		"tools":            `"tools":[{"name":"Bash","description":"runs","input_schema":{"type":"object"}}]`,
		"schema":           `"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}`,
	} {
		if got := count(strings.Replace(bare, `"messages":[]`, part, 1)); got < 4 {
			t.Errorf("%s: %d tokens", name, got)
		}
	}
	for file, body := range capturetest.Bodies(t) {
		if got, size := count(body), int64(len(body)); got < size/7 || got > size/2 {
			t.Errorf("%s: %d tokens for %d bytes", file, got, size)
		}
	}
}
