package proxy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/normalize"
	"afterglow/proxy/normalize/strict"
)

// pingVendor is a simulated vendor that refuses what its API would, and answers in its own manner.
type pingVendor struct {
	accepts config.Accepts
	answer  func(n int) []fakevendor.Block

	mu     sync.Mutex
	signed map[string]bool
	calls  int
}

// listen checks a body strictly and answers.
func (p *pingVendor) listen(t *testing.T, name string) fakevendor.Script {
	return func(c fakevendor.Call) fakevendor.Answer {
		p.mu.Lock()
		defer p.mu.Unlock()
		rules := strict.Rules{Accepts: normalize.Accepts(p.accepts), Issued: func(s string) bool { return p.signed[s] }}
		if err := strict.Check(c.Body, rules); err != nil {
			t.Errorf("%s, call %d: %v", name, p.calls, err)
			return fakevendor.AnthropicError(400, "invalid_request_error", err.Error())
		}
		p.calls++
		blocks := p.answer(p.calls)
		p.signed[fmt.Sprintf("%s signature %d", name, p.calls)] = true
		thought := fakevendor.ThinkingBlock(fmt.Sprintf("hm %d", p.calls), fmt.Sprintf("%s signature %d", name, p.calls))
		return fakevendor.Message{Blocks: append([]fakevendor.Block{thought}, blocks...)}.Answer()
	}
}

func pingVendors() map[string]*pingVendor {
	anthropic := config.AcceptsAll()
	anthropic.Unsigned = false
	return map[string]*pingVendor{
		"anthropic": {accepts: anthropic, signed: map[string]bool{}, answer: func(n int) []fakevendor.Block {
			return []fakevendor.Block{fakevendor.ToolUseBlock(fmt.Sprintf("toolu_%dA", n), "Bash", `{"a":1}`), fakevendor.ToolUseBlock(fmt.Sprintf("toolu_%dB", n), "Read", `{}`)}
		}},
		"zhipu": {accepts: config.Accepts{Thinking: "enabled", Unsigned: true, Images: true, CacheControl: true, Betas: []string{"*"}}, signed: map[string]bool{}, answer: func(n int) []fakevendor.Block {
			return []fakevendor.Block{fakevendor.TextBlock("well"), fakevendor.ToolUseBlock(fmt.Sprintf("srvtoolu_%d", n), "Bash", `[]`)}
		}},
		"kimi": {accepts: config.Accepts{Thinking: "adaptive", Unsigned: true, SystemRole: true, Betas: []string{"*"}}, signed: map[string]bool{}, answer: func(int) []fakevendor.Block {
			return []fakevendor.Block{fakevendor.ToolUseBlock("functions.Bash:0", "Bash", `{}`), fakevendor.ToolUseBlock("functions.Bash:1", "Bash", `{}`)}
		}},
	}
}

// A conversation of two hundred turns that goes from vendor to vendor over real HTTP, streaming and
// not, with tools, thinking, images and system messages: no vendor finds anything to refuse, and as
// long as it stays with Anthropic not a byte is changed.
func TestAConversationMovesBetweenVendors(t *testing.T) {
	vendors := pingVendors()
	sims := map[string]*fakevendor.Vendor{}
	var rows []config.Vendor
	for _, name := range []string{"anthropic", "zhipu", "kimi"} {
		sims[name] = simulated(t, vendors[name].listen(t, name))
		rows = append(rows, row(name, sims[name].URL(), func(v *config.Vendor) { v.Accepts = vendors[name].accepts }))
	}
	s, base := serve(t, rows...)
	history := []string{`{"role":"user","content":"hello"}`}
	for turn := range 200 {
		name := "anthropic"
		if turn >= 20 {
			name = []string{"zhipu", "anthropic", "kimi"}[turn%3]
		}
		s.memory.Sessions.Bind(config.Session{Match: "ping", Vendors: []string{name}, Strict: true})
		body := fmt.Sprintf(`{"model":"claude-opus-5-5","max_tokens":32000,"thinking":{"type":"adaptive"},"context_management":{"edits":[]},"stream":%v,`+
			`"tools":[{"name":"Bash","input_schema":{"type":"object"}},{"name":"Read","input_schema":{"type":"object"}}],"messages":[%s]}`, turn%2 == 0, strings.Join(history, ","))
		resp, answer := post(t, base, body, "X-Claude-Code-Session-Id", "ping")
		if resp.StatusCode != 200 || resp.Header.Get("Afterglow-Vendor") != name {
			t.Fatalf("turn %d, %s: %d %s", turn, name, resp.StatusCode, answer)
		}
		if turn < 20 {
			calls := sims[name].Calls()
			if sent := string(calls[len(calls)-1].Body); sent != body {
				t.Fatalf("turn %d: the body was changed", turn)
			}
		}
		content := gjson.Get(answer, "content").Raw
		if turn%2 == 0 {
			content = assemble(t, answer)
		}
		history = append(history, `{"role":"assistant","content":`+content+`}`, results(turn, content))
		if turn%5 == 0 {
			history = append(history, `{"role":"system","content":"a reminder"}`)
		}
	}
}

// results is the client's next turn: a result for every use, in no certain order, images among them.
func results(turn int, content string) string {
	var blocks []string
	for _, b := range gjson.Parse(content).Array() {
		if id := b.Get("id").Str; id != "" {
			blocks = append(blocks, `{"type":"tool_result","tool_use_id":"`+id+`","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]}`)
		}
	}
	if turn%2 == 0 {
		slices.Reverse(blocks)
	}
	return `{"role":"user","content":[` + strings.Join(append(blocks, `{"type":"text","text":"go on"}`), ",") + `]}`
}

// assemble puts a stream's blocks together, as a client does.
func assemble(t *testing.T, stream string) string {
	t.Helper()
	var blocks []string
	var head gjson.Result
	var text, signature, input strings.Builder
	for line := range strings.Lines(stream) {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		e := gjson.Parse(data)
		switch e.Get("type").Str {
		case "content_block_start":
			head = e.Get("content_block")
			text.Reset()
			signature.Reset()
			input.Reset()
		case "content_block_delta":
			d := e.Get("delta")
			text.WriteString(d.Get("text").Str + d.Get("thinking").Str)
			signature.WriteString(d.Get("signature").Str)
			input.WriteString(d.Get("partial_json").Str)
		case "content_block_stop":
			switch head.Get("type").Str {
			case "text":
				blocks = append(blocks, fmt.Sprintf(`{"type":"text","text":%q}`, text.String()))
			case "thinking":
				blocks = append(blocks, fmt.Sprintf(`{"type":"thinking","thinking":%q,"signature":%q}`, text.String(), signature.String()))
			case "tool_use":
				blocks = append(blocks, fmt.Sprintf(`{"type":"tool_use","id":%q,"name":%q,"input":%s}`, head.Get("id").Str, head.Get("name").Str, input.String()))
			default:
				t.Fatalf("block %s", head.Raw)
			}
		}
	}
	return "[" + strings.Join(blocks, ",") + "]"
}
