package route

import (
	"context"
	"errors"
	"net/http"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/upstream"
)

// Direct is a call to a vendor that the client chose itself. It stands in the same queue as the
// chain's calls, its refusals are waited out as theirs are, and what its answer says of the account is heard; the rest of
// the chain is not for it: no other tier, no breaker.
type Direct struct {
	chain  *Chain
	vendor *upstream.Vendor
	key    limiter.Key
	permit *limiter.Permit // nil for what takes no slot
	since  time.Time
	closed bool

	rejected bool   // the vendor did not take its credentials
	waits    *waits // nil = its refusals are not waited out
}

// Direct waits for a vendor model's permit, in the queue as one of who's; model "" takes none. The caller closes what it gets. The
// error is an *anthropic.Error if the queue has no place, or the context's if the client is gone.
func (c *Chain) Direct(ctx context.Context, v *upstream.Vendor, model string, who limiter.Caller) (*Direct, error) {
	d := &Direct{chain: c, vendor: v, key: limiter.Key{Vendor: v.Name(), Model: model}}
	if model != "" {
		permit, _, err := c.acquire(ctx, d.key, who)
		if err != nil {
			return nil, err
		}
		d.permit = permit
	}
	d.since = time.Now()
	return d, nil
}

// Waiting makes the call's refusals ones that are waited out within the permit; progress is told.
func (d *Direct) Waiting(progress Progress) upstream.Waiting {
	d.waits = &waits{progress: progress, place: &place{vendor: d.vendor, key: d.key, permit: d.permit}}
	return d.waits
}

// Retries is how many refusals were waited out.
func (d *Direct) Retries() int {
	if d.waits == nil {
		return 0
	}
	return d.waits.count
}

// Answered tells that the vendor has begun to answer, and with which status.
func (d *Direct) Answered(status int) {
	if status < http.StatusMultipleChoices {
		d.permit.Accepted()
	}
}

// Rejected reports whether a refusal means that the vendor did not take its credentials. It is then the error for the client,
// and the vendor's standing says so. That error is no refusal of the vendor: Rejected returns nil for it, and for all that
// comes later.
func (d *Direct) Rejected(ctx context.Context, e *anthropic.Error) *anthropic.Error {
	if d.rejected {
		return nil
	}
	f := judge(ctx, e, d.vendor, &anthropic.Request{})
	if !f.badKey {
		return nil
	}
	d.chain.memory.Health.direct(d.vendor.Name(), f)
	d.rejected = true
	var why failures
	why.rejected(d.vendor, f.reason.Words)
	return why.answer()
}

// Hear takes what an answer's header says of the account's quotas, and if it is a refusal, whether
// one is used up.
func (d *Direct) Hear(ctx context.Context, header http.Header, err error) {
	if d.permit != nil && err != nil {
		(&place{vendor: d.vendor, permit: d.permit}).tell(err)
	}
	health := d.chain.memory.Health
	health.hear(d.vendor.Name(), anthropic.Utilizations(header))
	var refused *anthropic.Error
	if err == nil || !d.rejected && errors.As(err, &refused) {
		health.direct(d.vendor.Name(), judge(ctx, err, d.vendor, &anthropic.Request{}))
	}
}

// Close gives the permit back. used is the call's tokens of all kinds. It may be called twice; the
// first call counts.
func (d *Direct) Close(used int64) {
	if d.closed {
		return
	}
	d.closed = true
	memory := d.chain.memory
	if d.permit != nil {
		memory.pace.took(d.key, time.Since(d.since))
	}
	memory.Health.used(d.vendor.Name(), used)
	d.permit.Release()
}
