package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"afterglow/proxy/anthropic"
)

// Call is what a client asks for.
type Call struct {
	Request *anthropic.Request
	Header  http.Header // the client's
	Query   string      // the client's raw query, which vendors may read betas from
}

// Prepared is a call as a vendor gets it.
type Prepared struct {
	Call
	anthropic.Encoded
	model string
}

// Prepare encodes a call under the vendor model's name. The error is an *anthropic.Error if the
// vendor's dialect cannot carry the request.
func (v *Vendor) Prepare(call Call, model string) (Prepared, error) {
	encoded, err := v.dialect.Encode(call.Request, model)
	if err != nil {
		return Prepared{}, fmt.Errorf("encode request for %s: %w", v.conf.Name, err)
	}
	return Prepared{call, encoded, model}, nil
}

// Waiting is told of the refusals that Send waits out.
type Waiting interface {
	// Refused is told of each, and when the wait for it ends.
	Refused(e *anthropic.Error, until time.Time)
	// Again returns when the call may be sent again, after that wait. An error lets the refusal be the answer.
	Again(ctx context.Context) error
}

// Send sends a prepared call and returns the answer as soon as it is worth
// committing to: a stream whose first event is there, or a whole message. Refusals with 429 and 529
// are waited out here, as often as the configuration says, so that the caller's permit spans them, and waiting is
// told; nil = nobody asks.
//
// The error is an *anthropic.Error if the vendor answered one, the context's cause if ctx ended, else
// the transport's. The caller closes the response.
func (v *Vendor) Send(ctx context.Context, call Prepared, waiting Waiting) (*Response, error) {
	patience := v.patience(waiting)
	again := 0 // because of the account
	for {
		key := v.secret()
		resp, err := v.exchange(ctx, call)
		var refused *anthropic.Error
		if err == nil || !errors.As(err, &refused) {
			return resp, err
		}
		if again == 0 && v.MeaningOf(refused) == BadKey && v.renewed(key) {
			again++
			continue
		}
		if v.account != nil && v.account.refused(ctx, refused, call, again) {
			if v.Model(call.Request.Model) != call.model {
				return nil, &RenamedError{refused}
			}
			again++
			continue
		}
		switch on, gone := patience.waits(ctx, refused); {
		case gone != nil:
			return nil, gone
		case !on:
			return nil, refused
		}
	}
}

// patience is with one call's refusals.
type patience struct {
	vendor  *Vendor
	delays  *backoff.ExponentialBackOff
	sent    int     // how often the call was sent and refused
	waiting Waiting // nil = nobody asks
}

func (v *Vendor) patience(waiting Waiting) *patience {
	return &patience{vendor: v, delays: v.delays(), waiting: waiting}
}

// waits waits out a refusal and reports whether the call may be sent again then; else the refusal is the answer. The
// error is the context's cause.
func (p *patience) waits(ctx context.Context, refused *anthropic.Error) (bool, error) {
	if p.sent++; p.sent >= p.vendor.attempts(refused) {
		return false, nil
	}
	wait := p.vendor.delay(refused, p.delays)
	if p.waiting != nil {
		p.waiting.Refused(refused, time.Now().Add(wait))
	}
	p.vendor.log.Debug("wait and retry", "status", refused.Status, "code", refused.Code, "attempt", p.sent, "wait", wait)
	if err := sleep(ctx, wait); err != nil {
		return false, err
	}
	if p.waiting != nil && p.waiting.Again(ctx) != nil {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		return false, nil
	}
	return true, nil
}

// RenamedError says that a vendor refused its model, and knows it by another name now: the call needs a
// permit for that one.
type RenamedError struct{ Refused *anthropic.Error }

func (e *RenamedError) Error() string { return "the model has another name now: " + e.Refused.Error() }

// attempts is how often a call is sent in all that was refused so. An overloaded model gets one short
// wait: the next tier's model is not overloaded. What only time or the user can change gets none.
func (v *Vendor) attempts(refused *anthropic.Error) int {
	if refused.Status != http.StatusTooManyRequests && refused.Status != anthropic.StatusOverloaded {
		return 1
	}
	switch v.MeaningOf(refused) {
	case Plain, Busy:
		return v.conf.Retry.Attempts
	case ModelBusy:
		return min(v.conf.Retry.Attempts, 2)
	}
	return 1
}

// delays yields the equal-jitter series: each wait lies between half and the whole of a ceiling that
// starts at Retry.Initial and doubles. The library spreads around a middle, which is ¾ of the ceiling.
func (v *Vendor) delays() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval = v.conf.Retry.Initial * 3 / 4
	b.RandomizationFactor = 1.0 / 3
	b.Multiplier = 2
	b.MaxInterval = v.conf.Retry.Max * 3 / 4
	b.Reset()
	return b
}

// margin is added to what a vendor asks for, because its clock and ours count differently.
const margin = 1.1

func (v *Vendor) delay(refused *anthropic.Error, delays *backoff.ExponentialBackOff) time.Duration {
	next := delays.NextBackOff()
	if refused.RetryAfter > 0 {
		next = time.Duration(float64(refused.RetryAfter) * margin)
	}
	return min(next, v.conf.Retry.Max)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
