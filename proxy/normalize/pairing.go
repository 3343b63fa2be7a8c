package normalize

import "slices"

// pair brings every result to its use: into the message after it, before any text, once. A result
// that stands elsewhere is moved, one that is nowhere is made up, one without a use is dropped.
func (m *mending) pair() {
	if !m.saw.uses || m.paired() {
		return
	}
	m.follows = m.following()
	uses, results := m.usesAndResults()
	byRef := make(map[string][]int, len(results))
	for n, r := range results {
		byRef[r.ref] = append(byRef[r.ref], n)
	}
	// Where a result belongs best, in this order. Uses further on are served with what stands beside
	// them before anybody looks ahead, or repeated ids would steal from each other.
	for _, fits := range []func(u, r int) bool{
		func(u, r int) bool { return r == m.follows[u] },
		func(u, r int) bool { return r == u },
		func(u, r int) bool { return r > u },
		func(u, r int) bool { return r < u },
	} {
		for k := range uses {
			u := &uses[k]
			if u.result >= 0 {
				continue
			}
			list := byRef[u.ref]
			for len(list) > 0 && results[list[0]].use >= 0 { // as a rule the first is the one
				list = list[1:]
			}
			byRef[u.ref] = list
			for _, n := range list {
				if r := &results[n]; r.use < 0 && fits(u.turn, r.turn) {
					u.result, r.use = n, k
					break
				}
			}
		}
	}
	m.rebuild(uses, results)
}

// following are what follow finds, for all messages.
func (m *mending) following() []int {
	all := make([]int, len(m.turns))
	next := -1
	for n := len(m.turns) - 1; n >= 0; n-- {
		all[n] = next
		if t := &m.turns[n]; t.is(user) {
			next = n
		} else if !t.is(system) {
			next = -1
		}
	}
	return all
}

type use struct {
	turn   int
	ref    string
	result int // index of its result, -1 if there is none
}

type result struct {
	block
	turn int
	use  int // index of its use, -1 if there is none
}

func (m *mending) usesAndResults() (uses []use, results []result) {
	for n := range m.turns {
		t := &m.turns[n]
		if t.opaque || t.role == system {
			continue
		}
		for _, b := range t.blocks {
			switch {
			case isResult(b):
				results = append(results, result{block: b, turn: n, use: -1})
			case b.client && t.role == assistant:
				uses = append(uses, use{turn: n, ref: b.ref, result: -1})
			}
		}
	}
	return uses, results
}

// follow finds the user's turn after a message; system messages may stand between. -1 if another
// message comes first.
func (m *mending) follow(n int) int {
	for n++; n < len(m.turns); n++ {
		if t := &m.turns[n]; t.is(user) {
			return n
		} else if !t.is(system) {
			break
		}
	}
	return -1
}

// paired reports whether there is nothing to do.
func (m *mending) paired() bool {
	owner := -1 // the assistant's message whose uses the next user's turn answers
	for n := range m.turns {
		t := &m.turns[n]
		switch {
		case t.opaque:
			if owner >= 0 && m.turns[owner].has(isClientUse) {
				return false
			}
			owner = -1
		case t.role == assistant:
			if owner >= 0 && m.turns[owner].has(isClientUse) || t.has(isResult) {
				return false
			}
			owner = n
		case t.role == user:
			var uses []block
			if owner >= 0 {
				uses = m.turns[owner].blocks
			}
			if !answers(t.blocks, uses) {
				return false
			}
			owner = -1
		}
	}
	return owner < 0 || !m.turns[owner].has(isClientUse)
}

// answers reports whether the results stand first and are one for each client use.
func answers(blocks, uses []block) bool {
	results := 0
	for results < len(blocks) && isResult(blocks[results]) {
		results++
	}
	if slices.ContainsFunc(blocks[results:], isResult) {
		return false
	}
	var taken uint64
	wanted := 0
	for _, u := range uses {
		if !u.client {
			continue
		}
		wanted++
		found := false
		for n := 0; n < min(results, 64) && !found; n++ {
			if found = taken&(1<<n) == 0 && blocks[n].ref == u.ref; found {
				taken |= 1 << n
			}
		}
		if !found {
			return false
		}
	}
	return wanted == results
}

// rebuild puts the results where they belong.
func (m *mending) rebuild(uses []use, results []result) {
	lead := m.leads(uses, results)
	out := make([]turn, 0, len(m.turns)+1)
	before := -1 // the assistant's message before
	for n, t := range m.turns {
		follows := before >= 0 && m.follows[before] == n
		var now []block
		if follows {
			now = lead[before]
		}
		if !t.opaque && t.role != system && (len(now) > 0 || t.has(isResult)) {
			m.place(&t, slices.Concat(now, slices.DeleteFunc(slices.Clone(t.list()), isResult)))
		}
		out = append(out, t)
		if t.is(assistant) {
			before = n
		}
		if len(lead[n]) > 0 && m.follows[n] < 0 {
			m.labels.add(LabelToolPairing)
			out = append(out, turn{role: user, changed: true, blocks: lead[n]})
		}
	}
	m.turns = out
}

// leads returns, for each message with uses, the results that the next turn begins with: those that
// are there already in their own order, then the others in the order of the uses.
func (m *mending) leads(uses []use, results []result) map[int][]block {
	lead := map[int][]block{}
	beside := func(u use) bool { return u.result >= 0 && results[u.result].turn == m.follows[u.turn] }
	for _, r := range results {
		if r.use >= 0 && beside(uses[r.use]) {
			n := uses[r.use].turn
			lead[n] = append(lead[n], r.block)
		}
	}
	for _, u := range uses {
		switch {
		case beside(u):
		case u.result >= 0:
			lead[u.turn] = append(lead[u.turn], results[u.result].block)
		default:
			lead[u.turn] = append(lead[u.turn], missing(u.ref))
		}
	}
	return lead
}

// missing is the result of a use that has none. A failed result must have content.
func missing(ref string) block {
	raw := set(`{"type":"tool_result","content":"[no result]","is_error":true}`, "tool_use_id", quote(ref))
	return block{raw: raw, kind: "tool_result", ref: ref}
}

// place gives a turn its new blocks, unless they are the old ones.
func (m *mending) place(t *turn, now []block) {
	same := func(a, b block) bool { return a.raw == b.raw }
	if slices.EqualFunc(t.list(), now, same) {
		return
	}
	stood := make(map[string]bool, len(t.blocks))
	for _, b := range t.blocks {
		stood[b.raw] = true
	}
	if moved := slices.ContainsFunc(now, func(b block) bool { return isResult(b) && !stood[b.raw] }); moved || len(now) != len(t.list()) {
		m.labels.add(LabelToolPairing)
	} else {
		m.labels.add(LabelToolOrder)
	}
	t.set(now)
}
