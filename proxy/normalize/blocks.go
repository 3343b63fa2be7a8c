package normalize

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// classify tells which server_tool_use blocks are the client's tools under a wrong name. Anthropic's
// own are answered in the same message by a block of their own type (web_search_tool_result) and
// must survive; some vendors use the name for any tool, and then a plain tool_result answers.
func (m *mending) classify() {
	if !m.saw.serverTools {
		return
	}
	unclaimed := map[string]int{} // results beyond those of plain uses
	served := map[string]bool{}
	for _, t := range m.turns {
		for _, b := range t.blocks {
			switch {
			case isResult(b):
				unclaimed[b.ref]++
			case b.client:
				unclaimed[b.ref]--
			case strings.HasSuffix(b.kind, "_tool_result"):
				served[b.ref] = true
			}
		}
	}
	tools := m.clientTools()
	for _, t := range m.turns {
		for n, b := range t.blocks {
			if b.kind == "server_tool_use" && t.is(assistant) && !served[b.ref] {
				t.blocks[n].client = unclaimed[b.ref] > 0 || tools[decode(field(b.raw, "name"))]
			}
		}
	}
}

// clientTools are the names of the tools that the client runs itself.
func (m *mending) clientTools() map[string]bool {
	names := map[string]bool{}
	each(m.value("tools"), func(tool object) {
		if !anthropicTool(tool) {
			names[decode(tool.field("name"))] = true
		}
	})
	return names
}

// anthropicTool reports whether a definition is one of Anthropic's, which have a type and no schema.
func anthropicTool(definition object) bool {
	kind := definition.field("type")
	return strings.HasPrefix(kind, `"`) && decode(kind) != "custom"
}

// adaptBlocks takes out or replaces the kinds of blocks that the target does not take.
func (m *mending) adaptBlocks() {
	a := m.to.Accepts
	if !m.saw.fragments && a.ServerTools && a.Images && a.Documents && a.CacheControl {
		return
	}
	for n := range m.turns {
		t := &m.turns[n]
		if t.opaque {
			continue
		}
		var kept []block // from the first block on that changed
		same := true
		for n, b := range t.blocks {
			now, keep := m.adaptBlock(b)
			if same && (!keep || now.raw != b.raw) {
				kept, same = slices.Clone(t.blocks[:n]), false
			}
			if !same && keep {
				kept = append(kept, now)
			}
		}
		if !same {
			t.set(kept)
		}
	}
}

func (m *mending) adaptBlock(b block) (now block, keep bool) {
	if b.kind == "server_tool_use_delta" {
		m.labels.add(LabelVendorBlocks)
		return b, false
	}
	if !m.to.Accepts.ServerTools && serverBlock(b) {
		m.labels.add(LabelServerTools)
		return b, false
	}
	switch b.kind {
	case "image", "document":
		if now := m.adaptContent(b.kind, b.raw); now != b.raw {
			b.raw, b.kind = now, "text"
		}
	case "tool_result":
		b.raw = m.adaptNested(b.raw)
	}
	if !m.to.Accepts.CacheControl && field(b.raw, "cache_control") != "" {
		b.raw = m.uncached(object{b.raw, fields(b.raw)})
	}
	return b, true
}

// serverBlock reports whether a block belongs to tools that Anthropic runs.
func serverBlock(b block) bool {
	switch b.kind {
	case "server_tool_use":
		return !b.client
	case "mcp_tool_use", "container_upload":
		return true
	}
	return strings.HasSuffix(b.kind, "_tool_result")
}

// adaptNested adapts the blocks inside a tool's result.
func (m *mending) adaptNested(result string) string {
	a := m.to.Accepts
	if a.Images && a.Documents && a.ServerTools && a.CacheControl {
		return result
	}
	content := field(result, "content")
	now := rewrite(content, func(element object) string {
		if now := m.adaptContent(decode(element.field("type")), element.raw); now != element.raw {
			return now
		}
		return m.uncached(element)
	})
	if now == content {
		return result
	}
	return set(result, "content", now)
}

// adaptContent puts a text in the place of what the target does not take.
func (m *mending) adaptContent(kind, raw string) string {
	a := m.to.Accepts
	switch {
	case kind == "image" && !a.Images:
		m.labels.add(LabelImages)
		return placeholder("[image: this model takes none]").raw
	case kind == "document" && !a.Documents:
		m.labels.add(LabelDocuments)
		if s := gjson.Get(raw, "source"); s.Get("type").Str == "text" && s.Get("data").Type == gjson.String && !blank(s.Get("data").Raw) {
			return `{"type":"text","text":` + s.Get("data").Raw + `}`
		}
		return placeholder("[document: this model takes none]").raw
	case kind == "tool_reference" && !a.ServerTools:
		m.labels.add(LabelServerTools)
		return `{"type":"text","text":` + string(gjson.AppendJSONString(nil, "[tool: "+gjson.Get(raw, "tool_name").Str+"]")) + `}`
	}
	return raw
}

// uncached takes cache_control off an object, and off nothing that a tool may have named so inside.
func (m *mending) uncached(o object) string {
	if m.to.Accepts.CacheControl || o.field("cache_control") == "" {
		return o.raw
	}
	m.labels.add(LabelCacheControl)
	return splice(o.raw, drop(o.items, func(it item) bool { return it.key == "cache_control" }))
}
