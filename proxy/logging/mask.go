package logging

import (
	"regexp"
	"strings"

	"afterglow/proxy/redact"
)

// Mask takes secrets out of texts: those that it was told of, and what looks like one. Its zero value knows
// the looks. It is safe for concurrent use.
type Mask struct{ known redact.Redactor }

const masked = "[redacted]"

// Hide adds secrets of at least 8 bytes; shorter ones are left. A secret stays one, also when another has taken
// its place.
func (m *Mask) Hide(secrets ...string) { m.known.Hide(secrets...) }

// Text returns a text without its secrets. One that has none comes back as it is, without an allocation.
func (m *Mask) Text(s string) string {
	s = m.known.Now().Text(s, masked)
	if suspicious(s) {
		s = looks.ReplaceAllString(s, "${1}"+masked)
	}
	return s
}

// looks are what secrets look like: in a query or a form, in JSON, in a header, and by themselves. What stands
// before a secret, and stays, is group 1.
var looks = regexp.MustCompile(`(` + strings.Join([]string{
	`(?i:\b(?:[a-z_-]*(?:api|access|refresh|id|auth)[_-]?)?(?:key|token)|\b[a-z_-]*(?:secret|password)|\bx-[a-z-]*(?:key|token))(?:=|\\*["']\s*:\s*\\*["'])`,
	`(?i:\b(?:x-[a-z-]*(?:key|token)|(?:proxy-)?authorization)(?:\\*["'])?\s*[:=]\s*(?:[\["'\\]*)(?:(?:bearer|basic|token)\s+)?)`,
	`(?i:\bbearer\s+)`, `(?i:\bbasic\s+)`,
}, "|") + `)[^\s&"'\\,;(){}<>\[\]|]{3,}|` + strings.Join([]string{
	`\bsk-[\w-]{8,}`,                       // Anthropic, OpenAI, OpenRouter, DeepSeek, Moonshot
	`\bgh[a-z]_\w{10,}|github_pat_\w{10,}`, // GitHub
	`AIza[\w-]{10,}`,                       // Google, a key
	`ya29\.[\w.-]+`,                        // Google, an access token
	`\b1//0[\w-]{10,}`,                     // Google, a refresh token
	`\btid=[0-9a-f]{8,}[^\s"'&]*`,          // Copilot's token
	`eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?`,    // JSON web token
}, "|"))

// suspicious reports whether looks may find something: whether a byte that all of them have stands in their
// surroundings. Most texts end here.
func suspicious(s string) bool {
	for i := 1; i < len(s); i++ {
		before := s[:i]
		switch s[i] {
		case '=', ':', '"', '\'', '\\', ' ', '\t', '\n', '\r', '\f':
			if named(before) {
				return true
			}
		case '-':
			if ends(before, "sk") {
				return true
			}
		case '_':
			if i >= 3 && s[i-3] == 'g' && s[i-2] == 'h' || ends(before, "pat") {
				return true
			}
		case '/':
			if ends(before, "1/") {
				return true
			}
		case '.':
			if ends(before, "ya29") {
				return true
			}
		case 'I':
			if before[i-1] == 'A' && strings.HasPrefix(s[i:], "Iza") {
				return true
			}
		case 'J':
			if ends(before, "ey") {
				return true
			}
		}
	}
	return false
}

func ends(s, word string) bool {
	return len(s) >= len(word) && strings.EqualFold(s[len(s)-len(word):], word)
}

// named reports whether a text ends in a word after which looks expects a secret.
func named(s string) bool {
	switch s[len(s)-1] | 0x20 { // most texts need no more
	case 'y':
		return ends(s, "key")
	case 'n':
		return ends(s, "token") || ends(s, "authorization")
	case 't':
		return ends(s, "secret")
	case 'd':
		return ends(s, "password") || ends(s, "tid")
	case 'r':
		return ends(s, "bearer")
	case 'c':
		return ends(s, "basic")
	}
	return false
}
