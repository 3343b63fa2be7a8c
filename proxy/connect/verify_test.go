package connect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// An inline table takes Afterglow's provider into itself: a table of its own is one that Codex refuses.
func TestCodexsInlineTableStaysOne(t *testing.T) {
	for before, want := range map[string]string{
		"model_providers = { corp = { name = \"C\" } }\n": "model_providers = { afterglow = { name",
		"model_providers = {}\n":                          "model_providers = { afterglow = { name",
		"[model_providers]\nafterglow = { name = \"x\" }": "[model_providers]\nafterglow = { name = \"OpenAI through",
	} {
		d, file := home(t, "codex")
		put(t, file, before)
		must(t, d.Connect("codex", Choice{}, target("127.0.0.1:1")))
		got := content(t, file)
		var all map[string]any
		if err := toml.Unmarshal([]byte(got), &all); err != nil || !strings.Contains(got, want) || strings.Contains(got, "[model_providers.afterglow]") {
			t.Errorf("%q became %q: %v", before, got, err)
		}
	}
}

// What cannot be edited safely is refused before anything is written.
func TestWhatCannotBeEditedIsRefused(t *testing.T) {
	for id, texts := range map[string][]string{
		"codex": {
			"model_providers.afterglow.name = \"mine\"\nmodel_providers.afterglow.base_url = \"https://x.example\"\n",
			"[model_providers]\nafterglow.name = \"mine\"\n",
			"[model_providers.afterglow]\nname = \"mine\"\n[model_providers.afterglow.http_headers]\na = \"b\"\n",
			"[[model_providers]]\nname = \"a list\"\n",
			"model_providers = 3\n",
			"model_providers = { corp = { name = \"C\" } }\n[model_providers.other]\nname = \"Codex refuses this\"\n",
		},
		"claude-code": {`{"env": []}`, `{"env": {}} {}`},
		"opencode":    {`{"provider": "x"}`},
	} {
		for _, before := range texts {
			d, file := home(t, id)
			put(t, file, before)
			err := d.Connect(id, Choice{}, target("127.0.0.1:1"))
			if err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("%q: %v", before, err)
			}
			if got := content(t, file); got != before {
				t.Errorf("%q became %q", before, got)
			}
			if err := off(d, id, target("127.0.0.1:1")); err == nil || strings.Contains(before, "http_headers") && !errors.Is(err, ErrApart) {
				t.Errorf("%q: %v", before, err)
			}
			if all, err := d.records(id); err != nil || len(all) > 0 {
				t.Errorf("%q: %v %v", before, all, err)
			}
		}
	}
}

// lying is a syntax that writes something else too.
type lying struct {
	syntax
	says func(text []byte) []byte
}

func (l lying) set(text []byte, key []string, raw string) ([]byte, error) {
	text, err := l.syntax.set(text, key, raw)
	return l.says(text), err
}

// A mistake of the editor is seen by the parser that does not write, before the file is touched.
func TestAnotherParserReadsWhatIsWritten(t *testing.T) {
	for _, c := range clients() {
		for name, says := range map[string]func(text []byte) []byte{
			"damaged":      func(text []byte) []byte { return text[:len(text)/2] },
			"nothing":      func([]byte) []byte { return nil },
			"another edit": func(text []byte) []byte { return []byte(strings.ReplaceAll(string(text), "keep", "lost")) },
			"not written":  func(text []byte) []byte { return []byte(strings.ReplaceAll(string(text), "127.0.0.1", "127.0.0.2")) },
		} {
			before := "{\"a\": \"keep\"}\n"
			if c.id == "codex" {
				before = "a = \"keep\"\n"
			}
			c := c
			c.text = lying{c.text, says}
			r := record{Original: []byte(before)}
			if text, err := applied(c, &r, target("127.0.0.1:1"), route{URL: "http://127.0.0.1:1/x"}); err == nil {
				t.Errorf("%s, %s: %q", c.id, name, text)
			}
		}
	}
}

// What the disk has is read again. If it is damaged, the file is as it was; if another program wrote it, that stays.
func TestAWriteThatDidNotHold(t *testing.T) {
	const foreign = `{"theirs": 1}`
	for _, existed := range []bool{true, false} {
		d, file := home(t, "claude-code")
		before := jsonFiles["own"]
		if existed {
			put(t, file, before)
		}
		broken := true
		d.save = func(name string, text []byte) error {
			if broken {
				text, broken = text[:len(text)/2], false
			}
			return os.WriteFile(name, text, 0o600)
		}
		if err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1")); err == nil || !strings.Contains(err.Error(), "was restored") {
			t.Error(err)
		}
		if got, err := os.ReadFile(file); existed && string(got) != before || !existed && err == nil {
			t.Errorf("%q %v", got, err)
		}
		d.save = func(name string, _ []byte) error { return os.WriteFile(name, []byte(foreign), 0o600) }
		if err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1")); !errors.Is(err, errForeign) {
			t.Error(err)
		}
		if got := content(t, file); got != foreign {
			t.Errorf("%q", got)
		}
		if err := off(d, "claude-code", target("127.0.0.1:1")); !errors.Is(err, ErrApart) {
			t.Error(err)
		}
	}
}

// Another program that writes at the same time, and keeps what Connect wrote, is no fault.
func TestAnotherWriteAtTheSameTime(t *testing.T) {
	d, file := home(t, "claude-code")
	put(t, file, "{}")
	d.save = func(name string, text []byte) error {
		return os.WriteFile(name, []byte(strings.Replace(string(text), "{", `{"theirs": 1,`, 1)), 0o600)
	}
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	d.save = nil
	all, err := d.Disconnect("claude-code", false, target("127.0.0.1:1"))
	if err != nil || all[0].How != Edited || !strings.Contains(content(t, file), "theirs") {
		t.Errorf("%+v %v %q", all, err, content(t, file))
	}
}

func TestPlainJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": "// no, /* no */ ,}", /* yes, */ "b": [1, 2, ], // yes` + "\n}": `{"a":"// no, /* no */ ,}","b":[1,2]}`,
		`{"a\"//": 1,}//`:  `{"a\"//":1}`,
		`{"a": [[],{},],}`: `{"a":[[],{}]}`,
	} {
		got := strings.Join(strings.Fields(string(plainJSON([]byte(text)))), "")
		if got != strings.Join(strings.Fields(want), "") {
			t.Errorf("%s: got %s", text, got)
		}
	}
	for _, text := range []string{"{/*", `{"a": "b`, "{,}", `{"a": 1,,}`} {
		if all, err := (jsonText{}).read([]byte(text)); err == nil {
			t.Errorf("%s: %v", text, all)
		}
	}
}

// A backup that cannot be read is as one that is gone, and is kept.
func TestADamagedBackup(t *testing.T) {
	d, file := home(t, "claude-code")
	put(t, file, jsonFiles["own"])
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	kept := d.backup("claude-code", file)
	must(t, os.WriteFile(kept, []byte(`{"path": "/x", "original": "`), 0o600))
	if s := state(t, d, "claude-code", "127.0.0.1:1"); s.State != Connected {
		t.Errorf("%+v", s)
	}
	all, err := d.Disconnect("claude-code", false, target("127.0.0.1:1"))
	if err != nil || len(all) != 1 || all[0].How != NoBackup || strings.Contains(content(t, file), "BASE_URL") {
		t.Errorf("%+v %v", all, err)
	}
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	if damaged, err := filepath.Glob(filepath.Join(d.dir, "*.damaged")); err != nil || len(damaged) != 1 {
		t.Errorf("%v %v", damaged, err)
	}
}
