package normalize_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
	"afterglow/proxy/normalize/strict"
)

// maker is a vendor that answers in its own manner and checks strictly what it is asked.
type maker struct {
	to      normalize.Target
	answer  func(n int) []string // content blocks
	answers int                  // so far, each with one thought
	signed  map[string]bool
}

// makers answer with text, with two tools at once, or with one; each has ids and thinking of its own.
func makers(memory *normalize.Provenance) map[string]*maker {
	tool := func(kind, id, input string) string {
		return `{"type":"` + kind + `","id":"` + id + `","name":"Bash","input":` + input + `}`
	}
	all := map[string]*maker{
		"anthropic": {to: claude(), answer: func(n int) []string {
			return []string{thinks(fmt.Sprintf("anthropic %d", n)), tool("tool_use", fmt.Sprintf("toolu_%dA", n), `{}`), tool("tool_use", fmt.Sprintf("toolu_%dB", n), `{"a":1}`)}
		}},
		"zhipu": {to: normalize.Target{Accepts: normalize.Accepts{Thinking: "enabled", Unsigned: true, Images: true, CacheControl: true}}, answer: func(n int) []string {
			return []string{thinks(fmt.Sprintf("zhipu %d", n)), done, tool("server_tool_use", fmt.Sprintf("srvtoolu_%d", n), `[]`)}
		}},
		"kimi": {to: normalize.Target{Accepts: normalize.Accepts{Unsigned: true}}, answer: func(int) []string {
			return []string{`{"type":"thinking","thinking":"by kimi","signature":""}`, `{"type":"text","text":""}`, tool("tool_use", "functions.Bash:0", `{}`), tool("tool_use", "functions.Bash:1", `{}`)}
		}},
	}
	for name, m := range all {
		m.to.Vendor, m.to.Session, m.to.Provenance, m.signed = name, "s", memory, map[string]bool{}
	}
	return all
}

// reply is the client's next message: results of the uses in no certain order, images among them,
// then text, and at times a system message.
func reply(n int, content []string) []string {
	var blocks []string
	for _, block := range content {
		if id := gjson.Get(block, "id").Str; id != "" {
			blocks = append(blocks, `{"type":"tool_result","tool_use_id":"`+id+`","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]}`)
		}
	}
	if n%2 == 0 {
		slices.Reverse(blocks)
	}
	if n%3 == 0 {
		blocks = append(blocks, `{"type":"text","text":"go on","cache_control":{"type":"ephemeral"}}`)
	}
	if len(blocks) == 0 {
		blocks = []string{done}
	}
	messages := []string{userSays(list(blocks...))}
	if n%5 == 0 {
		messages = append(messages, `{"role":"system","content":"a reminder"}`)
	}
	return messages
}

// TestPingPong takes a conversation through two hundred turns over three vendors, all of which
// would refuse what the others wrote.
func TestPingPong(t *testing.T) {
	memory := normalize.NewProvenance()
	all := makers(memory)
	chance := rand.New(rand.NewPCG(1, 2))
	history := []string{hello, `{"role":"system","content":[{"type":"text","text":"be brief"}],"output_config":{"effort":"medium"}}`}
	for n := range 200 {
		name := []string{"zhipu", "anthropic", "kimi"}[n%3]
		if n >= 150 {
			name = []string{"zhipu", "anthropic", "kimi"}[chance.IntN(3)]
		}
		m := all[name]
		body := `{"thinking":{"type":"adaptive"},"context_management":{"edits":[]},` + conversation(history...)[1:]
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := normalize.Mend(req, m.to)
		rules := strict.Rules{Accepts: m.to.Accepts, Issued: func(s string) bool { return m.signed[s] }}
		if err := strict.Check([]byte(got.Body), rules); err != nil {
			t.Fatalf("turn %d, %s answers 400: %v", n, name, err)
		}
		if kept := strings.Count(got.Body, `"type":"thinking"`); kept != m.answers {
			t.Fatalf("turn %d, %s gets %d of its %d thoughts back", n, name, kept, m.answers)
		}
		m.answers++
		content := m.answer(n)
		for _, block := range content {
			m.signed[gjson.Get(block, "signature").Str] = true
			m.signed[gjson.Get(block, "thinking").Str] = true
		}
		memory.Message("s", name, []byte(`{"content":`+list(content...)+`}`))
		history = append(append(history, assistantSays(list(content...))), reply(n, content)...)
	}
}

// TestOnlyAnthropic takes a conversation that stays with Anthropic through the same turns.
func TestOnlyAnthropic(t *testing.T) {
	m := makers(normalize.NewProvenance())["anthropic"]
	history := []string{hello}
	for n := range 200 {
		unchanged(t, m.to, conversation(history...))
		content := m.answer(n)
		m.to.Provenance.Message("s", "anthropic", []byte(`{"content":`+list(content...)+`}`))
		history = append(append(history, assistantSays(list(content...))), reply(n, content)...)
	}
}
