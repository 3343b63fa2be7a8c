package connect

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"

	"afterglow/proxy/nesting"
)

// tomlText edits TOML by splicing. A key of one part is a line above all tables; one of two parts is a table of
// its own, whose value is its text from the header on.
type tomlText struct{}

type tomlLine struct {
	start, end int
	header     bool
}

// lines are those on which something begins: those inside a long string or list are left out.
func (tomlText) lines(text []byte) (all []tomlLine) {
	depth, quote, start, begins := 0, "", 0, true
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		switch {
		case quote != "":
			switch {
			case text[i] == '\\' && quote[0] == '"':
				i++
			case bytes.HasPrefix(rest, []byte(quote)):
				i += len(quote) - 1
				quote = ""
			}
		case bytes.HasPrefix(rest, []byte(`"""`)), bytes.HasPrefix(rest, []byte(`'''`)):
			quote = string(rest[:3])
			i += 2
		case text[i] == '"' || text[i] == '\'':
			quote = string(rest[:1])
		case text[i] == '#':
			if n := bytes.IndexByte(rest, '\n'); n >= 0 {
				i += n - 1
			} else {
				i = len(text) - 1
			}
		case text[i] == '[' || text[i] == '{':
			depth++
		case text[i] == ']' || text[i] == '}':
			depth--
		}
		if i >= len(text)-1 || text[i] == '\n' {
			end := min(i+1, len(text))
			if begins {
				first := bytes.TrimLeft(text[start:end], " \t")
				all = append(all, tomlLine{start, end, bytes.HasPrefix(first, []byte("["))})
			}
			start, begins = end, depth == 0 && quote == ""
		}
	}
	return all
}

func (tomlText) check(text []byte) error {
	plain, any := string(bytes.TrimPrefix(text, bom)), map[string]any{}
	if err := nesting.TOML(plain); err != nil {
		return err
	}
	if _, err := toml.Decode(plain, &any); err != nil {
		return fmt.Errorf("not valid TOML: %w", err)
	}
	return nil
}

// place is where the value of a key stands, and the line of it.
func (t tomlText) place(text []byte, key []string) (from, to int, line tomlLine, ok bool) {
	skip := len(text) - len(bytes.TrimPrefix(text, bom))
	all := t.lines(text[skip:])
	for i := range all {
		l := all[i]
		l.start, l.end = l.start+skip, l.end+skip
		content := strings.TrimSpace(string(text[l.start:l.end]))
		if len(key) == 1 {
			if l.header {
				return 0, 0, l, false
			}
			name, value, is := strings.Cut(content, "=")
			if !is || strings.Trim(strings.TrimSpace(name), `"'`) != key[0] {
				continue
			}
			value = strings.TrimSpace(value)
			from = l.start + bytes.IndexByte(text[l.start:l.end], '=') + 1
			from += bytes.Index(text[from:l.end], []byte(value))
			if value != "" && (value[0] == '"' || value[0] == '\'') {
				if n := strings.IndexByte(value[1:], value[0]); n >= 0 {
					value = value[:n+2]
				}
			}
			return from, from + len(value), l, true
		}
		name, _, _ := strings.Cut(content, "]")
		if !l.header || strings.NewReplacer("[", "", " ", "", `"`, "", `'`, "").Replace(name) != strings.Join(key, ".") {
			continue
		}
		end := l.end // of its last key: remarks below belong to whatever comes next
		for n, next := range all[i+1:] {
			if next.header {
				break
			}
			if first := bytes.TrimSpace(text[skip+next.start : skip+next.end]); len(first) == 0 || first[0] == '#' {
				continue
			}
			end = len(text)
			if n+i+2 < len(all) {
				end = skip + all[n+i+2].start
			}
		}
		return l.start, l.start + len(bytes.TrimRight(text[l.start:end], " \t\r\n")), l, true
	}
	return 0, 0, tomlLine{}, false
}

func (t tomlText) get(text []byte, key []string) (string, bool, error) {
	if err := t.check(text); err != nil {
		return "", false, err
	}
	from, to, _, ok := t.place(text, key)
	return string(text[from:to]), ok, nil
}

func (tomlText) same(a, b string) bool {
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}

func (t tomlText) set(text []byte, key []string, raw string) ([]byte, error) {
	nl := newline(text)
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", nl)
	from, to, _, ok := t.place(text, key)
	switch {
	case ok:
		text = splice(text, from, to, raw)
	case len(key) == 1:
		skip := len(text) - len(bytes.TrimPrefix(text, bom))
		text = splice(text, skip, skip, key[0]+" = "+raw+nl)
	case bytes.HasSuffix(text, []byte("\n")):
		text = splice(text, len(text), len(text), nl+raw+nl)
	default:
		text = splice(text, len(text), len(text), nl+nl+raw)
	}
	return text, t.check(text)
}

func (t tomlText) drop(text []byte, key []string) ([]byte, error) {
	from, to, line, ok := t.place(text, key)
	if !ok {
		return text, nil
	}
	if len(key) == 1 {
		return splice(text, line.start, line.end, ""), nil
	}
	breaks := 1 // the empty line that was put before it
	if rest := text[to:]; bytes.HasPrefix(rest, []byte("\r\n")) {
		to += 2
	} else if bytes.HasPrefix(rest, []byte("\n")) {
		to++
	} else {
		breaks = 2
	}
	for range breaks {
		if bytes.HasSuffix(text[:from], []byte("\n")) {
			from--
			if bytes.HasSuffix(text[:from], []byte("\r")) {
				from--
			}
		}
	}
	return splice(text, from, to, ""), nil
}
