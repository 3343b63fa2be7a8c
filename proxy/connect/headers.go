package connect

import (
	"errors"
	"slices"
	"strings"
)

// errNoText says that a value cannot hold lines.
var errNoText = errors.New("expected a string")

// withLine adds a header to a JSON string of headers, one a line, in place of one of the same name. raw "" = no string.
func withLine(raw, line string) (string, error) {
	lines, err := linesOf(raw)
	if err != nil {
		return "", err
	}
	return quote(strings.Join(append(slices.DeleteFunc(lines, named(line)), line), "\n")), nil
}

// withoutLine takes it out again, whatever its value. rest is "" if it is not in there.
func withoutLine(raw, line string) (rest string, empty bool, err error) {
	lines, err := linesOf(raw)
	if err != nil || !slices.ContainsFunc(lines, named(line)) {
		return "", false, err
	}
	lines = slices.DeleteFunc(lines, named(line))
	return quote(strings.Join(lines, "\n")), len(lines) == 0, nil
}

func linesOf(raw string) ([]string, error) {
	if raw == "" {
		return nil, nil
	}
	text, err := unquote(raw)
	if err != nil {
		return nil, errNoText
	}
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}

// named finds lines of a header's name.
func named(header string) func(string) bool {
	name, _, _ := strings.Cut(header, ":")
	return func(line string) bool {
		other, _, _ := strings.Cut(line, ":")
		return strings.EqualFold(strings.TrimSpace(other), name)
	}
}
