package upstream

import (
	"context"
	"fmt"
	"net/http"
)

// Answer is a vendor's answer as it came, whatever its status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// CanCount reports whether the vendor's dialect has an endpoint to count tokens.
func (v *Vendor) CanCount() bool {
	_, ok := v.counter()
	return ok
}

func (v *Vendor) counter() (c Counter, ok bool) {
	c, ok = v.dialect.(Counter)
	return c, ok && c.Counts()
}

// Count asks the vendor to count a request's tokens. An error says that it could not be reached.
func (v *Vendor) Count(ctx context.Context, call Call) (*Answer, error) {
	counter, ok := v.counter()
	if !ok {
		return nil, fmt.Errorf("%s has no endpoint to count tokens", v.conf.Name)
	}
	model := v.Model(call.Request.Model)
	encoded, err := counter.EncodeCount(call.Request, model)
	if err != nil {
		return nil, fmt.Errorf("encode request for %s: %w", v.conf.Name, err)
	}
	ctx, guard := watch(ctx, v.conf.FirstEvent)
	answer, err := v.post(ctx, Prepared{call, encoded, model})
	if err != nil {
		return nil, guard.end(err)
	}
	guard.body = answer.Body
	body, err := readAll(answer.Body, answer.ContentLength)
	if err = guard.end(err); err != nil {
		return nil, err
	}
	status := statusOf(answer.StatusCode)
	if status < 300 {
		if body, err = counter.DecodeCount(body); err != nil {
			return nil, err
		}
	} else if v.conf.Dialect != "anthropic" {
		refused := v.dialect.DecodeError(status, answer.Header, body)
		status, body = refused.Status, refused.Envelope()
	}
	return &Answer{status, answer.Header, body}, nil
}
