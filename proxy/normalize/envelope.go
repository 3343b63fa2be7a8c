package normalize

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// change is what becomes of a top-level field; value "" removes it.
type change struct{ key, value string }

// value returns a top-level field as it is written; "" if there is none.
func (c *conversation) value(key string) string {
	for _, it := range c.items {
		if it.key == key {
			return c.body[it.from:it.to]
		}
	}
	return ""
}

// change records what becomes of a field, if that is not what it is.
func (m *mending) change(key, value, label string) {
	if m.value(key) == value {
		return
	}
	if label != "" {
		m.labels.add(label)
	}
	m.changes = append(m.changes, change{key, value})
}

// adaptEnvelope adapts what stands beside the messages.
func (m *mending) adaptEnvelope(req *anthropic.Request) {
	a := m.to.Accepts
	limit := req.MaxTokens
	if a.MaxTokens > 0 && limit > a.MaxTokens {
		limit = a.MaxTokens
		m.change("max_tokens", strconv.FormatInt(limit, 10), LabelMaxTokens)
	}
	m.adaptThinking(req.Thinking(), limit)
	if a.plainEnvelope() {
		return
	}
	if !a.ServerTools {
		m.keepPortable()
	}
	if !a.ContextManagement {
		m.change("context_management", "", LabelContextManagement)
	}
	if !a.CacheControl {
		m.change("cache_control", "", LabelCacheControl)
	}
	if tools := m.value("tools"); tools != "" {
		m.adaptTools(tools)
	}
	if blocks := m.value("system"); strings.HasPrefix(blocks, "[") {
		now := rewrite(blocks, m.adaptSystem)
		if now == "[]" {
			now = ""
		}
		m.change("system", now, "")
	}
}

// portable are the fields beside the messages that mean the same at every vendor, or that have a setting of their own in Accepts.
// Others are Anthropic's alone, now or next month, and may hold what no other vendor should have: mcp_servers has tokens.
var portable = []string{"model", "messages", "max_tokens", "system", "tools", "tool_choice", "stream", "stop_sequences", "temperature", "top_p", "top_k",
	"thinking", "metadata", "output_config", "output_format", "context_management", "cache_control"}

// keepPortable takes out every field that is not portable.
func (m *mending) keepPortable() {
	for _, it := range m.items {
		if !slices.Contains(portable, it.key) {
			m.change(it.key, "", LabelFields)
		}
	}
}

// adaptiveBudget is the thinking budget, in tokens, for vendors that do not know "adaptive": half
// of the 32 000 tokens of output that the client asks for.
const adaptiveBudget = 16000

// adaptThinking adapts the thinking field. limit is the request's max_tokens, 0 if it has none.
func (m *mending) adaptThinking(thinking string, limit int64) {
	kind := gjson.Get(thinking, "type").Str
	a := m.to.Accepts
	budget := a.Thinking == "enabled" && kind == "adaptive"
	switch {
	case thinking == "":
	case a.Thinking == "none":
		m.labels.add(LabelThinkingDisabled)
		m.changes = append(m.changes, change{"thinking", ""})
	case m.loopLostThinking && !a.Unsigned && (kind == "enabled" || budget), budget && limit == 1:
		// With a budget, a tool loop must begin with thinking.
		m.labels.add(LabelThinkingDisabled)
		m.changes = append(m.changes, change{"thinking", `{"type":"disabled"}`})
	case budget:
		m.labels.add(LabelThinkingBudget)
		tokens := int64(adaptiveBudget)
		if limit > 0 {
			tokens = min(tokens, limit-1)
		}
		m.changes = append(m.changes, change{"thinking", enabled(tokens)})
	case a.MaxTokens > 1 && kind == "enabled" && gjson.Get(thinking, "budget_tokens").Int() >= a.MaxTokens:
		// A budget must be below max_tokens.
		m.labels.add(LabelThinkingBudget)
		m.changes = append(m.changes, change{"thinking", enabled(a.MaxTokens - 1)})
	}
}

func enabled(budget int64) string {
	return fmt.Sprintf(`{"type":"enabled","budget_tokens":%d}`, budget)
}

// adaptTools takes out the definitions that only Anthropic knows, and a choice that names one.
func (m *mending) adaptTools(tools string) {
	gone := map[string]bool{}
	now := rewrite(tools, func(tool object) string {
		searches := m.to.Accepts.WebSearch && strings.HasPrefix(decode(tool.field("type")), "web_search_")
		if !m.to.Accepts.ServerTools && anthropicTool(tool) && !searches {
			gone[decode(tool.field("name"))] = true
			return ""
		}
		return m.uncached(tool)
	})
	if now == "[]" && len(gone) > 0 {
		m.change("tools", "", "") // some vendors refuse an empty list
	} else {
		m.change("tools", now, "")
	}
	if len(gone) == 0 {
		return
	}
	m.labels.add(LabelServerTools)
	choice := gjson.Parse(m.value("tool_choice"))
	if now == "[]" || choice.Get("type").Str == "tool" && gone[choice.Get("name").Str] {
		m.change("tool_choice", "", "")
	}
}

func (m *mending) adaptSystem(b object) string {
	if !m.to.Accepts.Billing && strings.HasPrefix(b.field("text"), `"x-anthropic-billing-header:`) {
		m.labels.add(LabelBilling)
		return ""
	}
	return m.uncached(b)
}

// edits turns everything that changed into edits of the body. It reports false where a field is
// given twice: which of the two counts is the vendor's choice.
func (m *mending) edits() ([]edit, bool) {
	if !m.whole {
		whole, ok := read(m.body, true)
		if !ok {
			return nil, false
		}
		m.items = whole.items
	}
	keys := make(map[string]bool, len(m.items))
	for _, it := range m.items {
		if keys[it.key] {
			return nil, false
		}
		keys[it.key] = true
	}
	edits := m.turnEdits()
	for _, c := range m.changes {
		if c.value == "" {
			continue
		}
		for _, it := range m.items {
			if it.key == c.key {
				edits = append(edits, edit{it.from, it.to, c.value})
			}
		}
	}
	edits = append(edits, drop(m.items, func(it item) bool { return slices.Contains(m.changes, change{key: it.key}) })...)
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	return edits, true
}

// turnEdits replaces the messages that changed and puts in the new ones.
func (m *mending) turnEdits() []edit {
	var edits []edit
	end := -1 // where the last message of the client's ended
	for n, t := range m.turns {
		switch {
		case t.from < t.to && !t.changed:
			end = t.to
		case t.from < t.to:
			edits = append(edits, edit{t.from, t.to, t.render()})
			end = t.to
		case end < 0:
			edits = append(edits, edit{m.turns[n+1].from, m.turns[n+1].from, t.render() + ","})
		default:
			edits = append(edits, edit{end, end, "," + t.render()})
		}
	}
	return edits
}

// render writes a turn that changed: the client's message around the new content, or a new message.
func (t *turn) render() string {
	var b strings.Builder
	if t.raw == "" {
		b.WriteString(`{"role":"user","content":[`)
	} else {
		b.WriteString(t.raw[:t.at[0]])
		b.WriteByte('[')
	}
	for n, block := range t.blocks {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteString(block.raw)
	}
	b.WriteByte(']')
	if t.raw == "" {
		b.WriteByte('}')
	} else {
		b.WriteString(t.raw[t.at[1]:])
	}
	return b.String()
}
