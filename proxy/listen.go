package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"afterglow/proxy/reason"
)

// Listen takes the configured address, unless it has one, and says so in the state folder until Run ends.
// If another program has it, the error names the port.
func (s *Server) Listen() error {
	err := s.take()
	s.announce()
	return err
}

func (s *Server) take() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return nil
	}
	l, err := listen(s.conf().Listen)
	s.failed = err
	if err == nil {
		s.listener = l
	}
	s.limiter.Notify()
	return err
}

func listen(addr string) (net.Listener, error) {
	host, port, _ := net.SplitHostPort(addr)
	if host == "localhost" {
		host = "127.0.0.1" // a machine without a hosts file would ask its name server
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, reason.New(reason.PortTaken, port,
			"port %s is already in use by another program (listen = %q). Quit that program, or set another port", port, addr)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return l, nil
}

// Run serves until ctx ends; then it accepts nothing more, lets calls finish for as long as the
// configuration's drain, and returns.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	s.mu.Lock()
	l := s.listener
	s.mu.Unlock()
	s.serve(l)
	kept, end := context.WithCancel(context.Background())
	var keeping sync.WaitGroup
	keeping.Go(func() { s.keepQuotas(kept) })
	keeping.Go(func() { s.watchClocks(kept) })
	keeping.Go(s.resume)
	keeping.Go(func() { s.history.Run(kept, s.Watch(kept), s.limiter.Snapshot, s.keepMinutes) })
	<-ctx.Done()
	err := s.drain()
	end()
	keeping.Wait()
	if err := s.instance.remove(); err != nil {
		s.log.Warn("a stale file stays", "error", err)
	}
	return errors.Join(err, s.Close())
}

// Close closes the ledger. Run does it too; it may be done twice.
func (s *Server) Close() error {
	var err error
	if s.ledger != nil {
		err = s.ledger.Close()
	}
	if s.demoFolder != "" {
		err = errors.Join(err, os.RemoveAll(s.demoFolder))
	}
	return err
}

func (s *Server) serve(l net.Listener) {
	s.log.Info("listening", "address", l.Addr().String())
	go func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serve", "error", err)
			s.setFailed(fmt.Errorf("serve on %s: %w", l.Addr(), err))
		}
	}()
}

// drain waits for the calls that vendors answer. Those that wait in queues end at once, so that their clients ask
// elsewhere or later, and so do streams of snapshots.
func (s *Server) drain() error {
	close(s.draining)
	s.stopQueued()
	s.keeper.Close()
	ctx, cancel := context.WithTimeout(context.Background(), s.conf().Drain)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if errors.Is(err, net.ErrClosed) { // of a listener that a reload left a moment ago; every call has ended
		err = nil
	}
	if err != nil {
		s.stopAll()
		err = fmt.Errorf("shutdown: calls were interrupted after %v: %w", s.conf().Drain, err)
	}
	for _, v := range s.current().vendors {
		v.Close()
	}
	for _, n := range s.current().natives {
		n.passage.Close()
	}
	return err
}

// relisten moves to another address, if it is another and we listen at all. The new one is taken
// before the old one is left.
func (s *Server) relisten(addr string) error {
	if s.listener == nil || addr == s.conf().Listen {
		return nil
	}
	l, err := listen(addr)
	if err != nil {
		return err
	}
	s.listener.Close()
	s.listener = l
	s.serve(l)
	return nil
}

// retryListen is how often a server that found its port taken looks again.
const retryListen = 2 * time.Second

// RunAnyway is Run for a program that shows why it cannot listen instead of ending: it tries again
// until the port is free.
func (s *Server) RunAnyway(ctx context.Context) error {
	for s.Listen() != nil {
		select {
		case <-ctx.Done():
			return s.Close()
		case <-time.After(retryListen):
		}
	}
	return s.Run(ctx)
}
