package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestEdits replays testdata/edit: what a file is before some edits, and after. With -update it writes what they make.
func TestEdits(t *testing.T) {
	names, err := filepath.Glob("testdata/edit/*.txtar")
	if err != nil || len(names) < 10 {
		t.Fatal(err, len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f := File{Path: "config.toml", getenv: anyKey}
			edits, want := "", ""
			for _, part := range a.Files {
				switch part.Name {
				case "before.toml":
					f.Text, f.Exists = string(part.Data), true
				case "edits":
					edits = string(part.Data)
				default:
					want = string(part.Data)
				}
			}
			crlf := strings.Contains(name, "crlf")
			if crlf {
				f.Text = strings.ReplaceAll(f.Text, "\n", "\r\n")
			}
			if strings.Contains(name, "newline") {
				f.Text = strings.TrimSuffix(f.Text, "\n")
			}
			kind, got := "after.toml", ""
			for line := range strings.Lines(edits) {
				if f, err = edited(f, strings.Fields(line)); err != nil {
					kind, got = "error", err.Error()+"\n"
					break
				}
			}
			if err == nil {
				got = f.Text
				if crlf {
					if strings.Count(got, "\n") != strings.Count(got, "\r\n") {
						t.Errorf("line ends are mixed: %q", got)
					}
					got = strings.ReplaceAll(got, "\r\n", "\n")
				}
				if strings.Contains(name, "newline") {
					if strings.HasSuffix(got, "\n") {
						t.Error("the last line has a line end now")
					}
					got += "\n"
				}
			}
			if *update {
				files := slices.DeleteFunc(a.Files, func(p txtar.File) bool { return p.Name == "after.toml" || p.Name == "error" })
				a.Files = append(files, txtar.File{Name: kind, Data: []byte(got)})
				if err := os.WriteFile(name, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// edited does what a line of a case's edits says: "save NAME key=value…", "new key=value…", "remove NAME",
// "tiers a b+c", "listen ADDRESS".
func edited(f File, words []string) (File, error) {
	switch words[0] {
	case "remove":
		return f.WithoutVendor(words[1])
	case "listen":
		return f.WithListen(words[1])
	case "tiers":
		var tiers [][]string
		for _, w := range words[1:] {
			tiers = append(tiers, strings.Split(w, "+"))
		}
		return f.WithTiers(tiers)
	}
	all, err := f.Drafts()
	if err != nil {
		return f, err
	}
	name, d := "", Draft{Enabled: true}
	if words[0] == "save" {
		name, words = words[1], words[1:]
		var ok bool
		if d, ok = all.Draft(name); !ok {
			d, _ = all.Preset(name)
		}
	} else if from, ok := strings.CutPrefix(words[1], "preset="); ok {
		if d, ok = all.Preset(from); !ok {
			d, _ = all.Draft(from)
		}
		d.Enabled = true
	}
	d.Limit.Models = maps.Clone(d.Limit.Models)
	for _, w := range words[1:] {
		key, value, _ := strings.Cut(w, "=")
		if err := d.put(key, strings.ReplaceAll(value, "_", " ")); err != nil {
			return f, err
		}
	}
	return f.WithVendor(name, d)
}

func (d *Draft) put(key, text string) error {
	number, _ := strconv.Atoi(text)
	switch key {
	case "name":
		d.Name = text
	case "preset":
		d.Preset = text
	case "title":
		d.Title = text
	case "dialect":
		d.Dialect = text
	case "base-url":
		d.BaseURL = text
	case "auth":
		d.Auth = Auth(text)
	case "key":
		d.Key = map[string]KeyPlace{"none": KeyNone, "keyring": KeyInKeyring}[text]
		if variable, ok := strings.CutPrefix(text, "$"); ok {
			d.Key, d.KeyVar = KeyInVariable, strings.ReplaceAll(variable, " ", "_")
		}
	case "default-model":
		d.DefaultModel = text
	case "models":
		d.Models = nil
		for _, r := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
			match, to, _ := strings.Cut(r, ">")
			d.Models = append(d.Models, Rule{Match: match, To: to})
		}
	case "enabled":
		d.Enabled = text == "true"
	case "adaptive":
		d.Limit.Adaptive = text == "true"
	case "fair":
		d.Limit.Fair = text == "true"
	case "default":
		d.Limit.Default = number
	case "total":
		d.Limit.Total = number
	case "max":
		d.Limit.Max = number
	case "max-pending":
		d.Limit.MaxPending = number
	case "max-wait":
		d.Limit.MaxWait, _ = time.ParseDuration(text)
	default:
		model, ok := strings.CutPrefix(key, "model:")
		if !ok {
			return fmt.Errorf("unknown key %q of an edit", key)
		}
		if d.Limit.Models == nil {
			d.Limit.Models = map[string]int{}
		}
		if d.Limit.Models[model] = number; number == 0 {
			delete(d.Limit.Models, model)
		}
	}
	return nil
}
