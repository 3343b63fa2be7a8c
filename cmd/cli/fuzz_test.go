package cli

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"afterglow/proxy/boundtest"
)

// FuzzSafe: nothing that a terminal would obey is left, and JSON stays the same document.
func FuzzSafe(f *testing.F) {
	for _, text := range []string{"\x1b]0;x\x07", "a\u202eb", "\xff\xfe", "{\"a\":\"\x7f\u2028\"}", "line\r\nline", "{\t\"a\": 0\r}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 64<<20)()
		obeyed := func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }
		for _, safe := range []string{Safe(text), SafeLines(text)} {
			if strings.ContainsFunc(safe, obeyed) {
				t.Errorf("%q became %q", text, safe)
			}
		}
		var before, after any
		if json.Unmarshal([]byte(text), &before) == nil {
			if err := json.Unmarshal(SafeJSON([]byte(text)), &after); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
