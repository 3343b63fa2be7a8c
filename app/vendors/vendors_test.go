package vendors

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// vendorsOpen is a window with the Vendors page in front, which has read the scene's vendors.
func vendorsOpen(t *testing.T, n int) (*vendorPages, *apptest.Proxy, chan func()) {
	t.Helper()
	w, svc, work := vendorWindow(t, "en", "light", apptest.VendorScene(n))
	w.Turn(window.Vendors)
	apptest.Do(t, work)
	return w, svc, work
}

func TestVendorIsTakenOutOfTheChainAndPutBack(t *testing.T) {
	w, svc, work := vendorsOpen(t, 6)
	p := w.vendors
	apptest.Tapped(t, w.Canvas(), p.rows["zhipu"].on)
	if p.chain.At("zhipu") >= 0 || len(p.others.Objects) != 5 { // three rows, two lines
		t.Errorf("chain %v, %d things beside it", p.chain.Tiers, len(p.others.Objects))
	}
	apptest.Do(t, work) // what was asked for
	apptest.Do(t, work) // what is read then
	apptest.Pressed(w.Canvas(), p.rows["zhipu"].on, fyne.KeySpace)
	apptest.Do(t, work)
	want := []string{"tiers [[work-kimi] [copilot] [anthropic]]", "tiers [[work-kimi] [copilot] [zhipu] [anthropic]]"}
	if got := svc.Doings(); !slices.Equal(got, want) {
		t.Errorf("did %q, want %q: before the one that takes all", got, want)
	}
}

func TestRefusedChainComesBackAndSaysWhy(t *testing.T) {
	w, svc, work := vendorsOpen(t, 6)
	svc.Broken = errors.New("config.toml: tiers: expected at least one vendor")
	apptest.Tapped(t, w.Canvas(), w.vendors.rows["zhipu"].on)
	apptest.Do(t, work)
	apptest.Do(t, work)
	if !w.vendors.rows["zhipu"].on.On() || !strings.Contains(w.Notices.Failure.Text(), "at least one") {
		t.Errorf("on: %t, says %q", w.vendors.rows["zhipu"].on.On(), w.Notices.Failure.Text())
	}
}

func TestChainIsOrderedByGripAndByKeys(t *testing.T) {
	w, svc, work := vendorsOpen(t, 6)
	p := w.vendors
	grip := p.rows["anthropic"].chain.Grip
	apptest.Pressed(w.Canvas(), grip, fyne.KeyUp, fyne.KeyUp, fyne.KeyUp)
	apptest.Do(t, work)
	if got := svc.Doings()[0]; got != "tiers [[zhipu work-kimi] [anthropic] [copilot]]" {
		t.Error(got)
	}
	apptest.Do(t, work) // the second; the third key led nowhere
	apptest.Do(t, work) // what is read then
	was := len(svc.Doings())
	grip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(0, 2000)}})
	if len(svc.Doings()) != was || p.rows["anthropic"].chain.Place.Text() != "3" {
		t.Errorf("while it is dragged: did %q, place %s", svc.Doings()[was:], p.rows["anthropic"].chain.Place.Text())
	}
	p.set(apptest.VendorScene(4), nil)
	if p.rows["anthropic"].chain.Place.Text() != "3" {
		t.Error("what is read takes the row out of the hand")
	}
	grip.DragEnd()
	apptest.Do(t, work)
	if got := svc.Doings()[was]; got != "tiers [[zhipu work-kimi] [copilot] [anthropic]]" {
		t.Error(got)
	}
}

func TestTestOfAVendorIsExplainedAndEndsWithThePage(t *testing.T) {
	w, svc, work := vendorsOpen(t, 6)
	row := w.vendors.rows["zhipu"]
	svc.Verdicts = make(chan proxy.VendorTest)
	apptest.Tapped(t, w.Canvas(), row.test.Button)
	if row.test.Words.Text != "Testing…" || row.test.Button.Text() != "Stop" {
		t.Errorf("says %q, button %q", row.test.Words.Text, row.test.Button.Text())
	}
	svc.Verdicts <- apptest.WorksVerdict
	apptest.Do(t, work)
	if row.test.Words.Text != "Works: glm-5.1 answered in 1.2 s.\nAnswer: Yes, it is working." {
		t.Errorf("says %q", row.test.Words.Text)
	}
	apptest.Pressed(w.Canvas(), row.test.Button, fyne.KeyReturn)
	w.Turn(window.Live)
	apptest.Do(t, work)
	if row.test.Box.Visible() || row.test.Stop != nil || !slices.Contains(svc.Doings(), "test ended") {
		t.Errorf("left, but: says %q, did %q", row.test.Words.Text, svc.Doings())
	}
}

func TestEveryOutcomeHasItsWords(t *testing.T) {
	for _, language := range []string{"en", "zh"} {
		apptest.Speak(t, language)
		seen := map[string]string{}
		for _, outcome := range []string{"no_key", "sign_in", "client_auth", "auth", "network", "timeout", "rate_limit", "overloaded", "quota", "queue", "no_vendor", "invalid", "vendor"} {
			words := parts.TestResult(proxy.VendorTest{Outcome: outcome, Reason: "because"}, "host").Words
			if before, twice := seen[words]; twice || !strings.HasSuffix(words, "\nbecause") || strings.Contains(words, "{{") {
				t.Errorf("%s and %s say %q", outcome, before, words)
			}
			seen[words] = outcome
		}
	}
	apptest.Speak(t, "en")
	if got := parts.TestResult(proxy.VendorTest{Outcome: "auth", Status: 401}, "").Words; !strings.HasPrefix(got, "The key was rejected (401). Check") {
		t.Error(got)
	}
}

func TestVendorIsSignedInToFromItsRow(t *testing.T) {
	w, svc, _ := vendorsOpen(t, 6)
	w.Update(apptest.SignBoard())
	row := w.vendors.rows["copilot"]
	if !row.sign.Box.Visible() {
		t.Fatal("no way to sign in")
	}
	test.Tap(row.sign.Begin)
	if !slices.Equal(svc.Signs, []string{"copilot"}) {
		t.Error(svc.Signs)
	}
}

func TestPresetsThatAreNotThereYetAreOffered(t *testing.T) {
	w, svc, work := vendorsOpen(t, 6)
	items := w.vendors.offers()
	var labels []string
	for _, i := range items {
		labels = append(labels, i.Label)
	}
	if want := []string{"MiniMax", "DeepSeek", "", "Custom vendor"}; !slices.Equal(labels, want) {
		t.Fatalf("offers %q, want %q", labels, want)
	}
	items[0].Action()
	if w.Front() != window.Vendor || w.Tab() != window.Vendors {
		t.Fatalf("page %d, tab %d", w.Front(), w.Tab())
	}
	test.Type(w.vendor.fields.key, "sk-secret")
	apptest.Tapped(t, w.Canvas(), w.vendor.save)
	apptest.Do(t, work)
	if w.Front() != window.Vendors || svc.Keys["minimax"] != "sk-secret" || w.vendor.fields.key.Text != "" {
		t.Errorf("page %d, the form still holds a key: %t", w.Front(), w.vendor.fields.key.Text != "")
	}
	want := []string{`save "" as "minimax"`, "tiers [[zhipu work-kimi] [copilot] [minimax] [anthropic]]"}
	if got := svc.Doings(); !slices.Equal(got, want) {
		t.Errorf("did %q", got)
	}
}

func TestVendorsOfAnyNumberAndFailuresToRead(t *testing.T) {
	w, svc, work := vendorsOpen(t, 0)
	p := w.vendors
	if !p.empty.Visible() || len(p.rows) != 0 {
		t.Error("no vendor, and nothing said")
	}
	p.set(apptest.VendorScene(1), nil)
	p.set(apptest.VendorScene(30), nil)
	if len(p.rows) != 30 {
		t.Errorf("%d rows", len(p.rows))
	}
	svc.Unread = errors.New("config.toml: line 3: expected a value")
	p.reload()
	apptest.Do(t, work)
	if !strings.Contains(p.problem.Text(), "line 3") || len(p.rows) != 30 {
		t.Errorf("says %q, %d rows", p.problem.Text(), len(p.rows))
	}
	list := apptest.VendorScene(2)
	list.Live = false
	p.set(list, nil)
	if p.problem.Visible() || !p.demo.Visible() {
		t.Error("the failure stays, or a demo is not told")
	}
}

func TestPlacedVendorStandsBeforeThoseThatTakeAll(t *testing.T) {
	drafts := []config.Draft{{Name: "own", Auth: config.AuthClient}, {Name: "a"}, {Name: "b"}}
	for _, c := range []struct{ tiers, want string }{
		{"", "[[n]]"}, {"a", "[[a] [n]]"}, {"a own", "[[a] [n] [own]]"}, {"own a", "[[own] [a] [n]]"}, {"own", "[[n] [own]]"}, {"n own a", "[[own] [a] [n]]"},
	} {
		var tiers [][]string
		for _, name := range strings.Fields(c.tiers) {
			tiers = append(tiers, []string{name})
		}
		if got := fmt.Sprint(parts.WithVendor(tiers, drafts, "n")); got != c.want {
			t.Errorf("%s: %s, want %s", c.tiers, got, c.want)
		}
	}
}
