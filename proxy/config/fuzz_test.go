package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"afterglow/assets"
	"afterglow/proxy/boundtest"
)

// FuzzState: a state file is taken, or set aside and an empty one in its place.
func FuzzState(f *testing.F) {
	for _, text := range []string{`{"version":1,"limits":{"v":{"m":2}}}`, `{"version":1,"order":[["a"],null],"bindings":[{}],"settings":{"retention":-1}}`, `{"version":2}`, `null`, `[[[[`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		defer boundtest.Bound(t, 64<<20)()
		dir := t.TempDir()
		path := filepath.Join(dir, "state.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := OpenState(dir)
		if s == nil {
			t.Fatal(err)
		}
		if err != nil && (len(s.Limits()) > 0 || s.Order() != nil) {
			t.Errorf("%q is wrong, and taken: %v", text, err)
		}
		if err := s.SetLimit("v", "m", 3); err != nil {
			t.Fatal(err)
		}
		if again, err := OpenState(dir); err != nil || again.Limits()["v"]["m"] != 3 {
			t.Errorf("%q: what was written cannot be read: %v", text, err)
		}
	})
}

// FuzzEdit: an edit of a file that can be read makes one that can be read, and says what was wanted; or nothing is changed.
func FuzzEdit(f *testing.F) {
	f.Add(assets.DefaultConfig)
	f.Add("tiers = [ # here\n  \"lab\",\n]\n[[vendors]]\nname = 'lab'\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"none\"\nlimit.default = 2\n")
	f.Add("vendors = [{name = \"lab\", dialect = \"anthropic\", base_url = \"http://x\", auth = \"none\"}]\n\"listen\" = '''127.0.0.1:1'''")
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 512<<20)()
		before := File{Path: "f", Text: text, Exists: true, getenv: env()}
		if _, err := before.Config(); err != nil {
			return
		}
		check := func(next File, err error) bool {
			var wrong *Error
			if err != nil {
				if !errors.As(err, &wrong) {
					t.Errorf("%q: %T %v", text, err, err)
				}
				return false
			}
			if _, err := next.Config(); err != nil {
				t.Errorf("%q became %q: %v", text, next.Text, err)
			}
			return true
		}
		next, err := before.WithListen("127.0.0.1:4711")
		if check(next, err) {
			if conf, _ := next.Config(); conf.Listen != "127.0.0.1:4711" {
				t.Errorf("%q became %q", text, next.Text)
			}
		}
		all, err := before.Drafts()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all.Vendors {
			check(before.WithoutVendor(d.Name))
			d.Title = "Another"
			check(before.WithVendor(d.Name, d))
		}
		if _, err := before.Destinations(); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// FuzzUnits: a duration or a size is read, or is an error.
func FuzzUnits(f *testing.F) {
	for _, text := range []string{"4m", "180d", "1d2h", "-1d", "9999999999999d", "64MiB", "2147483647GiB", "1e9s", "", "d"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer boundtest.Bound(t, 16<<20)()
		var d duration
		var s size
		if d.UnmarshalTOML(text) == nil && d < 0 || s.UnmarshalTOML(text) == nil && s < 1 {
			t.Errorf("%q: %v %v", text, d, s)
		}
	})
}
