package connect

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
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

// FuzzHeaderLines: a line that is added to a client's headers, and taken out again, leaves the others.
func FuzzHeaderLines(f *testing.F) {
	f.Add(`"A: b\nX-Afterglow-Token: old"`)
	f.Add(`"\n\n"`)
	f.Add(`3`)
	f.Fuzz(func(t *testing.T, raw string) {
		defer boundtest.Bound(t, 64<<20)()
		const line = "X-Afterglow-Token: new"
		with, err := withLine(raw, line)
		if err != nil {
			return
		}
		rest, _, err := withoutLine(with, line)
		if err != nil {
			t.Fatalf("%q became %q: %v", raw, with, err)
		}
		lines, err := linesOf(rest)
		if err != nil || slices.ContainsFunc(lines, named(line)) {
			t.Errorf("%q became %q and then %q", raw, with, rest)
		}
	})
}

// FuzzBackup: a backup that somebody changed is read, or said to be damaged.
func FuzzBackup(f *testing.F) {
	f.Add([]byte(`{"path":"/x","original":"e30=","edits":[{"key":["env"],"new":"1","old":null}]}`))
	f.Add([]byte(`{"path":""}`))
	file := filepath.Join(f.TempDir(), "claude-code-x.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 64<<20)()
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := readRecord(file)
		if err == nil && r.Path == "" {
			t.Errorf("%q is a backup of nothing", text)
		}
		if err == nil {
			_, _ = r.without(claudeCode(), []byte("{}"), true)
		}
	})
}
