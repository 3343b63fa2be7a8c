package connect

import (
	"bytes"
	"testing"

	"afterglow/proxy/boundtest"
)

func FuzzJSON(f *testing.F) {
	for _, text := range jsonFiles {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, before []byte) {
		boundtest.Within(t, 512<<20, func() { takenBack(t, claudeCode(), before) })
	})
}

func FuzzTOML(f *testing.F) {
	for _, text := range tomlFiles {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, before []byte) {
		boundtest.Within(t, 512<<20, func() { takenBack(t, codex(), before) })
	})
}

// takenBack takes edits back key by key, as after a foreign edit.
func takenBack(t *testing.T, c client, before []byte) {
	at := target("127.0.0.1:1")
	to, err := c.choose("", at)
	must(t, err)
	r := record{Original: before}
	text, err := applied(c, &r, at, to)
	if err != nil {
		return
	}
	now, err := r.without(c, text, true)
	after := now.text
	if err != nil {
		t.Fatalf("%q became %q: %v", before, text, err)
	}
	if !bytes.Equal(after, before) && len(bytes.TrimSpace(bytes.TrimPrefix(before, bom))) > 0 {
		t.Errorf("%q became %q and then %q", before, text, after)
	}
}
