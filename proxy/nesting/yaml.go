package nesting

import (
	"fmt"
	"strings"
)

// What a YAML file may have at most. The time that its parser takes grows with the square of each.
const (
	longestYAML = 128 << 10 // bytes
	longestLine = 8 << 10   // bytes of a line
	mostFlow    = 2000      // brackets, open or closed: which are open at a time only a parser knows
)

// YAML checks a YAML file. The error names the line.
func YAML(text []byte) error {
	if len(text) > longestYAML {
		return fmt.Errorf("expected at most %d KiB, got %d", longestYAML>>10, len(text)>>10)
	}
	flow, number := 0, 0
	for line := range strings.Lines(string(text)) {
		number++
		flow += strings.Count(line, "[") + strings.Count(line, "{")
		switch {
		case len(line) > longestLine:
			return fmt.Errorf("line %d: expected at most %d KiB", number, longestLine>>10)
		case flow > mostFlow:
			return fmt.Errorf("line %d: expected at most %d lists and mappings in brackets", number, mostFlow)
		case entries(line) > DeepestFile:
			return fmt.Errorf("line %d: %w: expected at most %d levels", number, ErrTooDeep, DeepestFile)
		}
	}
	return nil
}

// entries is how many lists and mappings begin at a line's begin.
func entries(line string) (n int) {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '-', '?':
			if i+1 < len(line) && strings.IndexByte(" \t\r\n", line[i+1]) < 0 { // a word, or the line between documents
				return n
			}
			n++
		case ' ', '\t':
		default:
			return n
		}
	}
	return n
}
