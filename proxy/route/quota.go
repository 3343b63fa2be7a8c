package route

import (
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// bucket is the grain of a quota's window.
const bucket = time.Minute

// quota counts the tokens of a sliding window and says when calls should go elsewhere. Health's mutex
// guards it.
type quota struct {
	conf    config.Quota
	buckets []tokens // oldest first
	total   int64
	capped  bool      // the vendor itself said that the quota is used up
	said    float64   // per cent used as the vendor says, valid until begins
	begins  time.Time // when the vendor says that the window begins anew
	probed  time.Time // when a call last tried
	probing bool
}

// tokens is one minute of use.
type tokens struct {
	Minute int64 `json:"minute"` // since 1970
	Tokens int64 `json:"tokens"`
}

func (q *quota) add(now time.Time, n int64) {
	if q.conf.Window == 0 || n <= 0 {
		return
	}
	minute := now.Unix() / int64(bucket.Seconds())
	if last := len(q.buckets) - 1; last >= 0 && q.buckets[last].Minute == minute {
		q.buckets[last].Tokens += n
	} else {
		q.buckets = append(q.buckets, tokens{minute, n})
	}
	q.total += n
	q.slide(now)
}

// slide drops what has left the window.
func (q *quota) slide(now time.Time) {
	oldest := now.Add(-q.conf.Window).Unix() / int64(bucket.Seconds())
	gone := 0
	for gone < len(q.buckets) && q.buckets[gone].Minute < oldest {
		q.total -= q.buckets[gone].Tokens
		gone++
	}
	q.buckets = q.buckets[gone:]
}

// percent is how much is used: what the vendor says while that is fresh, else what was counted.
func (q *quota) percent(now time.Time) float64 {
	if q.begins.After(now) {
		return q.said
	}
	q.slide(now)
	if q.conf.Tokens == 0 {
		return 0
	}
	return 100 * float64(q.total) / float64(q.conf.Tokens)
}

// allows reports whether a call may go through, and whether it would be a probe.
func (q *quota) allows(now time.Time) (ok, probe bool) {
	if !q.exceeded(now) {
		return true, false
	}
	return !q.probing && now.Sub(q.probed) >= q.conf.Probe, true
}

func (q *quota) exceeded(now time.Time) bool {
	if q.conf.Window == 0 {
		return false
	}
	return q.capped || q.percent(now) >= q.conf.Threshold
}

// next is when a call may try again.
func (q *quota) next() time.Time {
	if q.begins.After(q.probed) {
		return q.begins
	}
	return q.probed.Add(q.conf.Probe)
}

// heard takes what a vendor says of its own quota.
func (q *quota) heard(percent float64, begins time.Time) {
	q.said, q.begins = percent, begins
}

func (q *quota) closed() *closed {
	return &closed{until: q.next(), reason: q.usedUp()}
}

// usedUp says that it is.
func (q *quota) usedUp() reason.Reason {
	window := windowName(q.conf.Window)
	return reason.New(reason.QuotaUsedUp, window, "the %s quota is used up", window)
}
