// Package route sends a call along the chain: to the first vendor that answers, in the order of
// the tiers. It is the only place that knows this order.
//
// Until a vendor's first event has arrived nothing was promised to the client, so a failure leads
// to the next tier. From then on the call belongs to that vendor.
package route

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/sse"
	"afterglow/proxy/vendor"
)

// Chain is the tiers in order. It never changes: a new configuration makes a new one.
type Chain struct {
	tiers   []*vendor.Vendor
	limiter *limiter.Controller
	log     *slog.Logger
}

// New returns a chain over vendors, first tier first.
func New(vendors []*vendor.Vendor, l *limiter.Controller, log *slog.Logger) *Chain {
	return &Chain{tiers: vendors, limiter: l, log: log}
}

// Reply is a vendor's answer to a call, with the permit that it was given under.
type Reply struct {
	Vendor  string
	Model   string // the vendor model
	Header  http.Header
	Events  sse.Stream // nil for a whole message
	Message []byte
	Queued  time.Duration // how long the call waited for its permits

	response *vendor.Response
	permit   *limiter.Permit
}

// Close ends the answer and gives the permit back. It may be called twice.
func (r *Reply) Close() {
	r.response.Close()
	r.permit.Release()
}

// Queue is told when a call starts and stops waiting for a permit.
type Queue interface {
	Enter()
	Leave()
}

// Send tries the tiers in order and returns the first answer worth committing to. The caller closes
// it. The error is an *anthropic.Error to be given to the client, or the context's if the client
// is gone.
func (c *Chain) Send(ctx context.Context, call vendor.Call, queue Queue) (*Reply, error) {
	var failed failures
	for _, tier := range c.tiers {
		if !tier.Usable() {
			failed.skip(tier.Name(), "no key")
			continue
		}
		reply, err := c.attempt(ctx, tier, call, queue)
		switch judge(ctx, err, tier.Conf().Auth != "client") {
		case commit:
			return reply, nil
		case clientGone:
			return nil, context.Cause(ctx)
		case clientFault:
			return nil, err
		}
		c.log.Info("tier failed", "vendor", tier.Name(), "model", call.Request.Model, "error", err)
		failed.add(tier.Name(), err)
	}
	return nil, failed.answer()
}

// attempt is one call to one vendor. The permit spans all of it, the vendor's own waits included.
func (c *Chain) attempt(ctx context.Context, tier *vendor.Vendor, call vendor.Call, queue Queue) (reply *Reply, err error) {
	key := limiter.Key{Vendor: tier.Name(), Model: tier.Model(call.Request.Model)}
	start := time.Now()
	permit, err := c.acquire(ctx, key, queue)
	if err != nil {
		return nil, err
	}
	defer func() {
		if reply == nil { // also when a panic is on its way
			permit.Release()
		}
	}()
	queued := time.Since(start)
	response, err := tier.Send(ctx, call, key.Model)
	if err != nil {
		return nil, err
	}
	return &Reply{
		Vendor: key.Vendor, Model: key.Model, Queued: queued,
		Header: response.Header, Events: response.Events, Message: response.Message,
		response: response, permit: permit,
	}, nil
}

func (c *Chain) acquire(ctx context.Context, key limiter.Key, queue Queue) (*limiter.Permit, error) {
	queue.Enter()
	defer queue.Leave()
	permit, err := c.limiter.Acquire(ctx, key)
	if errors.Is(err, limiter.ErrQueueFull) || errors.Is(err, limiter.ErrWaitExpired) {
		refused := anthropic.Errorf(anthropic.StatusOverloaded, "%v", err)
		refused.RetryAfter = afterQueue
		return nil, refused
	}
	if err != nil {
		return nil, fmt.Errorf("acquire permit for %s: %w", key.Model, err)
	}
	return permit, nil
}

// afterQueue is when a client that found no place in a queue may ask again: about the time of one
// call.
const afterQueue = 10 * time.Second

// Count asks the first vendor that can count tokens; a failure leads to the next as in Send.
func (c *Chain) Count(ctx context.Context, call vendor.Call) (*vendor.Answer, error) {
	var failed failures
	for _, tier := range c.tiers {
		if !tier.Usable() || !tier.CanCount() {
			failed.skip(tier.Name(), "cannot count tokens")
			continue
		}
		answer, err := tier.Count(ctx, call)
		if err == nil && (answer.Status < 400 || answer.Status == http.StatusBadRequest) {
			return answer, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			err = anthropic.DecodeError(answer.Status, answer.Header, answer.Body)
		}
		failed.add(tier.Name(), err)
	}
	return nil, failed.answer()
}
