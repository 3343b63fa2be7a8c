package anthropic

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryAfter is how long an answer asks to wait, 0 if it does not say: the longest of retry-after-ms or retry-after, and the reset
// times of the exhausted limits. moment reports that the answer names the moment, and not how long it takes.
//
// retry-after is in seconds or a date; some vendors write seconds or milliseconds of Unix time. What is longer than longestWait is
// no wait that a vendor means.
func RetryAfter(header http.Header, now time.Time) (wait time.Duration, moment bool) {
	wait, moment = asked(header, now)
	if reset := untilReset(header, now); reset > wait {
		wait, moment = reset, true
	}
	if wait > longestWait {
		return 0, false
	}
	return wait, moment
}

func asked(header http.Header, now time.Time) (wait time.Duration, moment bool) {
	if ms, err := strconv.ParseFloat(header.Get("retry-after-ms"), 64); err == nil && ms > 0 {
		return waitOf(ms/1000, now)
	}
	v := strings.TrimSpace(header.Get("retry-after"))
	if s, err := strconv.ParseFloat(v, 64); err == nil {
		return waitOf(s, now)
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now)), true
	}
	return 0, false
}

// waitOf reads a number of seconds, or of Unix time in seconds or milliseconds.
func waitOf(s float64, now time.Time) (wait time.Duration, moment bool) {
	switch {
	case !(s > 0) || s > 1e14:
		return 0, false
	case s > 1e11:
		return max(0, time.UnixMilli(int64(s)).Sub(now)), true
	case s > 1e9:
		return max(0, time.UnixMilli(int64(s*1000)).Sub(now)), true
	case s > longestWait.Seconds():
		return 0, false
	}
	return time.Duration(s * float64(time.Second)), false
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

// longestWait is the longest window that a plan has, a month.
const longestWait = 31 * 24 * time.Hour

// unified begins the headers that tell of a subscription's quotas.
const unified = "anthropic-ratelimit-unified-"

// ClaimedFamily is the family of models whose own limit an answer says is used up, such as "opus": the account's other models can
// still be called. It is "" if the limit is the account's, or if the answer says nothing.
func ClaimedFamily(header http.Header) string {
	claim := header.Get(unified + "representative-claim")
	for _, window := range [...]string{"five_hour_", "seven_day_"} {
		if family, ok := strings.CutPrefix(claim, window); ok && header.Get(unified+"status") == "rejected" {
			return family
		}
	}
	return ""
}

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
