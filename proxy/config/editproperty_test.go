package config

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fileOf draws a configuration with a vendor "lab" among others, written in one of the many ways in which people write.
func fileOf(t *rapid.T) string {
	pick := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	eq := pick("equals", " = ", "=", "   =  ", "\t= ")
	note := func() string { return pick("note", "", "", "  # a note", " # = \"quoted\" [it]") }
	between := func() string {
		return pick("between", "", "", "\n", "# alone\n", "\n\n# two\n# lines\n")
	}
	var b strings.Builder
	b.WriteString(pick("head", "", "# head\n\n", "# head\nlisten = \"127.0.0.1:0\"\n"))
	b.WriteString(pick("tiers", "", "tiers = ['zhipu', \"lab\"]  # here\n", "tiers = [\n  \"lab\", # one\n  # two\n  [\"zhipu\", \"kimi\"]\n]\n"))
	lab := []string{
		"dialect" + eq + "\"anthropic\"", "base_url" + eq + "'http://127.0.0.1:1'", "auth" + eq + "\"bearer\"", "key" + eq + "\"${LAB_KEY}\"",
		"title" + eq + "\"The lab\"", "default_model" + eq + "\"m\"",
		pick("models", "models = [{match='a',to='b'}]", "models = [{match='a',to='b'},{match='c',to='d'}]", "models = [ # rules\n\t# the first\n\t{ match = \"a\", to = \"b\" }, # 1\n\t{ to = \"d\", match = \"c\" }\n]"),
		pick("limit", "limit = {default=2}", "limit = { default = 2, max_wait = \"1m\", models = { \"x.y\" = 3 } }", "limit.default = 2\nlimit.models = { \"x.y\" = 3 }"),
	}
	lab = rapid.Permutation(lab).Draw(t, "order")
	zhipu := "[[vendors]]" + note() + "\nname" + eq + "\"zhipu\"\n" + pick("of zhipu", "", "title"+eq+"\"Z\" # a title\n", "limit"+eq+"{}\n", "default_model"+eq+"'glm'\n", "models = []\n")
	rows := []string{zhipu, "[[ vendors ]]\n  name = 'lab'" + note() + "\n"}
	for _, line := range lab {
		rows[1] += between()
		if end := ""; !strings.Contains(line, "\n") {
			end = note()
			line += end
		}
		rows[1] += line + "\n"
	}
	for _, row := range rapid.Permutation(rows).Draw(t, "rows") {
		b.WriteString(between() + row)
	}
	b.WriteString(between() + pick("tail", "", "[log]\nlevel = \"info\"\n", "\n[[prices]]\nvendor=\"lab\"\nmodel=\"*\"\ninput=\"$1\"\noutput=\"$1\"\n"))
	text := b.String()
	if rapid.Bool().Draw(t, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if rapid.Bool().Draw(t, "cut") {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
}

// change is an edit of a draft, and the text that marks the lines that it may touch.
var changes = []struct {
	name  string
	edit  func(*Draft)
	marks []string
}{
	{"title", func(d *Draft) { d.Title = "Ärger \"im\" \\Labor" }, []string{"title"}},
	{"base_url", func(d *Draft) { d.BaseURL = "https://lab.example/its" }, []string{"base_url"}},
	{"auth", func(d *Draft) { d.Auth = AuthAPIKey }, []string{"auth"}},
	{"key", func(d *Draft) { d.Key, d.KeyVar = KeyInVariable, "OTHER_KEY" }, []string{"key"}},
	{"model", func(d *Draft) { d.DefaultModel = "n" }, []string{"default_model"}},
	{"rule", func(d *Draft) { d.Models = append(slices.Clone(d.Models), Rule{Match: "n*", To: "n"}) }, []string{"models", "match"}},
	{"goal", func(d *Draft) {
		d.Models = slices.Clone(d.Models)
		for i := range d.Models {
			d.Models[i].To += "2"
		}
	}, []string{"match"}},
	{"limit", func(d *Draft) { d.Limit.Default = 7 }, []string{"limit"}},
	{"total", func(d *Draft) { d.Limit.Total = 9 }, []string{"limit"}},
	{"slots", func(d *Draft) {
		d.Limit.Models = maps.Clone(d.Limit.Models)
		if d.Limit.Models == nil {
			d.Limit.Models = map[string]int{}
		}
		d.Limit.Models["x y"] = 4
	}, []string{"limit"}},
	{"name", func(d *Draft) { d.Name, d.Title = "bench", "Bench" }, []string{"name", "title", "lab"}},
	{"chain", func(d *Draft) { d.Enabled = !d.Enabled }, []string{"tiers", "zhipu", "\"lab\"", "kimi", "# two", "]"}},
}

// Whatever the file looks like: what was wanted is there, every other line is as it was, and taken back the text is the
// first one.
func TestEditsLeaveTheRestAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := File{Path: "config.toml", Text: fileOf(t), Exists: true, getenv: anyKey}
		if _, err := first.Config(); err != nil {
			t.Skip(err) // such as a price of a vendor that is not in the chain
		}
		all, err := first.Drafts()
		if err != nil {
			t.Fatal(err)
		}
		name := rapid.SampledFrom([]string{"lab", "zhipu"}).Draw(t, "vendor") // the second has a preset
		was, _ := all.Draft(name)
		c := changes[rapid.IntRange(0, len(changes)-1).Draw(t, "change")]
		want := was
		c.edit(&want)
		if name == "zhipu" && c.name == "name" {
			t.Skip() // a built-in vendor that is renamed keeps its preset in a row of its own
		}
		next, err := first.WithVendor(name, want)
		if err != nil {
			if c.name == "chain" { // the chain would be empty, or the file names it elsewhere
				t.Skip(err)
			}
			t.Fatalf("%s: %v\n%s", c.name, err, first.Text)
		}
		again, err := next.Drafts()
		if err != nil {
			t.Fatal(err)
		}
		got, _ := again.Draft(want.Name)
		got.Written, want.Written = true, true
		if same := cmp.Equal(was, want, cmp.AllowUnexported(Rule{})); same != (got.Base == want.Base) {
			t.Fatalf("%s: whether it changed is not told: %v, %q and %q", c.name, same, want.Base, got.Base)
		}
		got.Base = want.Base
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Rule{})); diff != "" {
			t.Fatalf("%s: %s\n%s", c.name, diff, next.Text)
		}
		linesStay(t, c.name, first.Text, next.Text, c.marks)
		back, err := next.WithVendor(want.Name, was)
		if err != nil {
			t.Fatal(err)
		}
		linesStay(t, c.name+", taken back", first.Text, back.Text, c.marks)
		all, err = back.Drafts()
		if err != nil {
			t.Fatal(err)
		}
		got, _ = all.Draft(was.Name)
		if diff := cmp.Diff(was, got, cmp.AllowUnexported(Rule{})); diff != "" {
			t.Fatalf("%s, taken back: %s\n%s", c.name, diff, back.Text)
		}
		if c.name == "chain" { // where it stood is not known any more
			return
		}
		if back.Text != first.Text {
			t.Fatalf("%s, taken back: %s\n%s", c.name, cmp.Diff(first.Text, back.Text), next.Text)
		}
	})
}

// linesStay checks that every line of a text is in another, in that order, but for those that have a mark in them.
func linesStay(t *rapid.T, what, first, next string, marks []string) {
	after := strings.SplitAfter(next, "\n")
	for line := range strings.Lines(first) {
		if slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(line, m) }) {
			continue
		}
		at := slices.IndexFunc(after, func(l string) bool {
			return l == line || !strings.HasSuffix(line, "\n") && strings.TrimRight(l, "\r\n") == line
		})
		if at < 0 {
			t.Fatalf("%s: the line %q is not as it was\n%s\nwas\n%s", what, line, next, first)
		}
		after = after[at+1:]
	}
}

// A vendor that is added and removed leaves the file as it was.
func TestWhatIsAddedCanBeRemoved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := File{Path: "config.toml", Text: fileOf(t), Exists: true, getenv: anyKey}
		if _, err := first.Config(); err != nil || !strings.HasSuffix(first.Text, "\n") || !strings.Contains(first.Text, "tiers") {
			t.Skip()
		}
		d := Draft{Name: "new", Dialect: "openai", BaseURL: "http://127.0.0.1:2", Auth: AuthNone, DefaultModel: "m", Enabled: true}
		next, err := first.WithVendor("", d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := next.WithoutVendor("new")
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimRight(back.Text, "\r\n") != strings.TrimRight(first.Text, "\r\n") {
			t.Fatal(cmp.Diff(first.Text, back.Text))
		}
	})
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.toml"), filepath.Join(dir, "config.toml")
	text := "tiers = [\"zhipu\"]\n"
	if err := errors.Join(os.WriteFile(real, []byte(text), 0o640), os.Chmod(real, 0o640), os.Symlink("real.toml", link)); err != nil {
		t.Fatal(err)
	}
	before, err := ReadFile(link, anyKey)
	if err != nil {
		t.Fatal(err)
	}
	next, err := before.WithTiers([][]string{{"kimi"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Write(before); err != nil {
		t.Fatal(err)
	}
	now, _ := os.ReadFile(real)
	info, _ := os.Stat(real)
	if at, err := os.Readlink(link); err != nil || at != "real.toml" || info.Mode().Perm() != 0o640 || string(now) != "tiers = [\"kimi\"]\n" {
		t.Error(at, err, info.Mode(), string(now))
	}
	if err := next.Write(before); !errors.Is(err, ErrChanged) {
		t.Error("a file that another program changed was written over:", err)
	}
}

func TestANewFileIsItsOwners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "some", "where", "config.toml")
	before, err := ReadFile(path, anyKey)
	if err != nil {
		t.Fatal(err)
	}
	next, err := before.WithTiers([][]string{{"kimi"}})
	if err == nil {
		err = next.Write(before)
	}
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != fs.FileMode(0o600) {
		t.Error(info.Mode(), err)
	}
	if conf, err := Load(path, anyKey); err != nil || chain(conf) != "kimi" {
		t.Error(chain(conf), err)
	}
}
