package proxy

import (
	"net/http"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/reason"
)

// The window says in its user's language why a call failed. It knows that by codes: of the call, and of every vendor's part in it.
func TestFailuresHaveCodes(t *testing.T) {
	zhipu := func(v *config.Vendor) { v.Codes = "zhipu" }
	for name, c := range map[string]struct {
		answer    fakevendor.Answer
		edit      func(*config.Vendor)
		call, try reason.Code
	}{
		"no key":             {edit: keyless, call: reason.NoVendor, try: reason.NoKey},
		"a key rejected":     {answer: fakevendor.AnthropicError(401, "authentication_error", "no"), call: reason.KeyRejected, try: reason.KeyRejected},
		"too many calls":     {answer: fakevendor.AnthropicError(429, "rate_limit_error", "slow down"), call: reason.RateLimited, try: reason.RateLimited},
		"overloaded":         {answer: fakevendor.AnthropicError(529, "overloaded_error", "busy"), call: reason.Overloaded, try: reason.Overloaded},
		"a quota used up":    {answer: fakevendor.ZhipuError(429, "1308", "used up"), edit: zhipu, call: reason.UsedUp, try: reason.UsedUp},
		"some other refusal": {answer: fakevendor.AnthropicError(500, "api_error", "oh"), call: reason.Refused, try: reason.Refused},
		"nobody there":       {edit: func(v *config.Vendor) { v.BaseURL = "http://127.0.0.1:1" }, call: reason.Unreachable, try: reason.Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulated(t, fakevendor.InTurn(c.answer))
			edits := []func(*config.Vendor){}
			if c.edit != nil {
				edits = append(edits, c.edit)
			}
			s, base := serve(t, row("zhipu", sim.URL(), edits...))
			post(t, base, plainBody)
			rec := last(s)
			if rec.why.Code != c.call || rec.why.Words == "" {
				t.Errorf("the call: %q, %q", rec.why.Code, rec.why.Words)
			}
			if try := rec.trail[0]; try.Why.Code != c.try || try.Why.Words != try.Reason {
				t.Errorf("the attempt: %q, %q, %q", try.Why.Code, try.Why.Words, try.Reason)
			}
		})
	}
}

func TestAPausedCallHasItsCode(t *testing.T) {
	s, base := serve(t, row("zhipu", "http://127.0.0.1:1"))
	s.Pause(true)
	if resp, answer := post(t, base, plainBody); resp.StatusCode != 529 || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", resp.StatusCode, answer)
	}
	if rec := last(s); rec.why.Code != reason.Paused || rec.class != "overloaded" {
		t.Errorf("%q, %q", rec.why.Code, rec.class)
	}
}

// A vendor that is unavailable until a time has the reason with that time, in the status and in the attempts of later calls.
func TestWhatIsUnavailableUntilATimeSaysWhyByACode(t *testing.T) {
	busy := fakevendor.AnthropicError(429, "rate_limit_error", "slow down")
	busy.Header = http.Header{"Retry-After": {"600"}}
	sim := simulated(t, fakevendor.InTurn(busy))
	s, base := serve(t, row("zhipu", sim.URL()), row("kimi", "http://127.0.0.1:1", keyless))
	post(t, base, plainBody)
	tiers := s.Status().Tiers
	if got := tiers[0]; got.State != Out || got.Why.Code != reason.RateLimited || got.Why.Words != got.Reason || got.Until.IsZero() {
		t.Errorf("%+v", got)
	}
	if got := tiers[1]; got.State != NoKey || got.Why.Code != reason.NoKey || got.Why.Text != "NO_KEY" {
		t.Errorf("%+v", got)
	}
	post(t, base, plainBody)
	for _, try := range last(s).trail {
		if try.Vendor == "zhipu" && try.Verdict == "skipped" {
			if try.Why.Code != reason.RateLimited || time.Until(try.Why.Until) < time.Minute {
				t.Errorf("%+v", try)
			}
			return
		}
	}
	t.Errorf("no attempt was skipped: %+v", last(s).trail)
}
