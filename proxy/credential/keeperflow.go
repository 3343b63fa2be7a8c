package credential

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Begin starts a flow and returns at once; done is called if it succeeds. The error is ErrRunning.
func (k *Keeper) Begin(name string, flow Flow, done func()) error {
	k.Token(name) // so that it is known
	k.mu.Lock()
	e := k.known[name]
	if e.cancel != nil {
		k.mu.Unlock()
		return fmt.Errorf("%s: %w", name, ErrRunning)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	e.cancel, e.state = cancel, State{Phase: Pending}
	k.mu.Unlock()
	k.changed()
	go k.run(ctx, name, flow, done)
	return nil
}

func (k *Keeper) run(ctx context.Context, name string, flow Flow, done func()) {
	token, err := flow(ctx, func(p Prompt) {
		k.mu.Lock()
		k.known[name].state.Prompt = p
		k.mu.Unlock()
		k.changed()
	})
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && k.store != nil {
		err = k.store.Set(name, token)
	}
	k.mu.Lock()
	e := k.known[name]
	e.cancel(nil)
	e.cancel = nil
	switch {
	case err == nil:
		e.token, e.refused, e.reason, e.state = token, Token{}, "", State{Phase: Completed, Ended: time.Now()}
	case errors.Is(err, errCancelled):
		e.state = State{Phase: Idle}
	default:
		e.state = State{Phase: Failed, Problem: err.Error(), Ended: time.Now()}
	}
	k.mu.Unlock()
	if err == nil {
		k.log.Info("signed in", "name", name)
		done()
	} else {
		k.log.Warn("sign-in ended", "name", name, "error", err)
	}
	k.changed()
}

// Cancel ends a flow that runs.
func (k *Keeper) Cancel(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.known[name]; e != nil && e.cancel != nil {
		e.cancel(errCancelled)
	}
}

// Close ends all flows.
func (k *Keeper) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, e := range k.known {
		if e.cancel != nil {
			e.cancel(errCancelled)
		}
	}
}

// State is how the flow of a name stands.
func (k *Keeper) State(name string) State {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.known[name]; e != nil {
		return e.state
	}
	return State{Phase: Idle}
}
