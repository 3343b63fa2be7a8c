//go:build desktop && linux

package desktoptest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"afterglow/proxy/fakevendor"
)

// TestCost prints the CPU time that the program needs on a desktop. It asserts nothing: make bench runs
// it and docs/performance.md has the figures.
func TestCost(t *testing.T) {
	if os.Getenv("AFTERGLOW_COST") == "" {
		t.Skip("AFTERGLOW_COST is not set")
	}
	const span = 30 * time.Second
	for _, c := range []struct {
		name    string
		args    []string
		gauges  int
		warm    time.Duration
		visible bool
	}{
		{"window hidden, no calls", []string{"--hidden"}, 0, 3 * time.Second, false},
		{"window hidden, the demo's calls", []string{"--hidden", "--demo"}, 0, 3 * time.Second, false},
		{"window shown, no calls", nil, 0, 3 * time.Second, true},
		{"window shown, the demo's calls", []string{"--demo"}, 0, 3 * time.Second, true},
		{"20 gauges in view, every one changing", nil, 20, 5 * time.Second, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesktop(t, true)
			args := c.args
			if c.gauges > 0 {
				args = append(args, "--config", busyConfig(t, d))
			}
			p := startProgram(t, d, args...)
			if c.visible {
				p.await("the window", func() bool { return p.window() != "" })
				p.xdotool("windowsize", p.window(), "680", "760")
			}
			stop := keepBusy(p.base, c.gauges)
			defer stop()
			time.Sleep(c.warm)
			before := p.cpuTime()
			time.Sleep(span)
			spent := p.cpuTime() - before
			if c.gauges > 0 {
				p.shot("cost-busy")
			}
			fmt.Printf("%-40s %.2f %% of a core\n", c.name, 100*spent.Seconds()/span.Seconds())
		})
	}
}

// busyConfig is a chain of one simulated vendor, whose every answer takes a moment.
func busyConfig(t *testing.T, d *desktop) string {
	v, err := fakevendor.Start(fakevendor.Options{Quiet: true, Script: fakevendor.Always(fakevendor.Text("one two three").Paced(0, 400*time.Millisecond))})
	d.must(err)
	t.Cleanup(v.Close)
	return d.write("busy.toml", fmt.Sprintf("[[vendors]]\nname = \"busy\"\ndialect = \"anthropic\"\nbase_url = %q\nauth = \"none\"\nlimit = { default = 3 }\n", v.URL()))
}

// keepBusy sends every one of n models one call after the other, five at a time, with a pause now and
// then, so that each gauge goes up and down and its queue comes and goes.
func keepBusy(base string, n int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 5 * n}}
	var wg sync.WaitGroup
	for i := range 5 * n {
		wg.Go(func() {
			body := fmt.Sprintf(`{"model":"model-%02d","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}`, i%n)
			for call := i; ctx.Err() == nil; call++ {
				req, err := http.NewRequestWithContext(ctx, "POST", base+"/v1/messages", strings.NewReader(body))
				if err != nil {
					return
				}
				if resp, err := client.Do(req); err == nil {
					io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
				}
				time.Sleep(time.Duration(call%7) * 250 * time.Millisecond)
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// cpuTime is the program's user and system time so far.
func (p *program) cpuTime() time.Duration {
	p.t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	p.must(err)
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, err := strconv.Atoi(fields[11]) // utime, field 14 of proc(5), in ticks of a hundredth of a second
	p.must(err)
	system, err := strconv.Atoi(fields[12])
	p.must(err)
	return time.Duration(user+system) * 10 * time.Millisecond
}
