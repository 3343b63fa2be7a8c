package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
	"golang.org/x/sync/errgroup"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
	"afterglow/proxy/upstream"
	"afterglow/proxy/usage"
)

// googleHost is where Gemini's embedding calls have the form in which clients send them.
const googleHost = "generativelanguage.googleapis.com"

// vertexAtOnce bounds how many calls one batch makes at a time.
const vertexAtOnce = 16

// vertex sends embedding calls to an upstream that takes them as Vertex AI does: under a publisher's
// path, without a model in the body, and one text a call (RC-59).
func (s *Server) vertex(p *passing, r *http.Request, to *native, m upstream.Passing) {
	body, refused := s.readHeld(p.w.ResponseWriter, r, &p.rec.room)
	if refused != nil {
		p.refuse(refused)
		return
	}
	m.Path = "/v1beta1/publishers/google/models/" + url.PathEscape(usage.ModelIn(m.Path)) + ":embedContent"
	if p.rec.operation == "embedding" {
		if body, ok := withoutModel(body); ok {
			m.Held = &body
		} else {
			p.refuse(anthropic.Errorf(http.StatusBadRequest, "the body is not a JSON object"))
			return
		}
		to.passage.Send(p.w, r, m)
		return
	}
	batch := gjson.Get(body, "requests").Array()
	if !nesting.Valid(body) || len(batch) == 0 {
		p.refuse(anthropic.Errorf(http.StatusBadRequest, "requests: expected at least one request"))
		return
	}
	answer, err := embedAll(r.Context(), to, m, batch)
	var other *unembedded
	switch {
	case errors.As(err, &other):
		answer = other.answer
	case err != nil:
		p.failed(err)
		return
	}
	p.answered(answer)
	p.w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	p.w.WriteHeader(answer.StatusCode)
	io.Copy(p.w, answer.Body)
}

// unembedded is an answer that is no embedding: the client gets it.
type unembedded struct{ answer *http.Response }

func (u *unembedded) Error() string { return u.answer.Status }

// embedAll makes a call of each request of a batch and one answer of theirs. The first that fails
// ends the others.
func embedAll(ctx context.Context, to *native, m upstream.Passing, batch []gjson.Result) (*http.Response, error) {
	answers := make([]string, len(batch))
	calls, ctx := errgroup.WithContext(ctx)
	calls.SetLimit(vertexAtOnce)
	for i, request := range batch {
		calls.Go(func() (err error) {
			answers[i], err = embed(ctx, to, m, request.Raw)
			return err
		})
	}
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	var embeddings []string
	tokens := int64(0)
	for _, a := range answers {
		embeddings = append(embeddings, gjson.Get(a, "embedding").Raw)
		tokens += gjson.Get(a, "usageMetadata.promptTokenCount").Int()
	}
	body := `{"embeddings":[` + strings.Join(embeddings, ",") + `]`
	if tokens > 0 {
		body += fmt.Sprintf(`,"usageMetadata":{"promptTokenCount":%d}`, tokens)
	}
	return whole(http.StatusOK, []byte(body+"}")), nil
}

// embed makes one call. The error is an *unembedded if the upstream answered something else.
func embed(parent context.Context, to *native, m upstream.Passing, request string) (string, error) {
	ctx, cancel := context.WithTimeoutCause(parent, to.conf.Timeout, &upstream.TimeoutError{After: to.conf.Timeout})
	defer cancel()
	one, ok := withoutModel(request)
	if !ok {
		return "", &unembedded{wholeError(http.StatusBadRequest, "requests: expected objects")}
	}
	m.Held = &one
	answer, err := to.passage.Do(ctx, m)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, vertexAnswer))
	if err != nil {
		return "", fmt.Errorf("read embedding: %w", err)
	}
	if answer.StatusCode != http.StatusOK || !gjson.GetBytes(body, "embedding").IsObject() {
		other := whole(answer.StatusCode, body)
		other.Header.Set("Content-Type", answer.Header.Get("Content-Type"))
		if answer.StatusCode < 400 {
			other = wholeError(http.StatusBadGateway, fmt.Sprintf("the vendor answered %d without an embedding", answer.StatusCode))
		}
		return "", &unembedded{other}
	}
	return string(body), nil
}

// vertexAnswer bounds, in bytes, the answer to one call: the longest vectors take a tenth of it.
const vertexAnswer = 1 << 20

// withoutModel is a JSON object without its model; the rest of it stays as it is.
func withoutModel(object string) (string, bool) {
	if !nesting.Valid(object) || !gjson.Parse(object).IsObject() {
		return "", false
	}
	object, err := sjson.Delete(object, "model")
	return object, err == nil
}

func wholeError(status int, message string) *http.Response {
	return whole(status, errorBody("gemini", anthropic.Errorf(status, "%s", message)))
}

func whole(status int, body []byte) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)),
	}
}
