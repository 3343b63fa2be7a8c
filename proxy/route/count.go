package route

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/upstream"
)

// Estimated is the header of a count that nobody but us made.
const Estimated = "X-Afterglow-Estimated"

// Count asks the vendor that a call would go to how many tokens a request has; a failure leads to the
// next as in Send. If that vendor has no endpoint to count, the answer is an estimate: another
// vendor's count would be slower and no closer.
func (c *Chain) Count(ctx context.Context, call upstream.Call) (*upstream.Answer, error) {
	var failed failures
	session := SessionOf(call.Header, call.Request)
	for _, tier := range c.order(session) {
		for _, v := range tier {
			if why := v.Unfit(call.Header, call.Request.Model); why.Words != "" {
				failed.unfit(v, why)
				continue
			}
			if out := c.memory.Health.closed(v.Name(), v.Model(call.Request.Model)); out != nil {
				failed.gate(v, out)
				continue
			}
			adapted, _ := c.adapters[v].adapt(&call, session)
			if !v.CanCount() {
				return estimate(adapted.Request)
			}
			answer, err := v.Count(ctx, adapted)
			switch {
			case ctx.Err() != nil:
				return nil, context.Cause(ctx)
			case err == nil && lacks(answer.Status):
				return estimate(adapted.Request)
			case err == nil && (answer.Status < 400 || answer.Status == http.StatusBadRequest):
				return answer, nil
			case err == nil:
				err = anthropic.DecodeError(answer.Status, answer.Header, answer.Body)
			}
			f := judge(ctx, err, v, call.Request)
			if f.verdict == clientFault {
				return nil, err
			}
			f.until = time.Time{} // what a count is refused for is perhaps no reason to refuse a call
			failed.called(v, err, f)
		}
	}
	return nil, failed.answer()
}

// lacks reports whether a status says that the vendor has no such endpoint.
func lacks(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

func estimate(req *anthropic.Request) (*upstream.Answer, error) {
	body, err := req.Decode()
	if err != nil {
		return nil, err
	}
	count := strconv.AppendInt([]byte(`{"input_tokens":`), body.EstimateTokens(), 10)
	return &upstream.Answer{
		Status: http.StatusOK, Header: http.Header{Estimated: {"true"}}, Body: append(count, '}'),
	}, nil
}
