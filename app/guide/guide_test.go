package guide

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// guideOpen is a window with the guide in front, over a configuration in which no vendor has a key.
func guideOpen(t *testing.T) (*guideWindow, *apptest.Proxy, chan func()) {
	t.Helper()
	list := apptest.VendorScene(6)
	list.Drafts, list.Tiers = list.Drafts[3:4], [][]string{{"anthropic"}} // the client's own
	w, svc, work := openGuide(t, "en", "light", list)
	w.Turn(window.Guide)
	apptest.Do(t, work)
	w.Update(apptest.SignBoard())
	return w, svc, work
}

func TestGuideFromTheKeyToTheAnswer(t *testing.T) {
	w, svc, work := guideOpen(t)
	g := w.guide
	if g.key.step.mark.Visible() || g.order.mark.Visible() || g.try.mark.Visible() || w.Tab() != window.Live {
		t.Fatal("something is ticked before it was done")
	}
	g.key.pick("deepseek")
	g.key.key.SetText("sk-of-deepseek")
	apptest.Pressed(w.Canvas(), g.key.save, fyne.KeyReturn)
	apptest.Do(t, work) // saved
	if svc.Keys["deepseek"] != "sk-of-deepseek" || g.key.key.Text != "" {
		t.Errorf("kept %d keys, the field still holds one: %t", len(svc.Keys), g.key.key.Text != "")
	}
	apptest.Do(t, work) // tested, or read
	apptest.Do(t, work)
	w.Update(apptest.BoardOf(proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{{Vendor: "deepseek", State: proxy.NoKey}, {Vendor: "anthropic", State: proxy.Ready}}}))
	if g.key.step.mark.Visible() {
		t.Error("it is ticked while the proxy has no key")
	}
	w.Update(apptest.BoardOf(proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{{Vendor: "deepseek", State: proxy.Ready}, {Vendor: "anthropic", State: proxy.Ready}}}))
	if !strings.HasPrefix(g.key.test.Words.Text, "Works: glm-5.1") || !g.key.step.mark.Visible() || !g.order.mark.Visible() {
		t.Errorf("says %q, ticked %t %t", g.key.test.Words.Text, g.key.step.mark.Visible(), g.order.mark.Visible())
	}
	apptest.Pressed(w.Canvas(), g.titles["anthropic"].row.Grip, fyne.KeyUp)
	apptest.Do(t, work)
	apptest.Do(t, work)
	want := []string{`save "" as "deepseek"`, "tiers [[deepseek] [anthropic]]", "test deepseek with a key of 14 at https://api.deepseek.com/anthropic", "tiers [[anthropic] [deepseek]]"}
	if got := svc.Doings(); !slices.Equal(got, want) {
		t.Errorf("did %q", got)
	}
	apptest.Pressed(w.Canvas(), g.client.copy.Button, fyne.KeySpace)
	g.client.copy.Copied.Stop() // it would draw on a goroutine of its own
	if !g.client.step.mark.Visible() {
		t.Error("the line was copied, and nothing is ticked")
	}
	svc.Tried = proxy.TriedCall{VendorTest: apptest.WorksVerdict, Vendor: "DeepSeek"}
	apptest.Pressed(w.Canvas(), g.trial.Button, fyne.KeySpace)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if got := g.trial.Words.Text; got != "It works: DeepSeek · glm-5.1 answered in 1.2 s.\nAnswer: Yes, it is working." || !g.try.mark.Visible() {
		t.Errorf("says %q", got)
	}
	apptest.Pressed(w.Canvas(), g.done, fyne.KeyReturn)
	apptest.Do(t, work)
	if !svc.Desktop().Guided || w.Front() != window.Live {
		t.Errorf("guided %t, page %d", svc.Desktop().Guided, w.Front())
	}
}

func TestKeyThatWasRefusedIsToldInTheGuide(t *testing.T) {
	w, svc, work := guideOpen(t)
	g := w.guide
	g.key.drafts[1].Key = config.KeyNone
	g.key.pick("deepseek")
	apptest.Pressed(w.Canvas(), g.key.save, fyne.KeySpace)
	if g.key.test.Words.Text != "No key yet. Paste one first." || len(svc.Doings()) != 0 {
		t.Errorf("says %q, did %q", g.key.test.Words.Text, svc.Doings())
	}
	svc.Broken = errors.New("config.toml cannot be written")
	g.key.key.SetText("sk-1")
	apptest.Pressed(w.Canvas(), g.key.save, fyne.KeySpace)
	apptest.Do(t, work)
	if !strings.Contains(g.key.test.Words.Text, "cannot be written") || g.key.key.Text != "sk-1" {
		t.Errorf("says %q, the key is lost: %t", g.key.test.Words.Text, g.key.key.Text == "")
	}
	g.key.pick("minimax")
	if g.key.key.Text != "" || g.key.test.Box.Visible() {
		t.Error("one vendor's key is left for another")
	}
}

// The system's font may be found while somebody types, and then the pages are made again.
func TestKeyThatWasTypedStaysWhenThePageIsMadeAgain(t *testing.T) {
	w, svc, work := guideOpen(t)
	w.guide.key.pick("deepseek")
	w.guide.key.key.SetText("sk-half")
	again := New(svc, ui.Context{Run: func(f func()) { work <- f }}, w.Notices.Report, ui.Navigator{})
	again.TakeOver(w.guide)
	again.Enter()
	for !again.read {
		apptest.Do(t, work)
	}
	again.Leave()
	if k := again.key; k.chosen != "deepseek" || k.key.Text != "sk-half" {
		t.Errorf("chosen %q, %d letters", k.chosen, len(k.key.Text))
	}
}

func TestGuideIsSkippedAndFoundAgain(t *testing.T) {
	w, svc, work := guideOpen(t)
	apptest.Tapped(t, w.Canvas(), w.guide.skip)
	apptest.Do(t, work)
	if !svc.Desktop().Guided || w.Front() != window.Live {
		t.Fatalf("guided %t, page %d", svc.Desktop().Guided, w.Front())
	}
	w.Turn(window.Guide)
	if w.Front() != window.Guide {
		t.Error("it cannot be found again")
	}
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.Front() != window.Live {
		t.Error("Escape does not lead back")
	}
}

func TestTryingWithTheClientsOwnCredentialsSaysSo(t *testing.T) {
	w, svc, work := guideOpen(t)
	svc.Tried = proxy.TriedCall{VendorTest: proxy.VendorTest{Outcome: "client_auth"}}
	apptest.Tapped(t, w.Canvas(), w.guide.scrolledTo(t, w.guide.trial.Button))
	apptest.Do(t, work)
	apptest.Do(t, work)
	if !strings.Contains(w.guide.trial.Words.Text, "Start Claude Code") || w.guide.try.mark.Visible() {
		t.Errorf("says %q", w.guide.trial.Words.Text)
	}
}

// connecting is a Proxy with clients.
type connecting struct {
	*apptest.Proxy
	on bool
	as connect.Credentials
}

func (c *connecting) Clients() []connect.Status {
	state := connect.Apart
	if c.on {
		state = connect.Connected
	}
	return []connect.Status{{ID: "codex"}, {ID: "claude-code", State: state, Credentials: connect.Own, LoginVendors: []string{"anthropic"}}}
}

func (c *connecting) Variables(with connect.Credentials) []connect.Variable {
	return []connect.Variable{{Name: "ANTHROPIC_BASE_URL", Value: "http://127.0.0.1:1"}, {Name: "AS", Value: string(with)}}
}

func (c *connecting) Connect(id string, with connect.Choice) error {
	c.on, c.as = id == "claude-code", with.Credentials
	return nil
}

func (c *connecting) Disconnect(string) ([]connect.Restored, error) {
	c.on = false
	return nil, errors.New("settings.json is not ours")
}

func TestClaudeCodeIsConnectedByOnePress(t *testing.T) {
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	svc := &connecting{Proxy: &apptest.Proxy{}}
	svc.Ready = true
	var said error
	g := New(svc, d, func(err error, key string) { said = err }, ui.Navigator{})
	g.Enter()
	apptest.Do(t, work)
	if !g.client.choice.Visible() || g.client.choice.Text() != "Own login" {
		t.Errorf("the login is %q", g.client.choice.Text())
	}
	g.client.chooseLogin(connect.Placeholder) // as the menu does
	apptest.Do(t, work)
	if !strings.HasSuffix(g.client.line.Text(), "\nexport AS='placeholder'") {
		t.Errorf("the lines are %q", g.client.line.Text())
	}
	g.client.connect.Tapped(nil)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if svc.as != connect.Placeholder {
		t.Errorf("connected with %q", svc.as)
	}
	if !g.client.step.mark.Visible() || g.client.connect.Text() != "Disconnect" {
		t.Errorf("ticked %t, button %q", g.client.step.mark.Visible(), g.client.connect.Text())
	}
	g.client.connect.Tapped(nil)
	apptest.Do(t, work)
	if said == nil {
		t.Error("a failure is not told")
	}
}

func TestTabReachesEverythingOfTheGuide(t *testing.T) {
	w, _, _ := guideOpen(t)
	g, c := w.guide, w.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 40 {
		c.FocusNext()
		seen[c.Focused()] = true
	}
	for i, o := range []fyne.Focusable{g.skip, g.key.choose, g.key.key, g.key.save, g.key.test.Button, g.titles["anthropic"].row.Grip, g.client.copy.Button, g.trial.Button, g.done} {
		if !seen[o] {
			t.Errorf("the tab key does not reach the %dth", i)
		}
	}
}

// scrolledTo brings a thing into view.
func (p *Page) scrolledTo(t *testing.T, o fyne.CanvasObject) fyne.CanvasObject {
	t.Helper()
	widget.Reveal(o)
	return o
}
