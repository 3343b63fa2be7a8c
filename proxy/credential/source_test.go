package credential

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
)

func TestSourceFetchesOnceForEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetches := 0
		s := Source{Early: time.Minute, Fetch: func(context.Context) (Token, error) {
			fetches++
			time.Sleep(time.Second)
			return Token{Access: config.Secret(string(rune('0' + fetches))), Expires: time.Now().Add(10 * time.Minute)}, nil
		}}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if token, err := s.Token(t.Context()); err != nil || token.Reveal() != "1" {
					t.Error(token.Reveal(), err)
				}
			})
		}
		all.Wait()
		if fetches != 1 {
			t.Fatalf("%d fetches", fetches)
		}
		time.Sleep(9*time.Minute + time.Second) // less than Early is left
		if token, err := s.Token(t.Context()); err != nil || token.Reveal() != "2" {
			t.Error(token.Reveal(), err)
		}
		s.Drop("1") // refused, but replaced already
		if token, _ := s.Token(t.Context()); token.Reveal() != "2" {
			t.Error("a new token was dropped for an old one")
		}
		s.Drop("2")
		if token, _ := s.Token(t.Context()); token.Reveal() != "3" {
			t.Error("a refused token is still in use")
		}
	})
}

// Who began a fetch may leave; the others get what it brings.
func TestSourceGoesOnWithoutWhoBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := Source{Fetch: func(ctx context.Context) (Token, error) {
			time.Sleep(time.Second)
			return Token{Access: "a", Expires: time.Now().Add(time.Hour)}, ctx.Err()
		}}
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error)
		go func() { _, err := s.Token(ctx); gone <- err }()
		synctest.Wait()
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if token, err := s.Token(t.Context()); err != nil || token != "a" {
			t.Error(token, err)
		}
	})
}

func TestSourceTriesAgainAfterAFailure(t *testing.T) {
	fails := errors.New("down")
	s := Source{Fetch: func(context.Context) (Token, error) {
		return Token{Access: "a", Expires: time.Now().Add(time.Hour)}, fails
	}}
	if _, err := s.Token(t.Context()); !errors.Is(err, fails) {
		t.Fatal(err)
	}
	fails = nil
	if token, err := s.Token(t.Context()); err != nil || token != "a" {
		t.Error(token, err)
	}
}
