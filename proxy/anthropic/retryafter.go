package anthropic

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter is how long an answer asks to wait, 0 if it does not say: the longest of retry-after-ms
// or retry-after (seconds or a date), and the reset times of the exhausted limits; a year at most.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	return min(max(asked(header, now), untilReset(header, now)), longestWait)
}

func asked(header http.Header, now time.Time) time.Duration {
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
	return 0
}

func untilReset(header http.Header, now time.Time) time.Duration {
	var wait time.Duration
	if at := epoch(header.Get(unified + "reset")); header.Get(unified+"status") == "rejected" {
		wait = max(wait, at.Sub(now))
	}
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

// unified begins the headers that tell of a subscription's quotas.
const unified = "anthropic-ratelimit-unified-"

// Utilization is what an answer says of one quota of a subscription.
type Utilization struct {
	Name    string    // "5h" or "7d": the length of its window
	Percent float64   // used, of what is allowed
	Reset   time.Time // when it begins anew
}

// Utilizations reads what an answer says of its account's quotas; nil if it says nothing.
func Utilizations(header http.Header) []Utilization {
	var list []Utilization
	for _, name := range [...]string{"5h", "7d"} {
		used, err := strconv.ParseFloat(header.Get(unified+name+"-utilization"), 64)
		reset := epoch(header.Get(unified + name + "-reset"))
		if err == nil && used >= 0 && used < 1000 && !reset.IsZero() {
			list = append(list, Utilization{name, 100 * used, reset})
		}
	}
	return list
}

// epoch reads seconds since 1970, zero if it is no such number.
func epoch(v string) time.Time {
	s, err := strconv.ParseInt(v, 10, 64)
	if err != nil || s <= 0 || s > 1<<40 {
		return time.Time{}
	}
	return time.Unix(s, 0)
}
