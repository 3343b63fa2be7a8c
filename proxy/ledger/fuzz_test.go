package ledger

import (
	"os"
	"path/filepath"
	"testing"

	"afterglow/proxy/boundtest"
)

// FuzzImport: another program's database, whatever is in it, is imported or is an error, and the ledger goes on.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"reference-0.4.0.sql", "reference-vendor.sql"} {
		text, err := os.ReadFile(made(f, filepath.Join("testdata", name)))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(text[:len(text)/2])
	}
	f.Add([]byte("no database"))
	l := open(f, file(f))
	from := filepath.Join(f.TempDir(), "usage.db")
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 512<<20)()
		if err := os.WriteFile(from, text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = l.Import(t.Context(), from)
		if now, err := os.ReadFile(from); err != nil || string(now) != string(text) {
			t.Errorf("the other program's file was changed: %v", err)
		}
		if _, err := l.Rows(t.Context(), Query{}, nil); err != nil {
			t.Error(err)
		}
	})
}
