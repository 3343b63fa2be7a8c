package fakevendor

import (
	"context"
	_ "embed"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxOpen bounds the demo's calls at once. The plan stays below it; a limit that is turned down
// while the demo runs must not pile up calls without end.
const maxOpen = 16

// Traffic sends a proxy calls like those of a person with sub-agents, over and over: quiet, busy, a
// queue, its afterglow, an overloaded vendor, quiet again, in a little more than a minute. It
// returns when ctx has ended and its last call has. The same seed sends the same calls at the
// same times.
func Traffic(ctx context.Context, baseURL string, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	p := &player{baseURL: baseURL, open: make(chan struct{}, maxOpen)}
	p.client.Transport = &http.Transport{MaxIdleConnsPerHost: maxOpen} // and no proxy of the environment's
	defer p.client.CloseIdleConnections()
	defer p.calls.Wait()
	for ctx.Err() == nil {
		p.play(ctx, plan(random), loop)
	}
}

// player is the demo's client.
type player struct {
	client  http.Client
	baseURL string
	open    chan struct{} // one for each call that is open
	calls   sync.WaitGroup
	sent    int
}

// play starts the steps at their times and returns when the loop is over, or ctx is.
func (p *player) play(ctx context.Context, steps []step, loop time.Duration) {
	begin := time.Now()
	for _, s := range steps {
		if !sleepUntil(ctx, begin.Add(s.at)) {
			return
		}
		select {
		case p.open <- struct{}{}:
			p.sent++
			body := requestBody(s.model, s.cue(p.sent))
			p.calls.Go(func() {
				p.call(ctx, body, s.giveUp)
				<-p.open
			})
		default:
		}
	}
	sleepUntil(ctx, begin.Add(loop))
}

// call sends one call and reads its answer. What comes of it is for the proxy to show.
func (p *player) call(ctx context.Context, body string, giveUp time.Duration) {
	if giveUp > 0 {
		limited, cancel := context.WithTimeout(ctx, giveUp)
		defer cancel()
		ctx = limited
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.baseURL+"/v1/messages?beta=true", strings.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "afterglow-demo")
	req.Header.Set("Anthropic-Version", "2023-06-01")
	credentials(req.Header)
	resp, err := p.client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
}

// demoRequest is a short request of the shape that Claude Code's have.
//
//go:embed request.json
var demoRequest string

func requestBody(model string, c cue) string {
	quoted := quote(c.String())
	return strings.NewReplacer("{{model}}", model, "{{cue}}", quoted[1:len(quoted)-1]).Replace(demoRequest)
}

// sleepUntil reports whether the time came before the end of ctx.
func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
