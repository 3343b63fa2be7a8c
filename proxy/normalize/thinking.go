package normalize

// dropThinking takes out the thinking that the target did not make. A vendor that checks signatures
// answers 400 to another's, on every turn from then on.
func (m *mending) dropThinking() {
	if !m.saw.thinking {
		return
	}
	loop := m.openLoop()
	for n := range m.turns {
		t := &m.turns[n]
		if !t.is(assistant) || !t.has(isThinking) {
			continue
		}
		kept := make([]block, 0, len(t.blocks))
		for _, b := range t.blocks {
			if !isThinking(b) || !m.foreign(b) {
				kept = append(kept, b)
			}
		}
		if len(kept) == len(t.blocks) {
			continue
		}
		m.labels.add(LabelThinkingDropped)
		if len(kept) == 0 {
			kept = append(kept, placeholder("[thinking]"))
		}
		t.set(kept)
		m.loopLostThinking = m.loopLostThinking || n == loop && !isThinking(kept[0])
	}
}

// foreign reports whether the target would not know thinking as its own.
func (m *mending) foreign(b block) bool {
	if m.to.Accepts.Thinking == "none" {
		return true
	}
	maker, known := m.to.Provenance.Made(m.to.Session, b.ref)
	switch {
	case known:
		return maker != m.to.Vendor
	case b.unsigned && !m.to.Accepts.Unsigned:
		return true
	}
	return m.to.Provenance.Mixed(m.to.Session, m.to.Vendor)
}

// openLoop finds the message that began the tool loop that the conversation ends in; -1 if it ends
// otherwise. A vendor that checks thinking wants this message to begin with some.
func (m *mending) openLoop() int {
	first := -1
	for n := len(m.turns) - 1; n > 0; n-- {
		t := &m.turns[n]
		if t.role == system {
			continue
		}
		before := n - 1
		for before > 0 && m.turns[before].role == system {
			before--
		}
		if !t.is(user) || !t.has(isResult) || !m.turns[before].is(assistant) {
			break
		}
		first, n = before, before
	}
	return first
}
