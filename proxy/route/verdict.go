package route

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/reason"
	"afterglow/proxy/upstream"
)

// verdict is what an attempt's outcome means for the call. There is one for streams and whole
// messages alike.
type verdict uint8

const (
	commit      verdict = iota // the client gets this vendor's answer
	nextTier                   // the vendor failed; another may not
	clientFault                // any vendor would refuse this: the client gets the answer once
	clientGone                 // nobody waits for an answer
)

// String is the verdict's name in a call's record.
func (v verdict) String() string {
	return [...]string{"commit", "next_tier", "client_fault", "client_gone"}[v]
}

// finding is a verdict and what it teaches of the vendor.
type finding struct {
	verdict verdict
	counts  bool          // against the breaker
	model   bool          // it is the model's alone
	capped  bool          // a quota is used up
	usedUp  bool          // so, or the balance is
	badKey  bool          // the vendor did not take its credentials
	taken   bool          // it took them, although it did not answer
	until   time.Time     // the vendor, or the model, is out until then; zero = not known to be
	hint    time.Duration // how long it asks to be left alone, with a margin
	reason  reason.Reason
}

// How long a vendor is left alone where its refusal does not say.
const (
	afterUserMust  = time.Hour        // balance, plan: the user has to do something
	afterUsedUp    = 10 * time.Minute // a limit over hours or days
	afterModelBusy = 30 * time.Second // an overloaded model
	afterBadKey    = time.Minute      // a key that is refused; a new one in the configuration counts at once
)

// judge gives the verdict on an attempt at v.
func judge(ctx context.Context, err error, v *upstream.Vendor, req *anthropic.Request) finding {
	if err == nil {
		return finding{verdict: commit}
	}
	if ctx.Err() != nil {
		return finding{verdict: clientGone}
	}
	var refused *anthropic.Error
	if !errors.As(err, &refused) {
		return finding{verdict: nextTier, counts: true, reason: broken(err)}
	}
	now := wall()
	meaning := v.MeaningOf(refused)
	f := finding{verdict: nextTier, reason: refusal(meaning, refused)}
	if refused.RetryAfter > 0 {
		f.hint = refused.RetryAfter
		if !refused.Moment {
			f.hint = time.Duration(float64(f.hint) * margin)
		}
	}
	f.taken = meaning != upstream.BadKey && (refused.Status == http.StatusTooManyRequests || refused.Status == http.StatusPaymentRequired)
	switch meaning {
	case upstream.Unsafe:
		return finding{verdict: clientFault}
	case upstream.BadForm:
	case upstream.BadKey:
		f.badKey, f.until, f.hint = true, now.Add(afterBadKey), 0
	case upstream.NoFunds:
		f.usedUp = true
		if v.Conf().Auth != "client" { // another client may have another balance
			f.until = now.Add(afterUserMust)
		}
	case upstream.NoModel:
		f.model, f.until = true, now.Add(afterUserMust)
	case upstream.ModelBusy:
		f.model, f.counts, f.until = true, true, now.Add(max(f.hint, afterModelBusy))
		f.hint = max(f.hint, afterModelBusy)
	case upstream.UsedUp:
		f.capped, f.usedUp, f.until = true, true, now.Add(max(f.hint, afterUsedUp))
		if at := upstream.ResetTime(refused.Message, now); !at.IsZero() {
			f.until = at
		} else if f.hint > 0 {
			f.until = now.Add(f.hint)
		}
	default:
		judgeStatus(&f, refused, now)
	}
	if family := anthropic.ClaimedFamily(refused.Header); family != "" && strings.Contains(strings.ToLower(v.Model(req.Model)), family) {
		f.model, f.capped, f.usedUp = true, false, false
	}
	return f
}

// margin is added to a time that a vendor asks to wait: it counts from when it answered. A moment that it names is that moment.
const margin = 1.1

// judgeStatus fills in a finding from the status alone. A 400 is the client's fault only where its words say that any vendor would
// refuse the conversation: gateways answer 400 for much that is their own fault.
func judgeStatus(f *finding, e *anthropic.Error, now time.Time) {
	switch status := e.Status; {
	case e.Within200 || status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		f.counts = true
		if f.hint > 0 {
			f.until = now.Add(f.hint)
		}
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		f.verdict = clientFault // with a key of ours it were a BadKey
	case status == http.StatusBadRequest && structural(e.Message):
		f.verdict = clientFault
	}
}

// structural are messages about a conversation that is broken whoever is asked.
func structural(message string) bool {
	return containsAny(strings.ToLower(strings.ReplaceAll(message, "`", "")), "tool_result blocks can only be", "tool_use blocks can only be",
		"messages must alternate", "messages with role", "thinking blocks can only be", "content blocks can only be")
}

func containsAny(text string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// longestReason bounds, in bytes, what is kept and shown of a refusal: vendors write what they like.
const longestReason = bounds.Reason

// refusal is why a vendor refused a call: its words under a code for what they mean.
func refusal(meaning upstream.Meaning, e *anthropic.Error) reason.Reason {
	code := reason.Refused
	switch {
	case meaning == upstream.BadKey:
		code = reason.KeyRejected
	case meaning == upstream.NoFunds || meaning == upstream.UsedUp:
		code = reason.UsedUp
	case meaning == upstream.NoModel:
		code = reason.NoModel
	case meaning == upstream.ModelBusy || e.Status == anthropic.StatusOverloaded || e.Status == http.StatusServiceUnavailable:
		code = reason.Overloaded
	case meaning == upstream.Busy || e.Status == http.StatusTooManyRequests:
		code = reason.RateLimited
	}
	said := words(e)
	return reason.Reason{Code: code, Text: said, Words: said}
}

// broken is why a vendor gave no answer, nor a refusal.
func broken(err error) reason.Reason {
	var silent *upstream.TimeoutError
	var network *net.OpError
	switch {
	case errors.As(err, &silent):
		return reason.Reason{Code: reason.Silent, Text: silent.After.String(), Words: err.Error()}
	case errors.As(err, &network):
		return reason.Reason{Code: reason.Unreachable, Text: err.Error(), Words: err.Error()}
	}
	return reason.Reason{Code: reason.Interrupted, Text: err.Error(), Words: err.Error()}
}

// words is a refusal in one line.
func words(e *anthropic.Error) string {
	message := strings.Join(strings.Fields(e.Message), " ")
	if len(message) > longestReason {
		message = strings.ToValidUTF8(message[:longestReason], "") + "…"
	}
	if e.Code != "" {
		return fmt.Sprintf("%d [%s] %s", e.Status, e.Code[:min(len(e.Code), 40)], message)
	}
	return fmt.Sprintf("%d %s", e.Status, message)
}
