package logging

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"afterglow/proxy/config"
)

// locked is a buffer that timers of the log may write to.
type locked struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.out.String()
}

// kept is how many lines are counted at this moment.
func kept(l *Log) int {
	l.fold.mu.Lock()
	defer l.fold.mu.Unlock()
	return len(l.fold.lines)
}

// lines counts the lines that have all of the texts.
func lines(out string, texts ...string) (n int) {
	for line := range strings.Lines(out) {
		all := true
		for _, text := range texts {
			all = all && strings.Contains(line, text)
		}
		if all {
			n++
		}
	}
	return n
}

// A vendor goes out while 99 calls are with it: each of them fails for the same reason.
func TestOneVendorThatGoesOutIsTwoLinesNotNinetyNine(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		synctest.Test(t, func(t *testing.T) {
			conf := config.DefaultLog()
			conf.Format = format
			var out locked
			l := open(t, conf, "", &out)
			for i := range 99 {
				l.Info("tier failed", "vendor", "zhipu", "status", 503, "reason", fmt.Sprintf("request req_%d: read tcp 127.0.0.1:%d: reset", 10_000+i, 40_000+i))
			}
			if got := lines(out.String(), "tier failed"); got != 1 {
				t.Fatalf("%d lines at once:\n%s", got, out.String())
			}
			time.Sleep(foldWindow + time.Second)
			synctest.Wait()
			repeated := map[string]string{"text": "repeated=98 within=1m0s", "json": `"repeated":98,"within":60000000000`}[format]
			if got := out.String(); lines(got, "tier failed") != 2 || lines(got, "tier failed", "zhipu", "req_10098", repeated) != 1 {
				t.Errorf("after a minute:\n%s", got)
			}
			l.Info("tier failed", "vendor", "zhipu", "status", 503, "reason", "request req_20000: read tcp 127.0.0.1:50000: reset")
			if got := lines(out.String(), "req_20000"); got != 1 {
				t.Errorf("the next minute's first line is missing:\n%s", out.String())
			}
		})
	}
}

func TestLinesThatDifferAreAllWritten(t *testing.T) {
	var out bytes.Buffer
	l := open(t, config.DefaultLog(), "", &out)
	l.Warn("m", "vendor", "a", "reason", "status 503")
	l.Info("m", "vendor", "a", "reason", "status 503")
	l.Warn("n", "vendor", "a", "reason", "status 503")
	l.Warn("m", "vendor", "b", "reason", "status 503")
	l.Warn("m", "vendor", "a", "reason", "status 502")
	l.Warn("m", "vendor", "a", "model", "x", "reason", "status 503")
	l.With("vendor", "c").Warn("m", "reason", "status 503")
	l.With("vendor", "d").Warn("m", "reason", "status 503")
	l.WithGroup("g").Warn("m", "vendor", "a", "reason", "status 503")
	l.Warn("m", "vendor", "a", "error", "读取：状态")
	l.Warn("m", "vendor", "a", "error", "读取：狀態")
	for range 5 { // says nothing of a failure
		l.Info("call", "vendor", "a", "outcome", "ok")
	}
	if got := strings.Count(out.String(), "\n"); got != 16 {
		t.Errorf("%d lines, want 16:\n%s", got, out.String())
	}
	l.With("vendor", "c").Warn("m", "reason", "status 503")
	if got := strings.Count(out.String(), "\n"); got != 16 {
		t.Errorf("a repetition was written:\n%s", out.String())
	}
}

func TestRepetitionsAreCountedWhenTheLogIsClosed(t *testing.T) {
	var out bytes.Buffer
	l := open(t, config.DefaultLog(), "", &out)
	for range 3 {
		l.Warn("m", "error", io.EOF)
	}
	l.Close()
	if got := out.String(); lines(got, "msg=m") != 2 || lines(got, "repeated=2") != 1 {
		t.Error(got)
	}
	l.Warn("m", "error", io.EOF)
	if got := lines(out.String(), "msg=m"); got != 3 {
		t.Errorf("a line after the end: %s", out.String())
	}
}

// More kinds of lines than are counted are written, and what is kept of them is bounded.
func TestLinesBeyondThoseThatAreCountedAreWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out locked
		l := open(t, config.DefaultLog(), "", &out)
		word := func(i int) string { return strings.Repeat("x", i) }
		for range 2 {
			for i := range maxFolded + 10 {
				l.Warn("m", "error", word(i))
			}
		}
		if got, want := lines(out.String(), "msg=m"), maxFolded+20; got != want || kept(l) != maxFolded {
			t.Errorf("%d lines, want %d; %d are kept", got, want, kept(l))
		}
		time.Sleep(foldWindow + time.Second)
		synctest.Wait()
		if n := kept(l); n != 0 {
			t.Errorf("%d are kept after their minute", n)
		}
	})
}

func TestASecretIsInNoRepetition(t *testing.T) {
	var out bytes.Buffer
	l := open(t, config.DefaultLog(), "", &out)
	l.Hide("a-secret-of-mine")
	for range 3 {
		l.Warn("m", "error", "it is a-secret-of-mine")
	}
	l.Close()
	if got := out.String(); strings.Contains(got, "of-mine") || lines(got, "repeated=2", masked) != 1 {
		t.Error(got)
	}
}

// counted counts lines and their repetitions.
type counted struct {
	mu    *sync.Mutex
	total *int
}

func (c counted) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	if _, after, ok := strings.Cut(string(p), "repeated="); ok {
		fmt.Sscan(after, &n)
	} else {
		n = 1
	}
	*c.total += n
	return len(p), nil
}

func TestNoLineOfManyAtOnceIsLost(t *testing.T) {
	var total int
	l := open(t, config.DefaultLog(), "", counted{mu: &sync.Mutex{}, total: &total})
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 500 {
				l.Warn("m", "vendor", i%5, "error", strings.Repeat("y", worker%3))
			}
		})
	}
	wg.Wait()
	l.Close()
	if total != 4000 {
		t.Errorf("%d of 4000 lines are accounted for", total)
	}
}
