//go:build desktop && linux

package desktoptest

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
)

// A second start shows the window of the first, with a token set, and while the first cannot listen on its port. It needs
// no display.
func TestASecondStartShowsTheFirstsWindow(t *testing.T) {
	d := newDesktop(t, true)
	const row = "listen = %q\ntoken = \"0123456789abcdef\"\n[[vendors]]\nname = \"sim\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n"
	taken := startProgram(t, d, "--hidden", "--state", d.dir+"/other", "--config", d.write("other.toml", fmt.Sprintf(row, "127.0.0.1:0")))
	config := d.write("sim.toml", fmt.Sprintf(row, strings.TrimPrefix(taken.base, "http://")))
	cmd := d.start("first", binary, "--hidden", "--config", config)
	d.await("the tray icon of the first", func() bool { return d.hasName(fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", cmd.Process.Pid)) })
	if d.window() != "" {
		t.Fatal("--hidden, and yet the window is open")
	}
	out, err := d.run("sh", "-c", "DISPLAY= exec "+binary+" --config "+config+" 2>&1")
	if err != nil {
		t.Fatal(out, err)
	}
	want := fmt.Sprintf("afterglow: Afterglow is already running (process %d) with the state folder ", cmd.Process.Pid)
	if !strings.HasPrefix(out, want) || !strings.HasSuffix(out, "Its window is shown") || strings.Contains(out, "\n") {
		t.Errorf("%q, want %q", out, want)
	}
	d.await("the window", func() bool { return d.window() != "" })
	d.xdotool("windowminimize", d.window())
	d.await("no window", func() bool { return d.window() == "" })
	if out, err := d.run("sh", "-c", "exec "+binary+" --config "+config+" 2>&1"); err != nil {
		t.Fatal(out, err)
	}
	d.await("the window again", func() bool { return d.window() != "" })
	// One that was to stay hidden, as at login, shows nothing.
	d.xdotool("windowminimize", d.window())
	d.await("no window", func() bool { return d.window() == "" })
	if out, err := d.run("sh", "-c", "exec "+binary+" --hidden --config "+config+" 2>&1"); err != nil || strings.Contains(out, "shown") {
		t.Error(out, err)
	}
	if d.window() != "" {
		t.Error("the window came, though the second start was hidden")
	}
}

// A killed program leaves its lock and its address behind, and the next starts.
func TestAStartAfterAKill(t *testing.T) {
	d := newDesktop(t, true)
	config := d.write("sim.toml", "[[vendors]]\nname = \"sim\"\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n")
	p := startProgram(t, d, "--hidden", "--config", config)
	d.must(syscall.Kill(p.pid, syscall.SIGKILL))
	for _, name := range []string{"afterglow.lock", "instance.json"} {
		if _, err := os.Stat(d.dir + "/state/afterglow/" + name); err != nil {
			t.Error(err)
		}
	}
	d.await("the end of the first", func() bool { return !d.hasName(fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", p.pid)) })
	again := startProgram(t, d, "--config", config)
	d.await("the window", func() bool { return d.window() != "" })
	if got := again.get("/health"); !strings.Contains(got, "ok") {
		t.Error(got)
	}
}
