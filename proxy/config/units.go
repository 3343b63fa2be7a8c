package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// duration is written as "4m" or "1m30s"; the number 0 is allowed too.
type duration time.Duration

// UnmarshalTOML implements toml.Unmarshaler.
func (d *duration) UnmarshalTOML(v any) error {
	if n, ok := v.(int64); ok && n == 0 {
		*d = 0
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf(`expected a duration such as "4m" or "1m30s"`)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 {
		return fmt.Errorf(`expected a duration such as "4m" or "1m30s", got %q`, text)
	}
	*d = duration(parsed)
	return nil
}

// size is a number of bytes, or a text such as "64MiB".
type size int64

var units = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// UnmarshalTOML implements toml.Unmarshaler.
func (s *size) UnmarshalTOML(v any) error {
	n, ok := v.(int64)
	if text, isText := v.(string); isText {
		for _, u := range units {
			if digits, found := strings.CutSuffix(text, u.suffix); found {
				whole, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32)
				n, ok = whole*u.bytes, err == nil
			}
		}
	}
	if !ok || n < 1 {
		return fmt.Errorf(`expected a size such as "64MiB", or a number of bytes`)
	}
	*s = size(n)
	return nil
}

// tierList is written as names, or lists of names that are a pool.
type tierList [][]string

// UnmarshalTOML implements toml.Unmarshaler.
func (t *tierList) UnmarshalTOML(v any) error {
	const expected = "expected names of vendors, or lists of names for a pool"
	items, ok := v.([]any)
	if !ok {
		return errors.New(expected)
	}
	*t = tierList{}
	for _, item := range items {
		members, pool := item.([]any)
		if !pool {
			members = []any{item}
		}
		var tier []string
		for _, m := range members {
			name, ok := m.(string)
			if !ok {
				return errors.New(expected)
			}
			tier = append(tier, name)
		}
		if len(tier) == 0 {
			return errors.New("expected a name in every pool")
		}
		*t = append(*t, tier)
	}
	return nil
}
