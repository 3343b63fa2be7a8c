package credential

import (
	"slices"

	"afterglow/proxy/config"
)

// Secrets are the tokens that are known, for a log that masks them.
func (k *Keeper) Secrets() (list []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range k.known {
		list = append(list, e.token.Access.Reveal(), e.token.Refresh.Reveal())
	}
	return append(list, k.lent...)
}

// mostLent is how many tokens are remembered that were got with a kept one; they live for an hour at most.
const mostLent = 16

// Lend notes a token that was got with a kept one and is sent now: a vendor may repeat it, and it is to be masked too.
func (k *Keeper) Lend(token config.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if slices.Contains(k.lent, token.Reveal()) {
		return
	}
	k.lent = append(k.lent, token.Reveal())
	k.lent = slices.Delete(k.lent, 0, max(0, len(k.lent)-mostLent))
}
