//go:build agents && linux

package agentstest

import (
	"bytes"
	"context"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// run is a program that was started once, and when it said what.
type run struct {
	words   time.Duration // until it printed anything; 0 = it never did
	answer  time.Duration // until the awaited words stood on standard output; 0 = they never did
	total   time.Duration
	exit    string
	stopped bool // it did not end by itself

	cmd    *exec.Cmd
	want   string
	began  time.Time
	mu     sync.Mutex // guards what follows, and the times
	stdout bytes.Buffer
	both   bytes.Buffer // in the order of writing
}

// start starts a program. want are the words that are awaited.
func start(cmd *exec.Cmd, want string) *run {
	r := &run{cmd: cmd, want: want, began: time.Now()}
	cmd.Stdout, cmd.Stderr = writer{r, true}, writer{r, false}
	// What it starts ends with it, and it ends with this program.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Minute
	if err := cmd.Start(); err != nil {
		r.exit = err.Error()
	}
	return r
}

func (r *run) wait(ctx context.Context) *run {
	if r.exit != "" {
		return r
	}
	err := r.cmd.Wait()
	r.total = time.Since(r.began)
	r.stopped = ctx.Err() != nil
	switch state := r.cmd.ProcessState; {
	case r.stopped:
		r.exit = "stopped"
	case state != nil && state.Exited():
		r.exit = strconv.Itoa(state.ExitCode())
	default:
		r.exit = err.Error()
	}
	return r
}

func (r *run) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.both.String()
}

type writer struct {
	r      *run
	answer bool
}

func (w writer) Write(p []byte) (int, error) {
	r := w.r
	r.mu.Lock()
	defer r.mu.Unlock()
	r.both.Write(p)
	if r.words == 0 && len(bytes.TrimSpace(p)) > 0 {
		r.words = time.Since(r.began)
	}
	if w.answer {
		r.stdout.Write(p)
		if r.answer == 0 && strings.Contains(r.stdout.String(), r.want) {
			r.answer = time.Since(r.began)
		}
	}
	return len(p), nil
}

var (
	colour = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)
	chance = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b(ses|msg|req)_[0-9A-Za-z]{8,}`)
	port   = regexp.MustCompile(`127\.0\.0\.1:\d+`)
)

// printed is what a run printed, masked.
func (v *visit) printed(r *run) string { return v.masked(r.text()) }

// masked is a text without keys, and without what is another each time.
func (v *visit) masked(text string) string {
	text = colour.ReplaceAllString(text, "")
	text = strings.NewReplacer(v.home, "~", v.net.key, "KEY", v.net.clientKey, "CLIENT-KEY", v.net.note, "NOTE").Replace(text)
	text = port.ReplaceAllString(text, "127.0.0.1:PORT")
	return chance.ReplaceAllString(text, "ID")
}
