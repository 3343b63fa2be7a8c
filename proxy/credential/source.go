package credential

import (
	"context"
	"sync"
	"time"

	"afterglow/proxy/config"
)

// Source gives out a short-lived token and has it fetched anew in time. Many may ask at once: one
// fetches, and the others wait for it.
type Source struct {
	// Early is how long before its end a token is fetched anew.
	Early time.Duration
	// Fetch gets a token. It is not called by two at once.
	Fetch func(context.Context) (Token, error)

	mu      sync.Mutex
	have    Token
	pending *fetching // nil: nobody fetches
}

// fetching is one fetch, for everybody who waits for it.
type fetching struct {
	done  chan struct{}
	token Token
	err   error
}

// fetchTime bounds a fetch, which goes on when the call that began it is gone: others wait for it.
const fetchTime = 30 * time.Second

// Token returns a token that is good for a while. The error is Fetch's, or the context's.
func (s *Source) Token(ctx context.Context) (config.Secret, error) {
	s.mu.Lock()
	if s.have.Access != "" && time.Until(s.have.Expires) > s.Early {
		defer s.mu.Unlock()
		return s.have.Access, nil
	}
	f := s.pending
	if f == nil {
		f = &fetching{done: make(chan struct{})}
		s.pending = f
		go s.fetch(context.WithoutCancel(ctx), f)
	}
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.token.Access, f.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

func (s *Source) fetch(ctx context.Context, f *fetching) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	f.token, f.err = s.Fetch(ctx)
	s.mu.Lock()
	s.pending = nil
	if f.err == nil {
		s.have = f.token
	}
	s.mu.Unlock()
	close(f.done)
}

// Drop forgets a token that was refused, unless it has been replaced already; "" forgets any.
func (s *Source) Drop(refused config.Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if refused == "" || s.have.Access == refused {
		s.have = Token{}
	}
}
