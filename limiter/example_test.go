package limiter_test

import (
	"context"
	"errors"
	"fmt"

	"afterglow/limiter"
)

func Example() {
	c := limiter.New()
	c.Configure([]limiter.VendorPolicy{
		{Vendor: "zhipu", Policy: limiter.Policy{Default: 2, MaxPending: 8}},
		{Vendor: "kimi"}, // no limit: its calls are only counted
	})
	glm := limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}

	permit, err := c.Acquire(context.Background(), glm)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer permit.Release()

	if err := c.SetLimit(glm, 5); err != nil {
		fmt.Println(err)
	}
	err = c.SetLimit(limiter.Key{Vendor: "kimi", Model: "kimi-k2.5"}, 5)
	fmt.Println(errors.Is(err, limiter.ErrMonitorOnly), err)

	for _, g := range c.Snapshot().Gauges {
		fmt.Printf("%s %s: %d/%d in flight, %d pending\n", g.Vendor, g.Model, g.InFlight, g.Limit, g.Pending)
	}
	// Output:
	// true set limit of model "kimi-k2.5" of vendor "kimi": vendor is monitor-only
	// zhipu glm-5.1: 1/5 in flight, 0 pending
}
