package route

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// failures collects why the tiers of one call did not answer.
type failures struct {
	list   []missed         // one a vendor, in the order in which they were considered
	last   *anthropic.Error // of the last tier that was called and took its credentials
	form   bool             // last refused the request itself: clients understand its own words
	usedUp bool             // last is of a tier that has a quota or balance that is used up
	reject bool             // a tier did not take its credentials
}

// missed is why one vendor did not answer.
type missed struct {
	vendor  string
	reason  string
	passing bool          // it may be over without the user
	model   bool          // it does not have the client's model
	wait    time.Duration // until it is, where it passes; 0 = not known
}

// Why no tier answered, where its status does not say; for errors.Is.
var (
	ErrNoVendor = errors.New("no vendor in the chain is available")
	ErrUsedUp   = errors.New("a quota or balance is used up")
)

// note keeps a failure in place of an earlier one of the same vendor: one that was left alone may be asked after all.
func (f *failures) note(why missed) {
	if i := slices.IndexFunc(f.list, func(other missed) bool { return other.vendor == why.vendor }); i >= 0 {
		f.list = slices.Delete(f.list, i, i+1)
	}
	f.list = append(f.list, why)
}

// unfit notes a vendor that cannot be called for this client until the user does something.
func (f *failures) unfit(v *upstream.Vendor, why reason.Reason) {
	f.note(missed{vendor: v.Name(), reason: v.Name() + ": " + why.Words, model: why.Code == reason.OtherModel})
}

// called notes a vendor that was called and failed.
func (f *failures) called(v *upstream.Vendor, err error, why finding) {
	if why.badKey {
		f.rejected(v, why.reason.Words)
		return
	}
	f.add(v.Name(), err, why.until)
	f.usedUp = why.usedUp
}

// rejected notes a vendor that did not take its credentials; said is its refusal. When it would be asked again is of no
// interest: the user has to act.
func (f *failures) rejected(v *upstream.Vendor, said string) {
	f.reject = true
	f.note(missed{vendor: v.Name(), reason: v.Rejected() + " The vendor said: " + keyHeader.ReplaceAllString(said, "API key")})
}

// keyHeader is a header that Anthropic names when it rejects a key. Claude Code shows "Not logged in" in place of any message
// that names it.
var keyHeader = regexp.MustCompile(`(?i)x-api-key`)

// add notes a vendor that failed; until is when it is back, zero if that is not known.
func (f *failures) add(vendor string, err error, until time.Time) {
	var refused *anthropic.Error
	if !errors.As(err, &refused) {
		// 502 is a status that clients send again after; what broke may be whole in a moment.
		refused = anthropic.Errorf(http.StatusBadGateway, "%v", err)
		refused.Cause = err
	}
	f.last, f.form = refused, refused.Status >= 400 && refused.Status < 500 && refused.Status != http.StatusTooManyRequests
	wait := refused.RetryAfter
	if wait == 0 && !until.IsZero() {
		wait = time.Until(until)
	}
	f.note(missed{vendor: vendor, reason: vendor + ": " + words(refused), passing: true, wait: wait})
}

// gate notes a vendor that was left alone because it is out.
func (f *failures) gate(v *upstream.Vendor, out *closed) {
	if out.badKey {
		f.rejected(v, out.reason.Words)
		return
	}
	wait := time.Duration(0)
	if !out.until.IsZero() {
		wait = time.Until(out.until)
	}
	f.note(missed{vendor: v.Name(), reason: v.Name() + ": " + out.Error(), passing: true, wait: wait})
}

// busy notes a vendor whose queue is too long.
func (f *failures) busy(vendor, why string) {
	f.note(missed{vendor: vendor, reason: vendor + ": " + why, passing: true, wait: afterQueue})
}

// reasons are those of all, in one line.
func (f *failures) reasons() string {
	var all []string
	for _, why := range f.list {
		all = append(all, why.reason)
	}
	return strings.Join(all, "; ")
}

// soonest is the shortest wait that a vendor asked for, 0 if none did; vague says that one may be back sooner.
func (f *failures) soonest() (wait time.Duration, vague bool) {
	for _, why := range f.list {
		switch {
		case !why.passing:
		case why.wait <= 0:
			vague = true
		case wait == 0 || why.wait < wait:
			wait = why.wait
		}
	}
	return wait, vague
}

// maxRetryAfter is the longest wait that clients sit out: asked for more than a minute, they give
// the user's turn up at once.
const maxRetryAfter = 59 * time.Second

// answer is what the client gets when no tier answered: the last tier's status, the reasons of all,
// and the shortest wait. Only if every vendor is out for longer than a client would wait
// does it hear the true time. A tier that lacks credentials which its vendor takes has no part in the status, unless there
// is no other.
func (f *failures) answer() *anthropic.Error {
	if !slices.ContainsFunc(f.list, func(why missed) bool { return why.passing }) {
		return f.nobody()
	}
	if f.last == nil {
		f.last = anthropic.Errorf(anthropic.StatusOverloaded, "")
		f.last.Cause = ErrNoVendor
	}
	e := *f.last
	if f.usedUp {
		e.Cause = ErrUsedUp
	}
	if e.Body == nil || len(f.list) > 1 && !f.form {
		e.Body, e.Header = nil, nil
		e.Message = f.reasons()
	}
	wait, vague := f.soonest()
	e.RetryAfter = wait
	if wait > maxRetryAfter {
		if vague {
			e.RetryAfter = maxRetryAfter
		} else {
			e.Body = nil
			e.Message = fmt.Sprintf("all vendors are unavailable until %s: %s", moment(time.Now().Add(wait), time.Now()), f.reasons())
		}
	}
	return &e
}

// nobody is the answer where only the user can help. It is 403: clients end the turn at once and show the message, while
// they send again for minutes after 401.
func (f *failures) nobody() *anthropic.Error {
	switch {
	case len(f.list) == 0:
		return noVendor(http.StatusServiceUnavailable, "no vendor is configured")
	case f.reject:
		return anthropic.Errorf(http.StatusForbidden, "%s", f.reasons())
	case !slices.ContainsFunc(f.list, func(why missed) bool { return !why.model }):
		return noVendor(http.StatusNotFound, f.reasons()) // as Anthropic answers for a model that it does not know
	}
	return noVendor(http.StatusForbidden, "no vendor in the chain is available: "+f.reasons())
}

func noVendor(status int, message string) *anthropic.Error {
	e := anthropic.Errorf(status, "%s", message)
	e.Cause = ErrNoVendor
	return e
}

// moment is a time of today, or with its day.
func moment(at, now time.Time) string {
	if y, d := at.Year(), at.YearDay(); y == now.Year() && d == now.YearDay() {
		return at.Format("15:04:05 MST")
	}
	return at.Format("Jan 2 15:04:05 MST")
}
