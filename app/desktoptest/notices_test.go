//go:build desktop && linux

package desktoptest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"afterglow/app/desktop/bustest"
	"afterglow/proxy/fakevendor"
)

// showNotices is the desktop's service for notices.
func (d *desktop) showNotices() *bustest.Notices {
	d.t.Helper()
	conn, err := dbus.Connect("unix:path=" + d.dir + "/run/bus")
	d.must(err)
	d.t.Cleanup(func() { conn.Close() })
	return bustest.ShowNotices(d.t, conn)
}

// failing is a configuration of two simulated vendors. The first asks at every call to be left alone for ten minutes; so
// does the second from when fail is called. The log tells of notices.
func (d *desktop) failing() (config string, fail func()) {
	d.t.Helper()
	answer := fakevendor.Refuse(429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}`)
	answer.Header = http.Header{"Retry-After": {"600"}}
	refuses := fakevendor.Always(answer)
	sim, err := fakevendor.Start(fakevendor.Options{Script: refuses})
	d.must(err)
	d.t.Cleanup(sim.Close)
	spare, err := fakevendor.Start(fakevendor.Options{Script: fakevendor.Plausible})
	d.must(err)
	d.t.Cleanup(spare.Close)
	const row = "[[vendors]]\nname = %q\ntitle = %q\ndialect = \"anthropic\"\nbase_url = %q\nauth = \"none\"\nretry = { attempts = 1 }\n"
	text := "tiers = [\"sim\", \"spare\"]\n[log]\nlevel = \"debug\"\n" + fmt.Sprintf(row, "sim", "Simulated", sim.URL()) + fmt.Sprintf(row, "spare", "Spare", spare.URL())
	return d.write("sim.toml", text), func() { spare.SetScript(refuses) }
}

// startWatched starts the program hidden, and waits until it looks for what is worth a notice. silenced are the kinds of
// which there is none.
func startWatched(t *testing.T, d *desktop, config, silenced string) *program {
	t.Helper()
	d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":{"guided":true,"silenced":[`+silenced+`]}}`)
	p := startFirst(t, d, "--hidden", "--config", config)
	p.await("the program to look for notices", func() bool { return p.logged("looking for notices") == 1 })
	return p
}

// next is the next notice.
func next(t *testing.T, daemon *bustest.Notices) bustest.Notice {
	t.Helper()
	select {
	case got := <-daemon.Shown:
		return got
	case <-time.After(longest):
		t.Fatal("no notice")
		return bustest.Notice{}
	}
}

// call sends a call, which must be answered with a status.
func (p *program) call(status int) {
	p.t.Helper()
	resp, err := http.Post(p.base+"/v1/messages", "application/json", strings.NewReader(`{"model":"claude-opus-5-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`))
	p.must(err)
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	if resp.StatusCode != status {
		p.t.Fatalf("the call answered %d, want %d", resp.StatusCode, status)
	}
}

// state is the first vendor's.
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
	config, fail := d.failing()
	p := startWatched(t, d, config, `"failover","no_price","old_prices"`)
	before := time.Now()
	for range 5 {
		p.call(200)
	}
	got := next(t, daemon)
	said := false
	for at := before.Add(10 * time.Minute); at.Before(time.Now().Add(13 * time.Minute)); at = at.Add(time.Minute) {
		said = said || strings.Contains(got.Text, "Afterglow will retry it at "+at.Format("15:04")) || strings.Contains(got.Text, at.Format("2006-01-02 15:04"))
	}
	if got.Title != "Simulated is unavailable" || !said || !strings.Contains(got.Text, "slow down") {
		t.Errorf("%+v", got)
	}
	for range 5 {
		p.call(200)
	}
	fail()
	p.call(429)
	if another := next(t, daemon); another.Title != "Spare is unavailable" {
		t.Errorf("another notice: %+v", another)
	}
	if p.window() != "" {
		t.Fatal("the window is open before anybody clicked")
	}
	d.must(daemon.Click(got.ID))
	p.await("the window after the click", func() bool { return p.window() != "" })
}

func TestASilencedKindIsNoNotice(t *testing.T) {
	d := newDesktop(t, true)
	daemon := d.showNotices()
	config, _ := d.failing()
	p := startWatched(t, d, config, `"vendor_out","no_price","old_prices"`)
	p.call(200)
	if state := p.state(); state != "out" {
		t.Error(state)
	}
	// That another vendor answered is told after that the first is out.
	if got := next(t, daemon); !strings.Contains(got.Title, "Simulated → Spare") {
		t.Errorf("%+v", got)
	}
}

// The session bus dies while the program runs, as when a session ends badly: the window comes, because there is no tray
// any more, and the proxy serves.
func TestTheSessionBusDies(t *testing.T) {
	d := newDesktop(t, true)
	d.showNotices()
	config, fail := d.failing()
	p := startWatched(t, d, config, `"failover","no_price","old_prices"`)
	if p.window() != "" {
		t.Fatal("--hidden, and yet the window is open")
	}
	d.must(d.busDaemon.Process.Signal(syscall.SIGKILL))
	p.call(200) // what it leads to cannot be told
	p.await("the window", func() bool { return p.window() != "" })
	p.await("the log to tell that notices are not shown", func() bool { return p.logged("notices are not shown") == 1 })
	fail()
	p.call(429)
	p.await("another notice that is not shown", func() bool { return p.logged("another notice is not shown") > 0 })
	d.shot("bus-died")
	p.xdotool("key", "ctrl+2") // it can be used
	p.await("the Activity tab in front", func() bool { return p.tab(p.shot("bus-died-activity")) == 1 })
	if p.state() != "out" {
		t.Error(p.state())
	}
	if n := p.logged("notices are not shown"); n != 1 || p.logged("goroutine ") > 0 {
		t.Errorf("%d lines on notices in the log", n)
	}
}

// No session bus ever was.
func TestWithoutASessionBus(t *testing.T) {
	d := newDesktop(t, false)
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS=unix:path="+d.dir+"/none")
	config, _ := d.failing()
	p := startWatched(t, d, config, `"failover","no_price","old_prices"`)
	p.await("the window", func() bool { return p.window() != "" })
	p.call(200)
	p.await("the log to tell that notices are not shown", func() bool { return p.logged("notices are not shown") == 1 })
	p.call(200)
	d.shot("no-bus")
}
