package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/boundtest"
)

// 40 KiB took 3.7 GiB and 18 s.
func TestADeepFileIsRefusedBeforeItIsParsed(t *testing.T) {
	const n = 20_000
	for name, text := range map[string]string{
		"tables":   "x = " + strings.Repeat("{a=", n) + "1" + strings.Repeat("}", n),
		"lists":    "tiers = " + strings.Repeat("[", n) + strings.Repeat("]", n),
		"key":      "x" + strings.Repeat(".a", n) + " = 1",
		"headers":  "[x" + strings.Repeat(".a", n) + "]",
		"in a row": "[[vendors]]\nname = \"x\"\nlimit = " + strings.Repeat("{models=", n),
	} {
		boundtest.Within(t, 16<<20, func() {
			_, err := Parse("config.toml", text, env())
			var problem *Error
			if !errors.As(err, &problem) || !strings.Contains(err.Error(), "config.toml: line ") || !strings.Contains(err.Error(), "nested too deep") {
				t.Errorf("%s: %.200v", name, err)
			}
			f := File{Path: "config.toml", Text: text, Exists: true, getenv: env()}
			if _, err := f.Drafts(); err == nil {
				t.Errorf("%s: it can be edited", name)
			}
		})
	}
}

func TestALongFileIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte("tiers = [\"anthropic\"]\n"+strings.Repeat("# long\n", 10<<20)), 0o600); err != nil {
		t.Fatal(err)
	}
	boundtest.Within(t, 16<<20, func() {
		if _, err := Load(path, env()); err == nil || !strings.Contains(err.Error(), path+": expected at most 512 KiB") {
			t.Errorf("%.200v", err)
		}
		f, err := ReadFile(path, env())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WithListen("127.0.0.1:1"); err == nil || !strings.Contains(err.Error(), "512 KiB") {
			t.Errorf("%.200v", err)
		}
	})
}

// Each was looked for in the whole file.
func TestManyUnknownKeysAreNotAllNamed(t *testing.T) {
	_, err := Parse("f", strings.Repeat("[[x]]\na = 1\n", 20_000), env())
	if err == nil || len(err.Error()) > 4000 || !strings.Contains(err.Error(), "more unknown keys") {
		t.Errorf("%.200v", err)
	}
}

// A header loses blanks, and cannot carry the rest: with such a token everybody, or nobody, would be let in.
func TestATokenThatNoHeaderCarriesIsRefused(t *testing.T) {
	for _, token := range []string{"                ", `\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t`, `\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000`,
		" 0123456789abcdef", "0123456789 abcdef", `0123456789abcdef\n`, "0123456789abcdéf", "0123456789abcde", "０１２３４５６７８９abcdef"} {
		_, err := Parse("f", `token = "`+token+"\"\ntiers = [\"anthropic\"]", env())
		if err == nil || !strings.Contains(err.Error(), "f: token: expected at least 16 characters, printable ASCII without spaces") {
			t.Errorf("%q: %v", token, err)
		}
	}
	if conf, err := Parse("f", "token = \"${T}\"\nlisten = \"0.0.0.0:1\"\ntiers = [\"anthropic\"]", env("T", " 0123456789~bcdef\n")); err != nil || conf.Token.Reveal() != "0123456789~bcdef" {
		t.Error(conf.Token.Reveal(), err)
	}
	if _, err := Parse("f", "token = \"${T}\"\ntiers = [\"anthropic\"]", env("T", strings.Repeat(" ", 20))); err == nil || !strings.Contains(err.Error(), "T is not set") {
		t.Error(err)
	}
}
