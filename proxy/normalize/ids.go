package normalize

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// rewriteUses gives the client's tool uses, and the results after them, ids that every vendor takes
// and no two uses share. It also makes their type and input what they must be. It goes over the
// conversation twice: new ids keep clear of those that stay.
func (m *mending) rewriteUses() {
	if !m.saw.uses {
		return
	}
	if m.usesAreGood() {
		return
	}
	stay, seen, next := m.idsThatStay(), map[string]bool{}, map[string]int{}
	for n := range m.turns {
		t := &m.turns[n]
		if !t.is(assistant) || !t.has(isClientUse) {
			continue
		}
		renamed := m.rewriteTurn(t, stay, seen, next)
		if len(renamed) > 0 {
			if next := m.follow(n); next >= 0 {
				rename(&m.turns[next], renamed)
			}
		}
	}
}

func (m *mending) usesAreGood() bool {
	seen := make(map[string]bool)
	for n := range m.turns {
		if !m.turns[n].is(assistant) {
			continue
		}
		for _, b := range m.turns[n].blocks {
			if b.kind != "tool_use" && !b.client {
				continue
			}
			if b.kind != "tool_use" || b.input != '{' || seen[b.ref] || !m.goodID(b) {
				return false
			}
			seen[b.ref] = true
		}
	}
	return true
}

// idsThatStay collects the ids in use that nobody needs to change.
func (m *mending) idsThatStay() map[string]bool {
	stay := map[string]bool{}
	for n := range m.turns {
		for _, b := range m.turns[n].blocks {
			if b.kind == "server_tool_use" && !b.client || b.client && m.goodID(b) {
				stay[b.ref] = true
			}
		}
	}
	return stay
}

// renaming is an id that was replaced, in the order of the uses.
type renaming struct{ from, to string }

// rewriteTurn mends the uses of one message. The list has all of them if any was renamed, because
// a message may have the same id twice.
func (m *mending) rewriteTurn(t *turn, stay, seen map[string]bool, next map[string]int) []renaming {
	var all []renaming
	changed := false
	for n, b := range t.blocks {
		if !b.client {
			continue
		}
		id := b.ref
		if !m.goodID(b) || seen[id] {
			id = newID(b.ref, stay, next)
			m.labels.add(LabelToolIDs)
			b.raw, changed = set(b.raw, "id", quote(id)), true
			stay[id] = true
		}
		seen[id] = true
		all = append(all, renaming{b.ref, id})
		if b.kind != "tool_use" {
			m.labels.add(LabelToolIDs)
			b.raw, b.kind = set(b.raw, "type", `"tool_use"`), "tool_use"
			t.changed = true
		}
		if b.input != '{' {
			m.labels.add(LabelToolInput)
			b.raw, b.input = set(b.raw, "input", objectOf(field(b.raw, "input"))), '{'
			t.changed = true
		}
		b.ref = id
		t.blocks[n] = b
	}
	if !changed {
		return nil
	}
	t.changed = true
	return all
}

// rename lets results follow their uses: the nth result of an id belongs to its nth use.
func rename(t *turn, all []renaming) {
	to := map[string][]string{}
	for _, r := range all {
		to[r.from] = append(to[r.from], r.to)
	}
	for n, b := range t.blocks {
		if !isResult(b) || len(to[b.ref]) == 0 {
			continue
		}
		from := b.ref
		if now := to[from][0]; now != from {
			b.raw, b.ref = set(b.raw, "tool_use_id", quote(now)), now
			t.blocks[n], t.changed = b, true
		}
		to[from] = to[from][1:]
	}
}

// goodID reports whether the target takes an id. Every vendor takes the form of Anthropic's own.
func (m *mending) goodID(b block) bool {
	if m.to.Accepts.AnyToolIDs {
		return b.ref != "" && strings.HasPrefix(field(b.raw, "id"), `"`)
	}
	return ownID(b.ref)
}

// ownID reports whether an id has the form of Anthropic's own.
func ownID(id string) bool {
	rest, ok := strings.CutPrefix(id, "toolu_")
	if !ok || rest == "" {
		return false
	}
	for _, c := range []byte(rest) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// newID derives an id from an old one, the same on every turn: vendors cache the conversation as
// far as it stays the same. 96 bits of a hash; repeated ids are numbered, from next on.
func newID(old string, taken map[string]bool, next map[string]int) string {
	for {
		sum := sha256.Sum256([]byte(old + "\x00" + strconv.Itoa(next[old])))
		next[old]++
		if id := "toolu_" + hex.EncodeToString(sum[:12]); !taken[id] {
			return id
		}
	}
}

// objectOf makes an input an object. Some models write arrays, or JSON in a string.
func objectOf(input string) string {
	switch {
	case input == "" || input == "null":
		return "{}"
	case input[0] == '[' && strings.TrimSpace(input[1:len(input)-1]) == "":
		return "{}"
	}
	return `{"value":` + input + `}`
}

func quote(s string) string { return string(gjson.AppendJSONString(nil, s)) }
