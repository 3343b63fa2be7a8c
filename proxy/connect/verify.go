package connect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/BurntSushi/toml"
	strict "github.com/pelletier/go-toml/v2"

	"afterglow/proxy/nesting"
	"afterglow/proxy/reason"
)

// inFile is an error with the file that it is about.
func inFile(file string, err error) error { return reason.InFile{File: file, Err: err} }

func notJSON(err error) error {
	return reason.Wrap(reason.BadJSON, err.Error(), fmt.Errorf("not valid JSON: %w", err))
}

func notTOML(err error) error {
	return reason.Wrap(reason.BadTOML, err.Error(), fmt.Errorf("not valid TOML: %w", err))
}

// errForeign says that a file is not as it was written, and that it is not damaged either.
var errForeign error = reason.New(reason.FileRaced, "", "another program wrote the file at the same time. Nothing else was changed. Try again")

// read decodes a text with encoding/json, which has no part in writing it.
func (jsonText) read(text []byte) (map[string]any, error) {
	text = bytes.TrimPrefix(text, bom)
	if err := nesting.JSON(text); err != nil {
		return nil, err
	}
	text = plainJSON(text)
	all := map[string]any{}
	if len(bytes.TrimSpace(text)) == 0 {
		return all, nil
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.UseNumber()
	if err := in.Decode(&all); err != nil {
		return nil, notJSON(err)
	}
	if in.More() {
		return nil, notJSON(errors.New("something follows the object"))
	}
	return all, nil
}

// plainJSON has spaces in place of comments, and of commas behind which nothing comes.
func plainJSON(text []byte) []byte {
	out := bytes.Clone(text)
	comma, last := -1, byte('{') // the comma that may be the last of its kind, and what came before
	for i := 0; i < len(out); i++ {
		end := 0
		rest := out[i:]
		switch {
		case rest[0] == '"':
			for i++; i < len(out) && out[i] != '"'; i++ {
				if out[i] == '\\' {
					i++
				}
			}
			comma = -1
		case bytes.HasPrefix(rest, []byte("//")):
			end = bytes.IndexByte(rest, '\n')
		case bytes.HasPrefix(rest, []byte("/*")):
			end = bytes.Index(rest[2:], []byte("*/")) + 4
			if end < 4 {
				return out // it has no end, and is no JSON
			}
		case rest[0] == ',' && strings.IndexByte("{[,", last) < 0:
			comma = i
		case rest[0] == '}' || rest[0] == ']':
			if comma >= 0 {
				out[comma] = ' '
			}
			comma = -1
		case strings.IndexByte(" \t\r\n", rest[0]) < 0:
			comma = -1
		}
		if end < 0 {
			end = len(out) - i
		}
		if end > 0 {
			copy(out[i:], bytes.Repeat([]byte(" "), end))
			i += end - 1
		} else if c := rest[0]; strings.IndexByte(" \t\r\n", c) < 0 {
			last = c
		}
	}
	return out
}

// read decodes a text with BurntSushi's parser, which has no part in writing it. It does not see all that Codex refuses,
// so that go-toml's decoder has to take the text as well.
func (tomlText) read(text []byte) (map[string]any, error) {
	text = bytes.TrimPrefix(text, bom)
	if err := nesting.TOML(string(text)); err != nil {
		return nil, err
	}
	var all, same map[string]any
	if _, err := toml.Decode(string(text), &all); err != nil {
		return nil, notTOML(err)
	}
	if err := strict.Unmarshal(text, &same); err != nil {
		return nil, notTOML(err)
	}
	if all == nil {
		all = map[string]any{}
	}
	return all, nil
}

// value decodes what an edit writes.
func (j jsonText) value(raw string, key []string) (any, error) {
	all, err := j.read([]byte(`{"v":` + raw + `}`))
	return all["v"], err
}

func (t tomlText) value(raw string, key []string) (any, error) {
	if !strings.HasPrefix(raw, "[") {
		all, err := t.read([]byte("v = " + raw))
		return all["v"], err
	}
	all, err := t.read([]byte(raw))
	if err != nil {
		return nil, err
	}
	v, _ := at(all, key)
	return v, nil
}

// follows reports whether a text is the original with these edits and no other change.
func (c client) follows(original, text []byte, edits []edit) error {
	want, err := c.text.read(original)
	if err != nil {
		return err
	}
	got, err := c.text.read(text)
	if err != nil {
		return err
	}
	for _, e := range edits {
		if e.Gone {
			cut(want, e.Key)
			continue
		}
		v, err := c.text.value(e.New, e.Key)
		if err != nil {
			return err
		}
		if now, _ := at(got, e.Key); !alike(now, v) || !lay(want, e.Key, v) {
			return unsafe(e.Key)
		}
	}
	if !alike(want, got) {
		return unsafe(edits[len(edits)-1].Key)
	}
	return nil
}

func unsafe(key []string) error {
	name := strings.Join(key, ".")
	return reason.New(reason.CannotEdit, name, "%s is written in a form that Afterglow cannot edit safely. Nothing was changed. Edit it by hand", name)
}

// keeps reports whether a text differs from another only in the keys of these edits.
func (c client) keeps(before, after []byte, edits []edit) error {
	old, err := c.text.read(before)
	if err != nil {
		return err
	}
	now, err := c.text.read(after)
	if err != nil {
		return err
	}
	for _, e := range edits {
		cut(old, e.Key)
		cut(now, e.Key)
	}
	if !alike(old, now) {
		return unsafe(edits[0].Key)
	}
	return nil
}

// stands reads a file that was written, and reports whether it holds what it should.
func (c client) stands(r *record, text []byte) error {
	got, err := readText(r.Path)
	if err != nil {
		return err
	}
	all, err := c.text.read(got)
	if err != nil {
		return fmt.Errorf("%s did not contain what was written, so it was restored: %w", r.Path, err)
	}
	if bytes.Equal(got, text) {
		return nil
	}
	for _, e := range r.Edits {
		now, ok := at(all, e.Key)
		v, err := c.text.value(e.New, e.Key)
		if err != nil || ok == e.Gone || !e.Gone && !alike(now, v) {
			return inFile(r.Path, errForeign)
		}
	}
	return nil
}

// at is what stands under a key.
func at(all map[string]any, key []string) (any, bool) {
	for _, k := range key[:len(key)-1] {
		all, _ = all[k].(map[string]any)
	}
	v, ok := all[key[len(key)-1]]
	return v, ok
}

// lay puts a value under a key. It reports false if something other than an object is in the way.
func lay(all map[string]any, key []string, v any) bool {
	for _, k := range key[:len(key)-1] {
		below, ok := all[k].(map[string]any)
		if _, taken := all[k]; taken && !ok {
			return false
		}
		if !ok {
			below = map[string]any{}
			all[k] = below
		}
		all = below
	}
	all[key[len(key)-1]] = v
	return true
}

// cut takes a key out, and the objects that hold nothing then.
func cut(all map[string]any, key []string) {
	if len(key) > 1 {
		below, ok := all[key[0]].(map[string]any)
		if !ok {
			return
		}
		cut(below, key[1:])
		if len(below) > 0 {
			return
		}
	}
	delete(all, key[0])
}

// alike compares decoded values. A number that is none is equal to itself here.
func alike(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	text := fmt.Sprintf("%#v", a)
	return strings.Contains(text, "NaN") && text == fmt.Sprintf("%#v", b)
}
