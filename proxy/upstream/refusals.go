package upstream

import (
	"bytes"
	"io"
	"net/http"

	"afterglow/proxy/anthropic"
)

// refusals is a transport that waits out a vendor's refusals of one request, as Send does with those of a call, and shows
// what is left of them to who sent the request, before the client sees it.
type refusals struct {
	http.RoundTripper
	passage  *Passage
	passing  *Passing
	guard    *guard
	patience *patience
}

// RoundTrip implements http.RoundTripper.
func (t *refusals) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	for renewed := false; ; {
		key := t.passage.vendor.secret()
		answer, err := t.RoundTripper.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode < http.StatusBadRequest {
			return t.fitting(answer)
		}
		body, _ := io.ReadAll(io.LimitReader(answer.Body, maxError))
		e := t.passage.dialect.DecodeError(answer.StatusCode, answer.Header, body)
		again := false
		if t.passing.Waiting != nil { // then the body is held
			again = !renewed && t.passage.vendor.MeaningOf(e) == BadKey && t.passage.vendor.renewed(key)
			renewed = renewed || again
		}
		if t.passing.Waiting != nil && !again {
			t.guard.timer.Stop() // we wait, not the vendor
			again, err = t.patience.waits(ctx, e)
			t.guard.extend(t.passing.First)
		}
		if err == nil && again {
			answer.Body.Close()
			if r, err = t.next(r); err == nil {
				continue
			}
		}
		if err == nil {
			err = t.passing.Refused(e)
		}
		if err != nil {
			answer.Body.Close()
			return nil, err
		}
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), answer.Body), answer.Body}
		return answer, nil
	}
}

// fitting is a good answer, unless the client cannot take it any more.
func (t *refusals) fitting(answer *http.Response) (*http.Response, error) {
	if t.passing.Fits == nil {
		return answer, nil
	}
	if err := t.passing.Fits(answer); err != nil {
		answer.Body.Close()
		return nil, err
	}
	return answer, nil
}

// next is the request once more, with the credentials that the vendor has by now.
func (t *refusals) next(r *http.Request) (*http.Request, error) {
	again := r.Clone(r.Context())
	var err error
	if again.Body, err = r.GetBody(); err != nil {
		return nil, err
	}
	if t.passage.sign != nil {
		err = t.passage.sign(r.Context(), again.Header)
	}
	return again, err
}

var _ http.RoundTripper = (*refusals)(nil)

// passes lets every refusal pass.
func passes(*anthropic.Error) error { return nil }
