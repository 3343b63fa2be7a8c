package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"afterglow/cmd/cli"
)

// followPace is how often a follower looks.
const followPace = time.Second

// follower writes a line for each call that comes and each that ends.
type follower struct {
	c     *client
	which *callFilter
	json  bool
	pace  time.Duration

	seen int          // the highest number so far
	open map[int]bool // calls that were under way when they were seen last
}

// run follows until ctx ends, or the instance.
func (f *follower) run(ctx context.Context, w io.Writer) error {
	f.open = map[int]bool{}
	list, err := f.news(ctx)
	if err != nil {
		return err
	}
	list = f.which.choose(list)
	slices.Reverse(list)
	for {
		if err := f.write(w, list); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(f.pace):
		}
		if list, err = f.news(ctx); err != nil {
			return f.end(ctx, err)
		}
		list = slices.DeleteFunc(list, func(c call) bool { return !f.which.match(&c) })
		slices.Reverse(list)
	}
}

// end is what to say when the instance could not be asked.
func (f *follower) end(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return &cli.Exit{Code: exitNoInstance, Err: fmt.Errorf("the instance has stopped: %w", err)}
	}
	return err
}

// news are the calls that came or ended since the last time, the latest first.
func (f *follower) news(ctx context.Context) ([]call, error) {
	after := f.seen
	for n := range f.open {
		after = min(after, n-1)
	}
	list, err := f.c.calls(ctx, after)
	if err != nil {
		return nil, err
	}
	before := f.seen
	list = slices.DeleteFunc(list, func(c call) bool {
		f.seen = max(f.seen, c.Number)
		old := c.Number <= before && !(f.open[c.Number] && c.ended())
		if c.ended() {
			delete(f.open, c.Number)
		} else {
			f.open[c.Number] = true
		}
		return old
	})
	return list, nil
}

// write writes calls, each as a line: of JSON, or of what is known.
func (f *follower) write(w io.Writer, list []call) error {
	for _, c := range list {
		line := callLine(&c)
		if f.json {
			var text bytes.Buffer
			if err := json.Compact(&text, c.raw); err != nil {
				return fmt.Errorf("read calls: %w", err)
			}
			line = string(cli.SafeJSON(text.Bytes()))
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// callLine is a call without columns: what is not known is left out.
func callLine(c *call) string {
	var parts []string
	for i, cell := range callCells(c) {
		if cell = cli.Safe(cell); cell == "" {
			continue
		}
		switch header := callHeaders[i]; header {
		case "QUEUED", "FIRST", "TOOK", "TOKENS", "SESSION", "AGENT":
			cell = strings.ToLower(header) + " " + cell
		}
		parts = append(parts, cell)
	}
	return strings.Join(parts, "  ")
}
