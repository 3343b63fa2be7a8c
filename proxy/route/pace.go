package route

import (
	"sync"
	"time"

	"afterglow/limiter"
)

// pace is how long calls lately held their slots, and from that how long one would wait for a slot.
type pace struct {
	mu   sync.Mutex
	mean map[limiter.Key]time.Duration
}

// maxPaces bounds the table: clients choose names of models.
const maxPaces = 1024

func newPace() *pace { return &pace{mean: map[limiter.Key]time.Duration{}} }

// took adds one call's time, with the weight of a fifth.
func (p *pace) took(k limiter.Key, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, known := p.mean[k]
	switch {
	case known:
		p.mean[k] = old + (d-old)/5
	case len(p.mean) < maxPaces:
		p.mean[k] = d
	}
}

func (p *pace) rename(from, to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, d := range p.mean {
		if k.Vendor == from {
			delete(p.mean, k)
			p.mean[limiter.Key{Vendor: to, Model: k.Model}] = d
		}
	}
}

// wait estimates how long a call that joined the queue now would wait; 0 where a slot is free or
// nothing is known. While n slots are busy, one becomes free about every nth part of a call's time.
func (p *pace) wait(k limiter.Key, l limiter.Load) time.Duration {
	if l.Room > 0 || l.Limit == 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mean[k] * time.Duration(l.Pending+1) / time.Duration(l.Limit)
}
