// Package redact takes secrets out of what others say: a vendor may repeat the key that it was sent.
//
// A secret is found as it is, as it stands in a URL or in JSON, character by character, and within base64. What is found
// gives way to as many asterisks, so that lengths that were announced stay true.
package redact

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// shortest is how long a secret is at least, in bytes; less would take words out of texts.
const shortest = 8

// Secrets are secrets to look for. Their zero value is none. They are safe for concurrent use, and never change.
type Secrets struct {
	known  []string // sorted
	lower  []string // the same in small letters
	texts  patterns // all, for texts about a call
	bodies patterns // those that no answer has by chance
}

// Of returns the secrets of a list; those shorter than 8 bytes are left out.
func Of(list ...string) *Secrets { return (*Secrets)(nil).With(list...) }

// With returns these secrets and more.
func (s *Secrets) With(more ...string) *Secrets {
	var known []string
	if s != nil {
		known = s.known
	}
	fresh := slices.DeleteFunc(slices.Clone(more), func(one string) bool {
		_, found := slices.BinarySearch(known, one)
		return found || len(one) < shortest
	})
	if len(fresh) == 0 && s != nil {
		return s
	}
	next := &Secrets{known: slices.Compact(slices.Sorted(slices.Values(slices.Concat(known, fresh))))}
	for _, one := range next.known {
		next.lower = append(next.lower, strings.ToLower(one))
		for _, form := range forms(one) {
			next.texts.add(form)
			if unlikely(one) {
				next.bodies.add(form)
			}
		}
	}
	return next
}

// unlikely reports whether a secret stands in no text by chance. What people write in place of a key, such as "anthropic"
// or "lm-studio", may.
func unlikely(secret string) bool {
	letters := strings.ContainsFunc(secret, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
	digits := strings.ContainsAny(secret, "0123456789")
	return len(secret) >= 20 || len(secret) >= 12 && letters && digits
}

// In reports whether a text holds a secret.
func (s *Secrets) In(text string) bool {
	return s != nil && !s.texts.none() && s.texts.first(text) >= 0
}

// Text returns a text with mark in the place of each secret, or as many asterisks where mark is "". One without secrets
// comes back as it is, without an allocation.
func (s *Secrets) Text(text, mark string) string {
	if !s.In(text) {
		return text
	}
	masked := []byte(text)
	spans, _ := s.texts.find(masked, true)
	var out []byte
	at := 0
	for _, found := range spans {
		out = append(out, masked[at:found.from]...)
		if at = found.to; mark != "" {
			out = append(out, mark...)
			continue
		}
		out = append(out, strings.Repeat("*", found.to-found.from)...)
	}
	return string(append(out, masked[at:]...))
}

// Header masks the values of a header in place. A field in whose name a secret is, in whichever case, is left out.
func (s *Secrets) Header(h http.Header) {
	for name, values := range h {
		if s.names(name) {
			delete(h, name)
			continue
		}
		for i, v := range values {
			if s.In(v) {
				h[name] = slices.Clone(h[name]) // they may be shared
				h[name][i] = s.Text(v, "")
			}
		}
	}
}

// names reports whether a header's name holds a secret: its letters are not as they were sent.
func (s *Secrets) names(name string) bool {
	if s == nil || len(name) < shortest {
		return false
	}
	name = strings.ToLower(name)
	return slices.ContainsFunc(s.lower, func(secret string) bool { return len(secret) <= len(name) && strings.Contains(name, secret) })
}

// Redactor holds the secrets that are known so far. Its zero value knows none. It is safe for concurrent use.
type Redactor struct {
	mu  sync.Mutex // held while now changes
	now atomic.Pointer[Secrets]
}

// Hide adds secrets. One stays a secret, also when another has taken its place.
func (r *Redactor) Hide(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.Store(r.now.Load().With(secrets...))
}

// Now are the secrets that are known, nil if there are none.
func (r *Redactor) Now() *Secrets {
	if r == nil {
		return nil
	}
	return r.now.Load()
}
