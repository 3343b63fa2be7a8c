package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// duration is written as "4m", "1m30s" or "180d"; the number 0 is allowed too.
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
	parsed, err := parseDuration(text)
	if err != nil || parsed < 0 {
		return fmt.Errorf(`expected a duration such as "4m" or "1m30s", got %q`, text)
	}
	*d = duration(parsed)
	return nil
}

const day = 24 * time.Hour

// parseDuration is time.ParseDuration with whole days before the rest.
func parseDuration(text string) (time.Duration, error) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		return time.ParseDuration(text)
	}
	n, err := strconv.ParseInt(days, 10, 32)
	if err != nil || n < 0 || n > int64(maxDuration/day)-1 {
		return 0, errors.New("expected a number of days")
	}
	var more time.Duration
	if rest != "" {
		more, err = time.ParseDuration(rest)
	}
	if err == nil && (more < 0 || more >= day) {
		err = errors.New("expected less than a day after the number of days")
	}
	return time.Duration(n)*day + more, err
}

const maxDuration = time.Duration(math.MaxInt64)

// size is a number of bytes, or a text such as "64MiB" or "5MB".
type size int64

var units = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}}

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
