package connect

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/tailscale/hujson"
	"pgregory.net/rapid"
)

// written is a file as people write it: every value on a line of its own.
type written struct {
	lines []string
	marks []string // what stands on lines that an edit may be about, "m3"
	nl    string
}

func (w *written) value(t *rapid.T, format, indent, remark string) string {
	mark := fmt.Sprintf("m%d", len(w.marks))
	w.marks = append(w.marks, mark)
	raw := rapid.SampledFrom([]string{`1`, `"a"`, `"a # { [ \" b"`, `[1, 2]`, `true`}).Draw(t, "value")
	return fmt.Sprintf(format, indent, mark, raw) + remark
}

// jsonOf draws an object, often with env and provider in it, that may have remarks and commas at its ends.
func jsonOf(t *rapid.T) *written {
	pick := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	w := &written{nl: pick("line end", "\n", "\r\n")}
	indent := pick("indent", "  ", "\t", "    ", "")
	remark := func(indent string) {
		if r := pick("remark", "", "", "", "// alone", "/* block */", "blank"); r == "blank" {
			w.lines = append(w.lines, "")
		} else if r != "" {
			w.lines = append(w.lines, indent+r)
		}
	}
	tail := pick("head remark", "", " // head")
	w.lines = append(w.lines, "{"+tail)
	count := rapid.IntRange(1, 4).Draw(t, "members")
	object := rapid.IntRange(-1, count-1).Draw(t, "where the object is")
	for n := range count {
		comma := ","
		if n == count-1 {
			comma = pick("last comma", "", ",")
		}
		comma += pick("line remark", "", "", " // said", " /* said */")
		remark(indent)
		if n != object {
			w.lines = append(w.lines, w.value(t, "%s\"%s\": %s", indent, comma))
			continue
		}
		w.lines = append(w.lines, indent+`"`+pick("name", "env", "provider")+`": {`)
		inside := rapid.IntRange(1, 3).Draw(t, "inside")
		for i := range inside {
			inner := ","
			if i == inside-1 {
				inner = pick("inner comma", "", ",")
			}
			remark(indent + indent)
			w.lines = append(w.lines, w.value(t, "%s\"%s\": %s", indent+indent, inner))
		}
		remark(indent + indent)
		w.lines = append(w.lines, indent+"}"+comma)
	}
	remark(indent)
	w.lines = append(w.lines, "}")
	return w
}

func tomlOf(t *rapid.T) *written {
	pick := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	w := &written{nl: pick("line end", "\n", "\r\n")}
	rows := func(least int) {
		for range rapid.IntRange(least, 3).Draw(t, "rows") {
			if r := pick("remark", "", "", "# alone", "# [model_providers.afterglow]", "blank"); r == "blank" {
				w.lines = append(w.lines, "")
			} else if r != "" {
				w.lines = append(w.lines, r)
			}
			w.lines = append(w.lines, w.value(t, "%s%s = %s", pick("indent", "", "  "), pick("line remark", "", " # said")))
		}
	}
	w.lines = append(w.lines, pick("provider", "# none", `model_provider = "other" # mine`, `model_provider='other'`))
	inline := pick("inline", "", "", "model_providers = { o = { a = 1 } } # all", "model_providers = {o={a=1},afterglow={b=2}}", "model_providers.o.a = 1", `"model_providers" = {}`)
	if inline != "" {
		w.lines = append(w.lines, inline)
	}
	rows(0)
	for n := range rapid.IntRange(0, 3).Draw(t, "tables") {
		headers := []string{fmt.Sprintf("[t%d]", n), fmt.Sprintf("[[l%d]] # list", n)}
		if inline == "" {
			headers = append(headers, fmt.Sprintf("[ model_providers.o%d ]", n))
		}
		w.lines = append(w.lines, pick("header", headers...))
		rows(1)
	}
	if inline == "" && rapid.Bool().Draw(t, "ours") {
		w.lines = append(w.lines, "[model_providers.afterglow] # of once", `name = "old"`, "more = 1", "# below", "[last]") // no edit is about what is not there meanwhile
	}
	rows(0)
	return w
}

// edited is a text after somebody's edit of a line, whatever else is in the text.
func edited(t *rapid.T, w *written, text string, kind int, mark, comment, entry string) string {
	line := regexp.MustCompile(`(?m)^([ \t]*)"?` + mark + `"?( = |: )[^\r\n]*\r?\n`)
	switch kind {
	case 0: // a remark above all
		lead := ""
		if strings.HasPrefix(text, string(bom)) {
			lead = string(bom)
		}
		return lead + comment + w.nl + strings.TrimPrefix(text, lead)
	case 1: // one below all
		if !strings.HasSuffix(text, "\n") {
			text += w.nl
		}
		return text + comment + w.nl
	case 2: // one more key before another
		return line.ReplaceAllStringFunc(text, func(l string) string { return entry + w.nl + l })
	case 3: // a key is taken out
		return line.ReplaceAllString(text, "")
	case 4: // a value is changed
		return line.ReplaceAllStringFunc(text, func(l string) string {
			return strings.NewReplacer("true", "false", `"a`, `"b`, "1", "7", "m7", mark).Replace(l)
		})
	default: // a remark before a key
		return line.ReplaceAllStringFunc(text, func(l string) string { return comment + w.nl + l })
	}
}

// Connected and disconnected, a file is as it was; with edits in between, it is as with the edits alone.
func TestWhatPeopleDoMeanwhile(t *testing.T) {
	for _, c := range clients() {
		t.Run(c.id, rapid.MakeCheck(func(t *rapid.T) {
			w, comment := jsonOf, "// theirs"
			entry := `"theirs%d": 1,`
			if c.id == "codex" {
				w, comment, entry = tomlOf, "# theirs", "theirs%d = 1"
			}
			doc := w(t)
			before := strings.Join(doc.lines, doc.nl)
			if rapid.Bool().Draw(t, "line end at the end") {
				before += doc.nl
			}
			if rapid.Bool().Draw(t, "BOM") {
				before = string(bom) + before
			}
			at := target("127.0.0.1:1")
			to, err := c.choose("", at)
			if err != nil {
				t.Fatal(err)
			}
			r := record{Original: []byte(before)}
			text, err := applied(c, &r, at, to)
			if err != nil {
				t.Fatalf("%q: %v", before, err)
			}
			alone, meanwhile := before, string(text)
			for n := range rapid.IntRange(0, 4).Draw(t, "edits") {
				if len(doc.marks) == 0 {
					break
				}
				kind, mark := rapid.IntRange(0, 5).Draw(t, "edit"), rapid.SampledFrom(doc.marks).Draw(t, "mark")
				if strings.Contains(alone[strings.LastIndex(alone, "\n")+1:], mark) {
					continue // a line without an end is not the same line once something is below it
				}
				alone = edited(t, doc, alone, kind, mark, comment, fmt.Sprintf(entry, n))
				meanwhile = edited(t, doc, meanwhile, kind, mark, comment, fmt.Sprintf(entry, n))
			}
			now, err := r.without(c, []byte(meanwhile), true)
			if err != nil {
				t.Fatalf("%q: %v", meanwhile, err)
			}
			if got := string(now.text); got != alone || len(now.left) > 0 {
				t.Fatalf("before    %q\nconnected %q\nedited    %q\ngot       %q\nwant      %q\nleft %q", before, text, meanwhile, got, alone, now.left)
			}
			if c.id == "codex" {
				return
			}
			tidy, err := hujson.Format([]byte(strings.TrimPrefix(meanwhile, string(bom))))
			if err != nil {
				t.Fatal(err)
			}
			if now, err = r.without(c, tidy, true); err != nil {
				t.Fatal(err)
			}
			got, want := formatted(t, now.text), formatted(t, []byte(alone))
			if got != want {
				t.Fatalf("before    %q\nreformatted %q\ngot       %q\nwant      %q", before, tidy, got, want)
			}
		}))
	}
}

// formatted is a text with nothing left of how it was spaced.
func formatted(t *rapid.T, text []byte) string {
	out, err := hujson.Format([]byte(strings.TrimPrefix(string(text), string(bom))))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(string(out), ",", "")), "")
}

// What somebody put into objects that Connect made stays, and the objects with it; else they go.
func TestKeysPutIntoOurObjects(t *testing.T) {
	for before, want := range map[string]string{
		"":                 `{"env":{"THEIRS":"1"}}`,
		"{}":               `{"env":{"THEIRS":"1"}}`,
		`{"a": 1}`:         `{"env":{"THEIRS":"1"},"a":1}`,
		`{"env": {}}`:      `{"env":{"THEIRS":"1"}}`,
		`{"env":{"A":""}}`: `{"env":{"THEIRS":"1","A":""}}`,
	} {
		c := claudeCode()
		r := record{Original: []byte(before)}
		text, err := applied(c, &r, target("127.0.0.1:1"), route{})
		must(t, err)
		meanwhile, err := (jsonText{}).set(text, []string{"env", "THEIRS"}, `"1"`)
		must(t, err)
		now, err := r.without(c, meanwhile, true)
		must(t, err)
		if !(jsonText{}).same(string(now.text), want) {
			t.Errorf("%q: got %s, want %s", before, now.text, want)
		}
	}
	for before, remark := range map[string]string{`{}`: "// mine\n", `{"env": {}}`: "/* mine */"} {
		r := record{Original: []byte(before)}
		text, err := applied(claudeCode(), &r, target("127.0.0.1:1"), route{})
		must(t, err)
		now, err := r.without(claudeCode(), []byte(strings.Replace(string(text), `"env": {`, `"env": {`+remark, 1)), true)
		if err != nil || !strings.Contains(string(now.text), strings.TrimSpace(remark)) || strings.Contains(string(now.text), "ANTHROPIC") {
			t.Errorf("%q: %s %v", before, now.text, err)
		}
	}
}
