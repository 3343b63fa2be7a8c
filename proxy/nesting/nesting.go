// Package nesting bounds how deep the texts of others are nested before a parser sees them.
//
// Parsers call themselves for every level. Go ends a program whose stack grows beyond 1 GB, and nothing can recover from
// that: 16 MiB of "[" are enough. Other parsers copy what they have for every level, and take gigabytes for 40 KiB.
package nesting

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

const (
	// Deepest is how deep JSON on the wire may be nested: ten times as deep as any schema of a tool was seen.
	Deepest = 1000
	// DeepestFile is how deep a file that people write may be nested, dotted keys included.
	DeepestFile = 32
)

// ErrTooDeep says that a text is nested deeper than it may be.
var ErrTooDeep = errors.New("nested too deep")

// Valid reports whether a text is JSON, nested not deeper than Deepest. It takes the place of gjson.Valid.
func Valid(text string) bool {
	few := strings.Count(text, "[")+strings.Count(text, "{") <= Deepest
	return (few || tooDeep(text, Deepest) < 0) && gjson.Valid(text)
}

// ValidBytes is Valid for bytes.
func ValidBytes(text []byte) bool {
	few := bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) <= Deepest
	return (few || tooDeep(text, Deepest) < 0) && gjson.ValidBytes(text)
}

// JSON checks a file that holds JSON, with comments or without. The error names the line.
func JSON(text []byte) error {
	if at := tooDeep(text, DeepestFile); at >= 0 {
		return beyond(text, at)
	}
	return nil
}

// tooDeep is the place of the bracket that opens one level too many, -1 if there is none. Comments are skipped: in JSON
// without them, a parser stops where one begins.
func tooDeep[T string | []byte](text T, deepest int) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			if depth++; depth > deepest {
				return i
			}
		case ']', '}':
			depth--
		case '"':
			i = stringEnd(text, i)
		case '/':
			i = commentEnd(text, i)
		}
	}
	return -1
}

// stringEnd is the place of the quote that ends a string which begins at from, or the text's end.
func stringEnd[T string | []byte](text T, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

// commentEnd is the last place of a comment that begins at from, or from where none begins.
func commentEnd[T string | []byte](text T, from int) int {
	if from+1 == len(text) {
		return from
	}
	switch text[from+1] {
	case '/':
		for i := from; i < len(text); i++ {
			if text[i] == '\n' {
				return i
			}
		}
		return len(text)
	case '*':
		for i := from + 2; i+1 < len(text); i++ {
			if text[i] == '*' && text[i+1] == '/' {
				return i + 1
			}
		}
		return len(text)
	}
	return from
}

// beyond is the error of a text that is nested too deep at a place.
func beyond[T string | []byte](text T, at int) error {
	line := 1
	for i := 0; i < at; i++ {
		if text[i] == '\n' {
			line++
		}
	}
	return fmt.Errorf("line %d: %w: expected at most %d levels", line, ErrTooDeep, DeepestFile)
}
