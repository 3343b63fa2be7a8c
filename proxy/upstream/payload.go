package upstream

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/go-resty/resty/v2"
)

// payload is a request body in parts. It goes around resty, which would copy it, and it can be let
// go of: a stream may run for minutes, and net/http keeps its request for as long.
type payload struct{ parts []string }

type payloadKey struct{}

func withPayload(ctx context.Context, p *payload) context.Context {
	return context.WithValue(ctx, payloadKey{}, p)
}

// attachPayload is resty's hook between its request and net/http's.
func attachPayload(_ *resty.Client, req *http.Request) error {
	if p, ok := req.Context().Value(payloadKey{}).(*payload); ok {
		p.attach(req)
	}
	return nil
}

// attach makes the payload a request's body.
func (p *payload) attach(req *http.Request) {
	req.ContentLength = 0
	for _, part := range p.parts {
		req.ContentLength += int64(len(part))
	}
	// GetBody lets net/http send again what an idle connection lost as the vendor closed it.
	req.GetBody = func() (io.ReadCloser, error) { return &partsReader{parts: slices.Clone(p.parts)}, nil }
	req.Body, _ = req.GetBody()
}

// release lets the body be collected. Call it once the vendor has answered.
func (p *payload) release() { p.parts = nil }

// partsReader reads strings one after the other. net/http may close it while it reads.
type partsReader struct {
	mu    sync.Mutex
	parts []string
}

func (r *partsReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for n < len(p) && len(r.parts) > 0 {
		c := copy(p[n:], r.parts[0])
		n += c
		if r.parts[0] = r.parts[0][c:]; r.parts[0] == "" {
			r.parts = r.parts[1:]
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *partsReader) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.parts = nil
	return nil
}
