package normalize

import "slices"

// foldSystem makes system messages part of the nearest user's turn: the one before, else the one
// after, else a turn of their own.
func (m *mending) foldSystem() {
	if m.to.Accepts.SystemRole || !m.saw.system {
		return
	}
	out := make([]turn, 0, len(m.turns))
	alone := false // the last turn in out is a system message without a user's turn
	for _, t := range m.turns {
		folded := t.is(system)
		if folded {
			m.labels.add(LabelSystemFolded)
			t.role, t.raw = user, ""
			t.set(t.list())
		}
		if n := len(out) - 1; n >= 0 && t.is(user) && out[n].is(user) && (folded || alone) {
			out[n].absorb(t)
			alone = alone && folded
			continue
		}
		alone = folded
		out = append(out, t)
	}
	m.turns = out
}

// fill sees to it that no message and no text is empty.
func (m *mending) fill() {
	if !m.saw.empty && m.labels == 0 {
		return
	}
	out := m.turns[:0]
	for n, t := range m.turns {
		if t.opaque || n == len(m.turns)-1 && m.opensAnswer(t, out) {
			out = append(out, t)
			continue
		}
		m.fillBlocks(&t)
		if t.text == "" && len(t.blocks) == 0 {
			m.labels.add(LabelEmptyText)
			if k := len(out) - 1; k >= 0 && out[k].is(t.role) {
				out[k].absorb(t)
				continue
			}
			t.set([]block{placeholder("[empty]")})
		}
		out = append(out, t)
	}
	m.turns = out
}

// opensAnswer reports whether a last message is an empty one of the assistant, which the answer is to
// begin with. It may stay, unless it is about to be joined to the one before.
func (m *mending) opensAnswer(t turn, before []turn) bool {
	n := len(before)
	joined := !m.to.Accepts.Consecutive && n > 0 && before[n-1].is(assistant)
	wordless := blank(t.text) || t.text == "" && !t.has(func(b block) bool { return !b.empty })
	return t.role == assistant && !t.changed && wordless && !joined
}

// fillBlocks takes out empty text, and tells of failed tools that said nothing.
func (m *mending) fillBlocks(t *turn) {
	if blank(t.text) {
		t.set(nil)
		return
	}
	if !t.has(func(b block) bool { return b.empty }) {
		return
	}
	m.labels.add(LabelEmptyText)
	kept := make([]block, 0, len(t.blocks))
	for _, b := range t.blocks {
		if b.empty && isResult(b) {
			b.raw, b.empty = set(b.raw, "content", `"[no output]"`), false
		}
		if !b.empty {
			kept = append(kept, b)
		}
	}
	t.set(kept)
}

// alternate puts a user's turn first, and joins messages of one role where the target wants turns.
func (m *mending) alternate() {
	first := slices.IndexFunc(m.turns, func(t turn) bool { return t.role != system })
	if first >= 0 && m.turns[first].is(assistant) {
		m.labels.add(LabelFirstUser)
		m.turns = slices.Insert(m.turns, 0, turn{role: user, changed: true, blocks: []block{placeholder("[conversation goes on]")}})
	}
	if m.to.Accepts.Consecutive {
		return
	}
	out := m.turns[:0]
	for _, t := range m.turns {
		if n := len(out) - 1; n >= 0 && t.role != system && out[n].is(t.role) && !t.opaque {
			m.labels.add(LabelTurnsMerged)
			out[n].absorb(t)
			continue
		}
		out = append(out, t)
	}
	m.turns = out
}
