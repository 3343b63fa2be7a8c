package app

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/proxy/connect"
)

// TestClientLooks compares pictures of the Clients page with testdata/looks, as TestLooks does.
func TestClientLooks(t *testing.T) {
	onMastersProcessor(t)
	for _, c := range []struct{ scene, language, shade string }{
		{"clients", "en", "light"}, {"clients", "zh", "dark"}, {"clients-trouble", "en", "dark"}, {"clients-trouble", "zh", "light"},
		{"clients-found", "en", "light"}, {"clients-found", "zh", "dark"}, {"clients-done", "en", "dark"}, {"clients-done", "zh", "light"},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			canvas := drawn(t, c.language, c.shade, fyne.NewSize(windowWidth, windowHeight), func() fyne.CanvasObject { return pageScene(c.scene) })
			test.AssertImageMatches(t, "looks/"+name+".png", canvas.Capture())
		})
	}
}

// clientsOf is the page after its first reading.
func clientsOf(t *testing.T) (*clientsPage, *clientFake, chan func()) {
	t.Helper()
	speak(t, "en")
	d, work := queueDesk()
	f := clientScene("clients")
	p := newClientsPage(&f, d)
	p.enter()
	do(t, work)
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
	do(t, work)
	do(t, work) // what was read after it
	if card.undo.Visible() || !card.connect.Visible() || card.state.Text() != "Not connected" {
		t.Errorf("after disconnecting it says %q", card.state.Text())
	}
	card.connect.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	do(t, work)
	do(t, work)
	if want := []string{"disconnect claude-code", "connect claude-code "}; !slices.Equal(f.asked, want) || card.state.Text() != "Connected" {
		t.Errorf("asked %v, want %v; it says %q", f.asked, want, card.state.Text())
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
	do(t, work)
	do(t, work)
	if want := []string{"connect opencode deepseek"}; !slices.Equal(f.asked, want) {
		t.Errorf("asked %v, want %v", f.asked, want)
	}
}

func TestClientThatIsRefusedStaysAndSaysWhy(t *testing.T) {
	p, f, work := clientsOf(t)
	f.refuses = "/home/me/.claude/settings.json: it may only be read"
	test.Tap(p.cards["claude-code"].undo)
	do(t, work)
	do(t, work)
	if p.failure.Text() != "Couldn't change the file: "+f.refuses || !p.cards["claude-code"].undo.Visible() {
		t.Errorf("it says %q", p.failure.Text())
	}
}

func TestShellLinesHideTheTokenAndCopyIt(t *testing.T) {
	speak(t, "en")
	copied := ""
	l := newShellLines(desk{copy: func(text string) { copied = text }, run: func(f func()) {}}, func() {})
	l.set(clientScene("trouble").variables)
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

func TestWhatIsLeftOfAConnectionIsNoFailure(t *testing.T) {
	p, f, work := clientsOf(t)
	f.left = &connect.Restored{How: connect.Left, File: "/home/me/.claude/settings.json", Keys: []string{"env.ANTHROPIC_BASE_URL"}, Backup: "/home/me/.local/state/afterglow/connect/x.json"}
	test.Tap(p.cards["claude-code"].undo)
	do(t, work)
	do(t, work)
	if got := p.failure.Text(); got != f.left.String() || p.cards["claude-code"].undo.Visible() {
		t.Errorf("it says %q", got)
	}
}
