package simvendor

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// scene is a part of the demo's traffic: calls that start one after the other, then a pause.
type scene struct {
	calls  map[string]int // by the client's model
	apart  time.Duration  // between two calls
	pause  time.Duration  // after the last
	cancel bool           // the last call is given up half way
}

const (
	opus   = "claude-opus-5-5"
	sonnet = "claude-sonnet-4-5-20250929"
	haiku  = "claude-haiku-4-5"
)

// scenes are a working minute or so: quiet, a question, sub-agents that overrun the first vendor's
// limit, the queue's end and its afterglow, quiet again.
var scenes = [...]scene{
	{pause: 4 * time.Second},
	{calls: map[string]int{opus: 1, haiku: 1}, apart: 300 * time.Millisecond, pause: 5 * time.Second},
	{calls: map[string]int{opus: 7, sonnet: 3, haiku: 2}, apart: 150 * time.Millisecond, pause: 8 * time.Second},
	{calls: map[string]int{opus: 2, haiku: 2}, apart: 700 * time.Millisecond, pause: 22 * time.Second},
	{calls: map[string]int{opus: 20, haiku: 4}, apart: 60 * time.Millisecond, pause: 16 * time.Second},
	{calls: map[string]int{sonnet: 2, opus: 1}, apart: time.Second, pause: 24 * time.Second, cancel: true},
}

// Traffic sends calls like those of a person with sub-agents to a proxy, over and over, until ctx
// ends; it returns when its last call has. The same seed gives the same order of calls.
func Traffic(ctx context.Context, baseURL string, seed uint64) {
	order := rand.New(rand.NewPCG(seed, seed))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer client.CloseIdleConnections()
	var calls sync.WaitGroup
	defer calls.Wait()
	for n := 0; ctx.Err() == nil; n++ {
		s := scenes[n%len(scenes)]
		models := s.models(order)
		for i, model := range models {
			callCtx, cancel := ctx, context.CancelFunc(func() {})
			if s.cancel && i == len(models)-1 {
				callCtx, cancel = context.WithTimeout(ctx, 2*time.Second)
			}
			calls.Go(func() {
				defer cancel()
				call(callCtx, client, baseURL, model)
			})
			if !rest(ctx, s.apart) {
				return
			}
		}
		if !rest(ctx, s.pause) {
			return
		}
	}
}

// models are the scene's calls in a shuffled order.
func (s scene) models(order *rand.Rand) []string {
	var list []string
	for _, model := range []string{opus, sonnet, haiku} { // a map's order is not the seed's
		for range s.calls[model] {
			list = append(list, model)
		}
	}
	order.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

const demoBody = `{"model":%q,"max_tokens":1024,"system":"You are a sub-agent.","messages":[{"role":"user","content":"Please look at the failing test."}],"stream":true}`

// call sends one call and reads the answer. What comes of it is the proxy's to show.
func call(ctx context.Context, client *http.Client, baseURL, model string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, baseURL+"/v1/messages?beta=true", strings.NewReader(fmt.Sprintf(demoBody, model)))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "afterglow-demo")
	resp, err := client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
