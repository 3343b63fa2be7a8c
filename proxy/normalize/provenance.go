package normalize

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"
)

const (
	// remembered is how many signatures are kept; at some 200 bytes each, about 25 MB.
	remembered = 1 << 17
	// memory is how long a signature is kept after it was last seen.
	memory = 24 * time.Hour
)

// Provenance remembers which vendor made which thinking, by session. It keeps hashes, in memory
// only, and forgets what was not seen for a day, or the oldest when it is full. It is safe for
// concurrent use; a nil one remembers nothing.
type Provenance struct {
	seed maphash.Seed

	mu     sync.Mutex
	marks  map[uint64]*list.Element // of mark
	order  *list.List               // longest unseen first
	makers map[uint64]map[string]int
}

// mark is one remembered signature.
type mark struct {
	key, session uint64
	vendor       string
	seen         time.Time
}

// NewProvenance returns an empty memory.
func NewProvenance() *Provenance {
	return &Provenance{
		seed: maphash.MakeSeed(), marks: map[uint64]*list.Element{}, order: list.New(), makers: map[uint64]map[string]int{},
	}
}

// Remember notes that a vendor made thinking in a session. It is known by its signature, by its
// data if it is redacted, and by its text if nobody signed it.
func (p *Provenance) Remember(session, vendor, signature string) {
	if p == nil || signature == "" {
		return
	}
	p.remember(session, vendor, p.key(session, signature))
}

func (p *Provenance) remember(session, vendor string, key uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := mark{key: key, session: maphash.String(p.seed, session), vendor: vendor, seen: time.Now()}
	if e := p.marks[m.key]; e != nil {
		p.forget(e)
	}
	p.forgetAbove(remembered - 1)
	p.marks[m.key] = p.order.PushBack(m)
	if p.makers[m.session] == nil {
		p.makers[m.session] = map[string]int{}
	}
	p.makers[m.session][vendor]++
}

// Made tells which vendor made thinking in a session, if that is known.
func (p *Provenance) Made(session, signature string) (vendor string, known bool) {
	if p == nil || signature == "" {
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.marks[p.key(session, signature)]
	if e == nil || p.stale(e) {
		return "", false
	}
	m := e.Value.(mark)
	m.seen = time.Now()
	e.Value = m
	p.order.MoveToBack(e)
	return m.vendor, true
}

// Mixed reports whether a vendor other than this one made thinking in a session. Then thinking of
// unknown origin, from before a restart, may be anybody's.
func (p *Provenance) Mixed(session, vendor string) bool {
	if p == nil || session == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forgetAbove(remembered)
	for maker := range p.makers[maphash.String(p.seed, session)] {
		if maker != vendor {
			return true
		}
	}
	return false
}

func (p *Provenance) key(session, signature string) uint64 {
	var h maphash.Hash
	h.SetSeed(p.seed)
	h.WriteString(session)
	h.WriteByte(0)
	h.WriteString(signature)
	return h.Sum64()
}

// forgetAbove forgets what is stale, and the longest unseen above a number.
func (p *Provenance) forgetAbove(n int) {
	for e := p.order.Front(); e != nil && (p.order.Len() > n || p.stale(e)); e = p.order.Front() {
		p.forget(e)
	}
}

func (p *Provenance) stale(e *list.Element) bool { return time.Since(e.Value.(mark).seen) > memory }

func (p *Provenance) forget(e *list.Element) {
	m := p.order.Remove(e).(mark)
	delete(p.marks, m.key)
	if p.makers[m.session][m.vendor]--; p.makers[m.session][m.vendor] == 0 {
		delete(p.makers[m.session], m.vendor)
	}
	if len(p.makers[m.session]) == 0 {
		delete(p.makers, m.session)
	}
}
