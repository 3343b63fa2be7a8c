package anthropic

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter is how long an answer asks to wait, 0 if it does not say: retry-after-ms,
// retry-after (seconds or a date), else the reset time of the exhausted limits.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(header.Get("retry-after-ms"), 64); err == nil && ms > 0 {
		return seconds(ms / 1000)
	}
	if v := header.Get("retry-after"); v != "" {
		if s, err := strconv.ParseFloat(v, 64); err == nil {
			return seconds(s)
		}
		if at, err := http.ParseTime(v); err == nil {
			return max(0, at.Sub(now))
		}
	}
	var wait time.Duration
	for _, limit := range [...]string{"anthropic-ratelimit-requests", "anthropic-ratelimit-tokens"} {
		// Every answer carries the reset times; only that of an exhausted limit says how long to wait.
		if left := header.Get(limit + "-remaining"); left != "" && left != "0" {
			continue
		}
		if at, err := resetTime(header.Get(limit + "-reset")); err == nil {
			wait = max(wait, at.Sub(now))
		}
	}
	return wait
}

// resetTime reads RFC 3339; a time without a zone is UTC.
func resetTime(v string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return at, nil
	}
	return time.Parse("2006-01-02T15:04:05", v)
}

// longestWait keeps a nonsensical number from overflowing a duration.
const longestWait = 365 * 24 * time.Hour

func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s, longestWait.Seconds()) * float64(time.Second))
}
