//go:build desktop && linux

package desktoptest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"afterglow/app/desktop/bustest"
	"afterglow/proxy/simvendor"
)

// showNotices is the desktop's service for notices.
func (d *desktop) showNotices() *bustest.Notices {
	d.t.Helper()
	conn, err := dbus.Connect("unix:path=" + d.dir + "/run/bus")
	d.must(err)
	d.t.Cleanup(func() { conn.Close() })
	return bustest.ShowNotices(d.t, conn)
}

// failing is a configuration whose only vendor is simulated, and asks at every call to be left alone for ten minutes.
func (d *desktop) failing() string {
	d.t.Helper()
	answer := simvendor.Refuse(429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`)
	answer.Header = http.Header{"Retry-After": {"600"}}
	sim, err := simvendor.Start(simvendor.Options{Script: simvendor.Always(answer)})
	d.must(err)
	d.t.Cleanup(sim.Close)
	const row = "[[vendors]]\nname = \"sim\"\ntitle = \"Simulated\"\ndialect = \"anthropic\"\nbase_url = %q\nauth = \"client\"\nretry = { attempts = 1 }\n"
	return d.write("sim.toml", fmt.Sprintf("tiers = [\"sim\"]\n"+row, sim.URL()))
}

// call sends a call that fails.
func (p *program) call() {
	p.t.Helper()
	resp, err := http.Post(p.base+"/v1/messages", "application/json", strings.NewReader(`{"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`))
	p.must(err)
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 429 && resp.StatusCode != 529 {
		p.t.Errorf("the call answered %d", resp.StatusCode)
	}
}

// until is when the control API says that the vendor is called again.
func (p *program) state() string {
	p.t.Helper()
	var s struct{ Tiers []struct{ State string } }
	p.must(json.Unmarshal([]byte(p.get("/api/status")), &s))
	return s.Tiers[0].State
}

// A vendor that goes out is told once, with the time, and a click on it opens the window.
func TestAVendorThatGoesOutIsOneNotice(t *testing.T) {
	d := newDesktop(t, true)
	daemon := d.showNotices()
	p := startProgram(t, d, "--hidden", "--config", d.failing())
	time.Sleep(3 * time.Second) // it has looked when all was well
	before := time.Now()
	for range 5 {
		p.call()
	}
	var got bustest.Notice
	select {
	case got = <-daemon.Shown:
	case <-time.After(20 * time.Second):
		t.Fatal("no notice; the vendor is ", p.state())
	}
	said := false
	for at := before.Add(10 * time.Minute); at.Before(time.Now().Add(13 * time.Minute)); at = at.Add(time.Minute) {
		said = said || strings.Contains(got.Text, "Afterglow will retry it at "+at.Format("15:04")) || strings.Contains(got.Text, at.Format("2006-01-02 15:04"))
	}
	if got.Title != "Simulated is unavailable" || !said || !strings.Contains(got.Text, "slow down") {
		t.Errorf("%+v", got)
	}
	for range 5 {
		p.call()
	}
	time.Sleep(12 * time.Second)
	if len(daemon.Shown) > 0 {
		t.Errorf("another notice: %+v", <-daemon.Shown)
	}
	if p.window() != "" {
		t.Fatal("the window is open before anybody clicked")
	}
	d.must(daemon.Click(got.ID))
	p.await("the window after the click", func() bool { return p.window() != "" })
}

func TestASilencedKindIsNoNotice(t *testing.T) {
	d := newDesktop(t, true)
	d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":{"guided":true,"silenced":["vendor_out","no_price"]}}`)
	daemon := d.showNotices()
	p := startFirst(t, d, "--hidden", "--config", d.failing())
	time.Sleep(3 * time.Second)
	p.call()
	p.await("the vendor to be out", func() bool { return p.state() == "out" })
	time.Sleep(8 * time.Second)
	if len(daemon.Shown) > 0 {
		t.Errorf("%+v", <-daemon.Shown)
	}
}

// The session bus dies while the program runs, as when a session ends badly: the window comes, because there is no tray
// any more, and the proxy serves.
func TestTheSessionBusDies(t *testing.T) {
	d := newDesktop(t, true)
	d.showNotices()
	p := startProgram(t, d, "--hidden", "--config", d.failing())
	time.Sleep(3 * time.Second)
	if p.window() != "" {
		t.Fatal("--hidden, and yet the window is open")
	}
	d.must(d.busDaemon.Process.Signal(syscall.SIGKILL))
	p.call() // what it leads to cannot be told
	p.await("the window", func() bool { return p.window() != "" })
	time.Sleep(10 * time.Second)
	p.call()
	d.shot("bus-died")
	p.xdotool("key", "ctrl+2") // it can be used
	time.Sleep(time.Second)
	d.shot("bus-died-activity")
	if p.state() != "out" {
		t.Error(p.state())
	}
	log, err := os.ReadFile(d.dir + "/state/afterglow/afterglow.log")
	d.must(err)
	if n := strings.Count(string(log), "notices are not shown"); n != 1 || strings.Contains(string(log), "goroutine ") {
		t.Errorf("%d lines on notices in the log:\n%s", n, log)
	}
}

// No session bus ever was.
func TestWithoutASessionBus(t *testing.T) {
	d := newDesktop(t, false)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+d.dir+"/none")
	p := startProgram(t, d, "--hidden", "--config", d.failing())
	p.await("the window", func() bool { return p.window() != "" })
	p.call()
	time.Sleep(5 * time.Second)
	p.call()
	d.shot("no-bus")
}
