package route

import (
	"context"
	"errors"
	"time"

	"afterglow/proxy/anthropic"
)

// waits tells of the refusals that an attempt waits out, and holds it back while the vendor has as many calls as an
// adaptive limit allows.
type waits struct {
	progress Progress
	place    *place
	count    int
}

// Refused implements vendor.Waiting.
func (w *waits) Refused(e *anthropic.Error, until time.Time) {
	w.count++
	w.progress.At(Step{Stage: Refused, Key: w.place.key, Until: until}) // before the limit is cut: it was refused at that
	w.place.tell(e)
}

// Again implements vendor.Waiting.
func (w *waits) Again(ctx context.Context) error {
	if w.place.permit.TryRetry() {
		return nil
	}
	at := Step{Stage: Held, Key: w.place.key}
	w.progress.At(at)
	err := w.place.permit.Retry(ctx)
	at.Stage = Asks
	if err != nil {
		at.Stage = Leaves
	}
	w.progress.At(at)
	return err
}

// tell lets an adaptive limit know how an attempt went as far as it concerns that: the vendor took the call, or
// refused it for having too many.
func (p *place) tell(err error) {
	var refused *anthropic.Error
	switch {
	case err == nil:
		p.permit.Accepted()
	case errors.As(err, &refused) && p.vendor.Crowded(refused):
		p.permit.Refused()
	}
}
