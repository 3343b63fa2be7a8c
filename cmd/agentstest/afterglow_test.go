//go:build agents && linux

package agentstest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/tidwall/gjson"
)

// afterglow is a running afterglowd.
type afterglow struct {
	v     *visit
	url   string
	cmd   *exec.Cmd
	out   bytes.Buffer // to be read when it has ended
	ended chan struct{}
}

// start starts afterglowd as "make run" does where there is no screen, but on a free port and with its way to the vendors
// leading to the played ones.
func (v *visit) start() {
	v.t.Helper()
	a := &afterglow{v: v, cmd: v.afterglowd("serve", "--demo=auto", "--listen", "127.0.0.1:0"), ended: make(chan struct{})}
	a.cmd.Env = append(v.env(), v.agent.variable+"="+v.net.key,
		"HTTPS_PROXY="+v.net.vendors.URL, "SSL_CERT_FILE="+v.net.certificate(v.home))
	stdout, err := a.cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	a.cmd.Stderr = a.cmd.Stdout
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := a.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	first, _ := lines.ReadString('\n')
	go func() {
		defer close(a.ended)
		io.Copy(&a.out, lines)
		a.cmd.Wait()
	}()
	v.glow = a
	v.t.Cleanup(a.stop)
	var ok bool
	if a.url, ok = strings.CutPrefix(strings.TrimSpace(first), "Afterglow listens on "); !ok {
		a.stop()
		v.t.Fatalf("afterglowd serve: %s%s", first, a.out.String())
	}
}

// stop ends it as Ctrl-C does. It may be called twice.
func (a *afterglow) stop() {
	a.cmd.Process.Signal(syscall.SIGINT)
	<-a.ended
}

// afterglowd is a command of the built program, as in a second terminal: without the key.
func (v *visit) afterglowd(args ...string) *exec.Cmd {
	program, err := filepath.Abs("../../bin/afterglowd")
	if err != nil {
		v.t.Fatal(err)
	}
	cmd := exec.CommandContext(v.t.Context(), program, args...)
	cmd.Dir = v.project
	cmd.Env = append(v.env(), v.shell...)
	return cmd
}

// connect connects the agent and returns what disconnects it and checks that its settings are as they were.
func (v *visit) connect(flags ...string) (back func()) {
	v.t.Helper()
	before, _ := os.ReadFile(filepath.Join(v.home, v.agent.file)) // nil: there was none
	v.say(append([]string{"connect", v.agent.client}, flags...)...)
	file := v.settings()
	connected := v.read(file)
	if !strings.Contains(string(connected), strings.TrimPrefix(v.glow.url, "http://")) {
		v.t.Errorf("%s does not lead to Afterglow: %s", file, connected)
	}
	if strings.Contains(string(connected), v.net.key) {
		v.t.Errorf("%s has the vendor's key", file)
	}
	return func() {
		v.t.Helper()
		touched := !bytes.Equal(v.read(file), connected)
		v.say("disconnect", v.agent.client)
		switch after := v.read(file); {
		case !touched && !bytes.Equal(after, before):
			v.t.Errorf("%s was %q before, and is %q now", file, before, after)
		case touched && strings.Contains(strings.ToLower(string(after)), "afterglow"):
			v.t.Errorf("the agent changed %s, and Afterglow is still in it: %s", file, after)
		}
	}
}

// settings is the file in which the agent is connected.
func (v *visit) settings() string {
	out, err := v.afterglowd("clients", "--json").Output()
	if err != nil {
		v.t.Fatalf("afterglowd clients: %v", err)
	}
	client := gjson.GetBytes(out, `#(client=="`+v.agent.client+`")`)
	if client.Get("state").Str != "connected" {
		v.t.Errorf("afterglowd clients says %s", client.Raw)
	}
	return client.Get("file").Str
}

// read is what a file holds, nil if there is none.
func (v *visit) read(file string) []byte {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		v.t.Error(err)
	}
	return text
}

// say runs a command that has to go well, and keeps what it printed.
func (v *visit) say(args ...string) {
	v.t.Helper()
	out, err := v.afterglowd(args...).CombinedOutput()
	if err != nil {
		v.t.Errorf("afterglowd %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	v.said += fmt.Sprintf("-- afterglowd %s\n%s", strings.Join(args, " "), v.masked(string(out)))
}

// awaitPending returns when so many calls wait in Afterglow's queues.
func (a *afterglow) awaitPending(n int64) {
	a.v.t.Helper()
	ctx, cancel := context.WithTimeout(a.v.t.Context(), bound)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", a.url+"/api/events", nil)
	if err != nil {
		a.v.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.v.t.Fatal(err)
	}
	defer resp.Body.Close()
	pending := int64(0)
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			if pending = gjson.Get(data, "total.pending").Int(); pending >= n {
				return
			}
		}
	}
	a.v.t.Errorf("%d calls wait, expected %d", pending, n)
}
