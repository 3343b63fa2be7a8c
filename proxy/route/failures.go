package route

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
)

// failures collects why the tiers of one call did not answer.
type failures struct {
	reasons []string
	last    *anthropic.Error // of the last tier that was called
	soonest time.Duration    // the shortest wait that a vendor asked for
	vague   bool             // a tier failed without saying for how long
	form    bool             // the last tier refused the request itself: clients understand its own words
	gated   bool             // a tier was left alone because it is out or busy
	usedUp  bool             // the last tier that was called has a quota or balance that is used up
}

// Why no tier answered, where its status does not say; for errors.Is.
var (
	ErrNoVendor = errors.New("no vendor could be called")
	ErrUsedUp   = errors.New("a quota or balance is used up")
)

func (f *failures) skip(vendor, why string) {
	f.reasons = append(f.reasons, vendor+": "+why)
}

// add notes a vendor that failed; until is when it is back, zero if that is not known.
func (f *failures) add(vendor string, err error, until time.Time) {
	var refused *anthropic.Error
	if !errors.As(err, &refused) {
		// 502 is a status that clients send again after; what broke may be whole in a moment.
		refused = anthropic.Errorf(http.StatusBadGateway, "%v", err)
		refused.Cause = err
	}
	f.last, f.form = refused, refused.Status >= 400 && refused.Status < 500 && refused.Status != http.StatusTooManyRequests
	f.skip(vendor, reason(refused))
	wait := refused.RetryAfter
	if wait == 0 && !until.IsZero() {
		wait = time.Until(until)
	}
	f.asks(wait)
}

// gate notes a vendor that was left alone because it is out.
func (f *failures) gate(vendor string, out *closed) {
	f.skip(vendor, out.Error())
	f.gated = true
	if wait := time.Until(out.until); out.until.IsZero() {
		f.vague = true
	} else {
		f.asks(wait)
	}
}

// busy notes a vendor whose queue is too long.
func (f *failures) busy(vendor, why string) {
	f.skip(vendor, why)
	f.gated = true
	f.asks(afterQueue)
}

func (f *failures) asks(wait time.Duration) {
	switch {
	case wait <= 0:
		f.vague = true
	case f.soonest == 0 || wait < f.soonest:
		f.soonest = wait
	}
}

// maxRetryAfter is the longest wait that clients sit out: asked for more than a minute, they give
// the user's turn up at once.
const maxRetryAfter = 59 * time.Second

// answer is what the client gets when no tier answered: the last tier's status, everybody's
// reasons, and the shortest wait. Only if every vendor is out for longer than a client would wait
// does it hear the true time.
func (f *failures) answer() *anthropic.Error {
	if f.last == nil && !f.gated {
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
	if e.Body == nil || len(f.reasons) > 1 && !f.form {
		e.Body, e.Header = nil, nil
		e.Message = strings.Join(f.reasons, "; ")
	}
	e.RetryAfter = f.soonest
	if e.RetryAfter > maxRetryAfter {
		if f.vague {
			e.RetryAfter = maxRetryAfter
		} else {
			e.Body = nil
			e.Message = fmt.Sprintf("out until %s: %s", time.Now().Add(f.soonest).Format("15:04:05 MST"), strings.Join(f.reasons, "; "))
		}
	}
	return &e
}

func (f *failures) nobody() *anthropic.Error {
	if len(f.reasons) == 0 {
		return noVendor(http.StatusServiceUnavailable, "no vendor is configured")
	}
	return noVendor(http.StatusUnauthorized, "no vendor can be called: "+strings.Join(f.reasons, "; "))
}

func noVendor(status int, message string) *anthropic.Error {
	e := anthropic.Errorf(status, "%s", message)
	e.Cause = ErrNoVendor
	return e
}
