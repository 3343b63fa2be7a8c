package metrics

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

const (
	maxPairs  = 200 // pairs of vendor and model that are told apart
	maxLength = 128 // bytes of a label's value
	other     = "other"
	none      = "none"
)

// pair is what most metrics are told apart by.
type pair struct{ vendor, model string }

// names are the pairs that have labels of their own. Clients choose models' names, and a series that was made
// stays as long as the program runs: what comes when all places are taken is one of its vendor's "other" models.
type names struct {
	mu    sync.RWMutex
	known map[pair]pair // to itself, in strings of its own
}

func newNames() *names { return &names{known: map[pair]pair{}} }

// label gives the labels of a vendor's model.
func (n *names) label(vendor, model string) pair {
	p := pair{clean(vendor), clean(model)}
	n.mu.RLock()
	known, ok := n.known[p]
	n.mu.RUnlock()
	if ok {
		return known
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if known, ok := n.known[p]; ok {
		return known
	}
	if len(n.known) >= maxPairs {
		return pair{p.vendor, other}
	}
	p = pair{strings.Clone(p.vendor), strings.Clone(p.model)} // they may be parts of a whole body
	n.known[p] = p
	return p
}

// clean makes a name fit for a label: valid UTF-8 of at most maxLength bytes that prints, and never empty, for
// Prometheus takes an empty label for none.
func clean(name string) string {
	if len(name) > maxLength {
		name = name[:maxLength]
	}
	for _, r := range name {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			name = strings.Map(printing, name)
			break
		}
	}
	if name == "" {
		return none
	}
	return name
}

func printing(r rune) rune {
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return -1
	}
	return r
}
