package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"afterglow/proxy/reason"
)

// Error says what is wrong with a configuration.
type Error struct {
	File     string
	Problems []Problem
}

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = e.File + ": " + p.Error()
	}
	return strings.Join(lines, "\n")
}

// Has reports whether one of the problems has a code.
func (e *Error) Has(code reason.Code) bool {
	return slices.ContainsFunc(e.Problems, func(p Problem) bool { return p.Code == code })
}

// Problem is one thing that is wrong with a configuration, and what was expected. It contains no secret.
type Problem struct {
	Line int    // of the file, from 1; 0 = not known
	Key  string // that it is about, such as vendors[0] "lab".base_url; "" if it is about none
	reason.Reason
}

// Error is the problem in English: the line, the key and the words.
func (p Problem) Error() string { return p.Place() + p.Words }

// Place is the line and the key with a colon and a space, "" where neither is known.
func (p Problem) Place() string {
	var parts []string
	if p.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", p.Line))
	}
	if p.Key != "" {
		parts = append(parts, p.Key)
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": "
}

// problem is a problem without a code.
func problem(key, format string, args ...any) Problem {
	return Problem{Key: key, Reason: reason.Of(fmt.Sprintf(format, args...))}
}

// either is a choice in words: "a", "b" or "c". There are at least two.
func either(choices []string) string {
	last := len(choices) - 1
	return `"` + strings.Join(choices[:last], `", "`) + `" or "` + choices[last] + `"`
}

// problemsIn are the problems of an error: those that it joins, and a line of its own for any other.
func problemsIn(err error) []Problem {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Problem
		for _, one := range joined.Unwrap() {
			all = append(all, problemsIn(one)...)
		}
		return all
	}
	var one Problem
	if errors.As(err, &one) {
		return []Problem{one}
	}
	var all []Problem
	for _, line := range strings.Split(err.Error(), "\n") {
		all = append(all, Problem{Reason: reason.Of(line)})
	}
	return all
}
