package clients

import (
	"image"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/proxy/connect"
)

// TestClientLooks compares pictures of the Clients page with testdata/looks, as TestLooks does.
func TestClientLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"clients", "en", "light"}, {"clients", "zh", "dark"}, {"clients-trouble", "en", "dark"}, {"clients-trouble", "zh", "light"},
		{"clients-found", "en", "light"}, {"clients-found", "zh", "dark"}, {"clients-done", "en", "dark"}, {"clients-done", "zh", "light"},
	}, func(t *testing.T, scene, language, shade string) image.Image {
		return apptest.Draw(t, language, shade, fyne.NewSize(680, 600), func() fyne.CanvasObject { return clientsPicture(scene) }).Capture()
	})
}

// clientsPicture makes the page as it looks when it has been read.
func clientsPicture(scene string) fyne.CanvasObject {
	p := New(&apptest.Proxy{}, ui.Context{})
	f := apptest.ClientScene(strings.TrimPrefix(scene, "clients-"))
	p.show(f.ClientList, f.VariableList)
	if scene == "clients-done" {
		p.tell([]connect.Restored{{Name: "Claude Code", File: "/home/me/.claude/settings.json", How: connect.Left, Keys: []string{"env.ANTHROPIC_BASE_URL"}, Backup: "/home/me/.local/state/afterglow/connect/claude-code.1234.settings.json", Address: "gateway.example"}})
	}
	if scene == "clients-trouble" {
		p.report(ui.TrText("clients.not_done", "/home/me/.codex/config.toml: it may only be read"))
	}
	return p.Root
}

func TestClientsAreAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for _, name := range []string{"clients", "clients-trouble"} {
		scenes[name] = apptest.Drawn(func() fyne.CanvasObject { return clientsPicture(name) })
	}
	apptest.CheckAccessible(t, scenes)
}

// clientsOf is the page after its first reading.
func clientsOf(t *testing.T) (*Page, *apptest.ClientPart, chan func()) {
	t.Helper()
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	f := apptest.ClientScene("clients")
	p := New(&f, d)
	p.Enter()
	apptest.Do(t, work)
	return p, &f, work
}

func TestClientIsConnectedAndDisconnected(t *testing.T) {
	p, f, work := clientsOf(t)
	card := p.cards["claude-code"]
	if !card.undo.Visible() || card.connect.Visible() {
		t.Fatal("a connected client can be connected, or not be disconnected")
	}
	test.Tap(card.undo)
	test.Tap(card.undo) // in vain: the first is under way
	apptest.Do(t, work)
	apptest.Do(t, work) // what was read after it
	if card.undo.Visible() || !card.connect.Visible() || card.state.Text() != "Not connected" {
		t.Errorf("after disconnecting it says %q", card.state.Text())
	}
	card.connect.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	apptest.Do(t, work)
	apptest.Do(t, work)
	if want := []string{"disconnect claude-code", "connect claude-code "}; !slices.Equal(f.Asked, want) || card.state.Text() != "Connected" {
		t.Errorf("asked %v, want %v; it says %q", f.Asked, want, card.state.Text())
	}
}

func TestClientIsConnectedToTheVendorThatWasChosen(t *testing.T) {
	p, f, work := clientsOf(t)
	card := p.cards["opencode"]
	if card.choice.Text() != "zhipu" || p.cards["codex"].connect.Visible() {
		t.Fatalf("chosen is %q; Codex, which no vendor serves, can be connected: %t", card.choice.Text(), p.cards["codex"].connect.Visible())
	}
	card.vendor = "deepseek" // as the menu does
	card.arrange()
	test.Tap(card.connect)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if want := []string{"connect opencode deepseek"}; !slices.Equal(f.Asked, want) {
		t.Errorf("asked %v, want %v", f.Asked, want)
	}
}

func TestClientThatIsRefusedStaysAndSaysWhy(t *testing.T) {
	p, f, work := clientsOf(t)
	f.Refuses = "/home/me/.claude/settings.json: it may only be read"
	test.Tap(p.cards["claude-code"].undo)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if p.failure.Text() != "Couldn't change the file: "+f.Refuses || !p.cards["claude-code"].undo.Visible() {
		t.Errorf("it says %q", p.failure.Text())
	}
}

func TestShellLinesHideTheTokenAndCopyIt(t *testing.T) {
	apptest.Speak(t, "en")
	copied := ""
	l := newShellLines(ui.Context{Copy: func(text string) { copied = text }, Run: func(f func()) {}}, func() {})
	l.set(apptest.ClientScene("trouble").VariableList)
	for i, s := range shellNames {
		l.shell.Choose(i)
		l.show()
		test.Tap(l.copies[1].Button)
		want := connect.Variable{Name: "ANTHROPIC_CUSTOM_HEADERS", Value: "X-Afterglow-Token: planted-token-0123456789"}.Line(s.shell)
		if copied != want {
			t.Errorf("%s: copied %q, want %q", s.title, copied, want)
		}
	}
	w := test.NewTempWindow(t, l.card)
	if markup := test.RenderToMarkup(w.Canvas()); strings.Contains(markup, "planted-token") || !strings.Contains(markup, "••••") {
		t.Error("the token can be read on the screen")
	}
}

// What else decides where a client's calls go is said on its card, and set aside by a press.
func TestWhatOverridesAConnectionIsSaidAndSetAside(t *testing.T) {
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	f := apptest.ClientScene("found")
	p := New(&f, d)
	p.Enter()
	apptest.Do(t, work)
	open := p.cards["opencode"]
	if open.state.Text() != "Connected, but overridden" || !open.found.Box.Visible() || !strings.Contains(strings.Join(open.found.Lines, ""), "corp/large") {
		t.Errorf("it says %q and %q", open.state.Text(), open.found.Lines)
	}
	if managed := p.cards["codex"].found; managed.Foot.Visible() || !strings.Contains(managed.Lines[0], "/etc/codex/managed_config.toml") {
		t.Errorf("an administrator's file can be set aside: %q", managed.Lines)
	}
	test.Tap(open.found.Aside)
	apptest.Do(t, work)
	apptest.Do(t, work)
	claude := p.cards["claude-code"]
	test.Tap(claude.connect)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if want := []string{"connect opencode  set aside", "connect claude-code placeholder"}; !slices.Equal(f.Asked, want) {
		t.Errorf("asked %q, want %q", f.Asked, want)
	}
	if clients := apptest.ClientScene("clients"); parts.NewFindingList(nil).Box.Visible() || clients.ClientList[0].Findings != nil {
		t.Error("nothing was found, and is shown")
	}
}

// Whether Claude Code keeps its own login is chosen before it is connected, and changed while it is.
func TestLoginIsChosenWhereAVendorNeedsIt(t *testing.T) {
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	f := apptest.ClientScene("found")
	p := New(&f, d)
	p.Enter()
	apptest.Do(t, work)
	card := p.cards["claude-code"]
	if !card.choice.Visible() || card.choice.Text() != "No login needed" || !strings.Contains(card.why.Text, "anthropic") {
		t.Fatalf("it shows %q and says %q", card.choice.Text(), card.why.Text)
	}
	card.chooseLogin(connect.Own) // as the menu does
	apptest.Do(t, work)
	if card.choice.Text() != "Own login" || len(f.Asked) > 0 {
		t.Errorf("it shows %q; asked %q", card.choice.Text(), f.Asked)
	}
	test.Tap(card.connect)
	apptest.Do(t, work)
	apptest.Do(t, work)
	card.chooseLogin(connect.Own) // as it is
	card.chooseLogin(connect.Placeholder)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if want := []string{"connect claude-code own", "connect claude-code placeholder"}; !slices.Equal(f.Asked, want) {
		t.Errorf("asked %q, want %q", f.Asked, want)
	}
	if none := apptest.ClientScene("clients"); len(none.ClientList[0].LoginVendors) > 0 {
		t.Error("without such a vendor there is a choice")
	}
}

func TestEachOutcomeOfDisconnectingHasItsText(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		apptest.Speak(t, language)
		seen := map[string]bool{}
		for _, how := range []connect.How{connect.Same, connect.Removed, connect.Edited, connect.Left, connect.Gone, connect.NoBackup} {
			text := restoredText(connect.Restored{Name: "Codex", File: "/f", How: how, Keys: []string{"a.b"}})
			if seen[text] || !strings.Contains(text, "/f") || strings.HasPrefix(text, "restored.") {
				t.Errorf("%s: %q", how, text)
			}
			seen[text] = true
		}
		here := restoredText(connect.Restored{Name: "Codex", File: "/f", How: connect.Same, Address: "127.0.0.1:1", Here: true, Backup: "/b"})
		if !strings.Contains(here, "127.0.0.1:1") || !strings.Contains(here, "/b") {
			t.Error(here)
		}
	}
}

func TestWhatIsLeftOfAConnectionIsNoFailure(t *testing.T) {
	p, f, work := clientsOf(t)
	f.Left = &connect.Restored{How: connect.Left, File: "/home/me/.claude/settings.json", Keys: []string{"env.ANTHROPIC_BASE_URL"}, Backup: "/home/me/.local/state/afterglow/connect/x.json"}
	test.Tap(p.cards["claude-code"].undo)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if got := p.outcome.Text(); got != restoredText(*f.Left) || p.failure.Visible() || p.cards["claude-code"].undo.Visible() {
		t.Errorf("it says %q", got)
	}
}

func TestNothingOnThePageTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	d := apptest.WatchDisk(&apptest.Proxy{ClientPart: apptest.ClientScene("found")})
	var p *Page
	w := test.NewTempWindow(t, apptest.Themed(t, func() fyne.CanvasObject {
		p = New(d, ui.Context{Run: d.Run, Off: d.Off, Copy: func(string) {}})
		return p.Root
	}))
	p.show(d.ClientList, d.VariableList)
	d.PressEverything(t, w.Canvas(), func() {}, "Connect", "Disconnect")
}
