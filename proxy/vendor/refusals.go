package vendor

import (
	"bytes"
	"io"
	"net/http"

	"afterglow/proxy/anthropic"
)

// refusals is a transport that shows a vendor's refusals to who sent the request, before the client sees them.
type refusals struct {
	http.RoundTripper
	dialect Dialect
	refused func(*anthropic.Error) error
}

// RoundTrip implements http.RoundTripper.
func (t refusals) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := t.RoundTripper.RoundTrip(r)
	if err != nil || answer.StatusCode < http.StatusBadRequest {
		return answer, err
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxError))
	e := t.dialect.DecodeError(answer.StatusCode, answer.Header, body)
	if err := t.refused(e); err != nil {
		answer.Body.Close()
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), answer.Body), answer.Body}
	return answer, nil
}
