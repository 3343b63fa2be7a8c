//go:build desktop && linux

package desktoptest

import (
	"image"
	"os"
	"path/filepath"
	"testing"
)

// TestScreenshots draws the pictures of the documents; make screenshots asks for it.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("AFTERGLOW_SCREENSHOTS")
	if dir == "" {
		t.Skip("AFTERGLOW_SCREENSHOTS names no folder")
	}
	for _, theme := range []string{"light", "dark"} {
		for name, lang := range map[string]string{"en": "en_US.UTF-8", "zh": "zh_CN.UTF-8"} {
			begin := func(t *testing.T) photographer {
				d := newDesktop(t, true)
				d.env = append(d.env, "FYNE_THEME="+theme, "LANG="+lang, "LC_ALL="+lang)
				return photographer{d, filepath.Join(dir, "%-"+theme+"-"+name+".png")}
			}
			t.Run(theme+"-"+name, func(t *testing.T) {
				p := begin(t)
				p.pages(t)
				if theme == "light" && name == "en" {
					p.tray(filepath.Join(dir, "tray.png"))
				}
			})
			t.Run("first-run-"+theme+"-"+name, func(t *testing.T) { begin(t).firstRun(t) })
		}
	}
}

// photographer takes pictures of the window; % in their path is the page.
type photographer struct {
	*desktop
	path string
}

func (p photographer) take(page string) {
	p.t.Helper()
	dir, file := filepath.Split(p.path)
	p.capture(filepath.Join(dir, page+file[1:]), p.window())
}

// still waits until all input was taken and nothing changes on the screen but what the demo's calls change.
func (p photographer) still() {
	p.t.Helper()
	p.settle()
	for before, n := p.shot("still"), 0; n < 10; n++ {
		now := p.shot("still")
		if same(before, now, now.Bounds()) {
			return
		}
		before = now
	}
}

// tried is a configuration as somebody may have it. The demo shows it on the Vendors page, and calls none of its vendors.
const tried = `# Plans of the team first.
tiers = [["zhipu", "minimax"], "kimi", "anthropic"]

[[vendors]]
name  = "zhipu"
limit = { default = 3, total = 5, models = { "glm-5v-turbo" = 2 } }

[[vendors]]
name = "deepseek"
`

// pages takes all pages, Live and Activity with a queue.
func (p photographer) pages(t *testing.T) {
	p.env = append(p.env, "ZHIPU_API_KEY=made-up-key", "MINIMAX_API_KEY=made-up-key", "KIMI_API_KEY=made-up-key")
	p.write("config/afterglow/config.toml", tried)
	p.write(".claude/settings.json", "{\n  \"model\": \"opus\"\n}\n")
	program := startProgram(t, p.desktop, "--demo")
	p.await("the window", func() bool { return p.window() != "" })
	_, err := p.run("../../bin/afterglowd", "connect", "claude-code")
	p.must(err)
	// The second queue of the demo, so that the history has something to show.
	program.await("a queue", func() bool { return program.concurrency().Total.Pending >= 5 })
	program.await("no queue", func() bool { return program.concurrency().Total.Pending == 0 })
	program.await("a queue again", func() bool { return program.concurrency().Total.Pending >= 5 })
	p.settle()
	p.take("window")
	for _, turn := range [][2]string{{"ctrl+2", "activity"}, {"ctrl+3", "usage"}, {"ctrl+4", "vendors"}, {"ctrl+5", "clients"}, {"ctrl+6", "settings"}} {
		p.xdotool("key", turn[0])
		p.still()
		p.take(turn[1])
	}
}

// firstRun takes the guide, as a newcomer without any file sees it.
func (p photographer) firstRun(t *testing.T) {
	startProgram(t, p.desktop, "--demo", "--state", filepath.Join(p.dir, "first"))
	p.await("the window", func() bool { return p.window() != "" })
	p.xdotool("windowsize", "--sync", p.window(), "760", "740")
	p.still()
	p.take("first-run")
}

// tray takes the panel with the icon's menu.
func (p photographer) tray(path string) {
	before := p.shot("tray")
	p.xdotool("mousemove", "1264", "16", "click", "3")
	p.await("the menu", func() bool { return !same(before, p.shot("tray"), image.Rect(900, 60, 1200, 200)) })
	p.still()
	_, err := p.run("import", "-window", "root", "-crop", "440x246+840+0", "+repage", path)
	p.must(err)
}
