package anthropic

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// ToolIDs gives tool calls ids that a model of another dialect takes. Most take any. An id that has the form is not
// changed, so that one goes back to the vendor that gave it as it was.
type ToolIDs struct {
	own     *regexp.Regexp // the form; nil = any
	make    func(id, tool string, place int) string
	sent    map[string]string
	used    map[string]bool
	changed bool
}

// The forms: Mistral refuses others, Kimi K2 stops calling tools on others, Anthropic's API and OpenAI's refuse others.
var (
	ofMistral = regexp.MustCompile(`^[A-Za-z0-9]{9}$`)
	ofKimi    = regexp.MustCompile(`^functions\.[\w-]+:\d+$`)
	ofClaude  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	ofOpenAI  = regexp.MustCompile(`^.{1,40}$`)
)

// ToolIDsFor returns the ids for a vendor model, which is told by its name, in a conversation. New ones keep clear of those
// that stay.
func ToolIDsFor(model string, conversation []Message) *ToolIDs {
	model = strings.ToLower(model[strings.LastIndexByte(model, '/')+1:])
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(model, w) {
				return true
			}
		}
		return false
	}
	t := &ToolIDs{sent: map[string]string{}, used: map[string]bool{}}
	switch {
	case has("mistral", "mixtral", "codestral", "devstral", "magistral", "ministral", "pixtral"):
		t.own, t.make = ofMistral, func(id, _ string, n int) string { return hashed(id, n)[:9] }
	case has("kimi", "moonshot"):
		t.own, t.make = ofKimi, func(_, tool string, n int) string { return "functions." + tool + ":" + strconv.Itoa(n) }
	case has("claude"):
		t.own, t.make = ofClaude, func(id, _ string, n int) string { return "toolu_" + hashed(id, n) }
	case has("gpt-"):
		t.own, t.make = ofOpenAI, func(id, _ string, n int) string { return "call_" + hashed(id, n) }
	}
	if t.own == nil {
		return t
	}
	for _, m := range conversation {
		for n := range m.Content {
			if id := m.Content[n].ID; id != "" && t.own.MatchString(id) {
				t.used[id] = true
			}
		}
	}
	return t
}

func hashed(id string, n int) string {
	sum := sha256.Sum256([]byte(id + "\x00" + strconv.Itoa(n)))
	return hex.EncodeToString(sum[:12])
}

// Call returns the id of a call to a tool, which has the name that is sent. Calls are told in their order.
func (t *ToolIDs) Call(id, tool string) string {
	to := id
	if t.own != nil && !t.own.MatchString(id) {
		t.changed = true
		for n := len(t.sent); ; n++ {
			if to = t.make(id, tool, n); !t.used[to] {
				break
			}
		}
	}
	t.sent[id], t.used[to] = to, true
	return to
}

// Result returns the id of the call that a result belongs to.
func (t *ToolIDs) Result(id string) string {
	if to := t.sent[id]; to != "" {
		return to
	}
	if t.own != nil && !t.own.MatchString(id) {
		return t.Call(id, "unknown")
	}
	return id
}

// Label adds the label of ids that were changed.
func (t *ToolIDs) Label(labels *Labels) {
	if t.changed {
		labels.Add("tool_ids")
	}
}
