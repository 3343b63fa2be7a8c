package vendors

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/widget"
	"afterglow/app/window"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// formOpen is a window with the form of the scene's first vendor in front.
func formOpen(t *testing.T) (*vendorPages, *apptest.Proxy, chan func()) {
	t.Helper()
	w, svc, work := vendorsOpen(t, 6)
	apptest.Tapped(t, w.Canvas(), w.vendors.rows["zhipu"].edit)
	if w.Front() != window.Vendor {
		t.Fatalf("page %d", w.Front())
	}
	return w, svc, work
}

func TestFormWithoutChangesIsLeftAtOnce(t *testing.T) {
	w, svc, _ := formOpen(t)
	if w.vendor.dirty() {
		t.Error("it is changed from the start")
	}
	w.Canvas().Focus(w.vendor.fields.base)
	w.vendor.fields.base.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if w.Front() != window.Vendors || len(svc.Doings()) != 0 {
		t.Errorf("page %d, did %q", w.Front(), svc.Doings())
	}
}

func TestChangesAreNotLostWithoutAQuestion(t *testing.T) {
	w, _, work := formOpen(t)
	p := w.vendor
	p.fields.title.SetText("Zhipu at work")
	w.Back()
	if w.Front() != window.Vendor || p.discard.Text() != "Discard changes?" || w.Canvas().Focused() != p.stays {
		t.Fatalf("page %d, asks %q", w.Front(), p.discard.Text())
	}
	apptest.Tapped(t, w.Canvas(), p.stays)
	w.Turn(window.Vendors)
	apptest.Do(t, work)
	if !strings.Contains(w.vendors.unsaved.Text(), "Zhipu at work") {
		t.Errorf("says %q", w.vendors.unsaved.Text())
	}
	w.vendors.edit("lab", w.vendors.rows["lab"].draft)
	if w.Front() != window.Vendor || p.e.name != "zhipu" || !p.discard.Visible() {
		t.Error("another vendor's form takes its place")
	}
	apptest.Tapped(t, w.Canvas(), p.loses)
	if w.Front() != window.Vendors || p.pending() != "" {
		t.Errorf("page %d, pending %q", w.Front(), p.pending())
	}
}

func TestFormIsSavedAsItStands(t *testing.T) {
	w, svc, work := formOpen(t)
	p := w.vendor
	p.fields.base.SetText(" http://127.0.0.1:9 ")
	apptest.Pressed(w.Canvas(), p.fields.auth, fyne.KeyRight)
	p.limits.total.SetText("7")
	p.limits.models[0].limit.SetText("4")
	apptest.Pressed(w.Canvas(), p.models.rules[2].up, fyne.KeySpace)
	test.Tap(p.models.rules[0].remove)
	p.models.rest.SetText("glm-9")
	apptest.Tapped(t, w.Canvas(), p.save)
	apptest.Do(t, work)
	got := svc.List.Drafts[0]
	if got.BaseURL != "http://127.0.0.1:9" || got.Auth != config.AuthBearer || got.Limit.Total != 7 || got.Limit.Default != 3 || got.Limit.Models["glm-5.1"] != 4 || got.DefaultModel != "glm-9" {
		t.Errorf("%+v", got)
	}
	if want := []config.Rule{{Match: "claude-*", To: "glm-5v-turbo"}, {Match: "claude-*haiku*", To: "glm-4.5-air"}}; !sameRules(got.Models, want) {
		t.Errorf("rules %+v", got.Models)
	}
	if got.Preset != "zhipu" || got.Key != config.KeyInKeyring {
		t.Errorf("what is not in the form is lost: %+v", got)
	}
}

// A keyring may take its time, and its user goes on meanwhile.
func TestFormThatIsSavedLaterLeavesTheWindowWhereItIs(t *testing.T) {
	w, _, work := formOpen(t)
	w.vendor.fields.title.SetText("Zhipu at work")
	apptest.Pressed(w.Canvas(), w.vendor.save, fyne.KeyReturn)
	w.Turn(window.Guide)
	for w.vendor.filled {
		apptest.Do(t, work)
	}
	if w.Front() != window.Guide || w.vendor.pending() != "" {
		t.Errorf("page %d, pending %q", w.Front(), w.vendor.pending())
	}
}

func TestRefusedFormLosesNothing(t *testing.T) {
	w, svc, work := formOpen(t)
	p := w.vendor
	svc.Broken = &config.Error{File: "config.toml", Problems: []config.Problem{
		{Key: "vendors[0].base_url", Reason: reason.New(reason.BadURL, "", "expected an http or https URL")},
		{Key: "vendors[0].limit.total", Reason: reason.New(reason.OutOfRange, "1–999", "expected 1 to 999, got 0")}}}
	p.fields.base.SetText("nowhere")
	p.fields.key.SetText("sk-1")
	apptest.Tapped(t, w.Canvas(), p.save)
	apptest.Do(t, work)
	if w.Front() != window.Vendor || p.fields.base.Text != "nowhere" || p.fields.key.Text != "sk-1" {
		t.Errorf("page %d, base %q", w.Front(), p.fields.base.Text)
	}
	if below := p.fields.wrong["base_url"]; below.words.Text != "Enter a URL that starts with http:// or https://" || !below.line.Visible() || !strings.Contains(p.problem.Text(), "limit.total: the allowed range is 1–999") {
		t.Errorf("below %q, above %q", below.words.Text, p.problem.Text())
	}
	svc.Broken = nil
	apptest.Tapped(t, w.Canvas(), p.save)
	apptest.Do(t, work)
	if w.Front() != window.Vendors {
		t.Error("it cannot be saved afterwards")
	}
}

func TestFormSaysWhatItKnowsToBeWrong(t *testing.T) {
	w, svc, _ := formOpen(t)
	p := w.vendor
	p.limits.each.SetText("many")
	apptest.Tapped(t, w.Canvas(), p.save)
	if !strings.Contains(p.problem.Text(), "whole number") {
		t.Errorf("says %q", p.problem.Text())
	}
	p.limits.each.SetText("")
	p.models.rules[0].match.SetText("/(/")
	if !p.models.wrong.Visible() || p.models.route.Visible() {
		t.Error("the preview follows a rule that cannot be read")
	}
	apptest.Tapped(t, w.Canvas(), p.save)
	if !strings.Contains(p.problem.Text(), "regular expression") {
		t.Errorf("says %q", p.problem.Text())
	}
	p.models.rules[0].match.SetText("x")
	p.fields.name.SetText("")
	apptest.Tapped(t, w.Canvas(), p.save)
	if !p.fields.wrong["name"].line.Visible() || len(svc.Doings()) != 0 {
		t.Errorf("did %q", svc.Doings())
	}
}

func TestPreviewFollowsTheMap(t *testing.T) {
	w, _, _ := formOpen(t)
	m := w.vendor.models
	says := func() string { return m.route.AccessibilityLabel() }
	if says() != "claude-opus-5 → glm-5.1" {
		t.Error(says())
	}
	m.rules[0].to.SetText("glm-6")
	if says() != "claude-opus-5 → glm-6" {
		t.Error(says())
	}
	m.sample.SetText("gpt-5")
	if says() != "gpt-5 → gpt-5" {
		t.Error(says())
	}
	m.rest.SetText("glm-air")
	if says() != "gpt-5 → glm-air" {
		t.Error(says())
	}
}

func TestFormTestsWhatIsNotSaved(t *testing.T) {
	w, svc, work := formOpen(t)
	w.vendor.fields.base.SetText("http://127.0.0.1:9")
	w.vendor.fields.key.SetText("sk-12")
	apptest.Pressed(w.Canvas(), w.vendor.test.Button, fyne.KeySpace)
	apptest.Do(t, work)
	if got := svc.Doings(); !slices.Equal(got, []string{"test zhipu with a key of 5 at http://127.0.0.1:9"}) || !w.vendor.test.Box.Visible() {
		t.Errorf("did %q", got)
	}
	w.vendor.fields.base.SetText("http://127.0.0.1:8")
	if w.vendor.test.Box.Visible() {
		t.Error("the result stands beside something else")
	}
}

// Where the client's own credentials would go to another host, the form asks; what is said to one host counts for no other.
func TestFormAsksBeforeTheClientsOwnCredentialsGoElsewhere(t *testing.T) {
	w, svc, work := formOpen(t)
	p := w.vendor
	svc.Broken = &config.DestinationError{Destination: config.Destination{Vendor: "zhipu", Origin: "https://one.example"}, Ask: true}
	save := func() {
		apptest.Tapped(t, w.Canvas(), p.save)
		apptest.Do(t, work)
	}
	p.fields.base.SetText("https://one.example/v1")
	save()
	if !strings.Contains(p.lead.Text(), "credentials to https://one.example?") || w.Canvas().Focused() != p.goesOn || p.problem.Visible() {
		t.Fatalf("asks %q, says %q", p.lead.Text(), p.problem.Text())
	}
	apptest.Tapped(t, w.Canvas(), p.goesOn)
	if p.lead.Visible() || w.Front() != window.Vendor {
		t.Error("it still asks")
	}
	save()
	p.fields.base.SetText("https://two.example/v1")
	if p.lead.Visible() {
		t.Error("it asks about a host that does not stand there any more")
	}
	p.fields.base.SetText("https://one.example/v1")
	save()
	apptest.Tapped(t, w.Canvas(), p.leads)
	apptest.Do(t, work)
	if w.Front() != window.Vendors || p.lead.Visible() {
		t.Errorf("page %d, asks %q, says %q", w.Front(), p.lead.Text(), p.problem.Text())
	}
	if got := svc.Doings(); len(got) != 4 {
		t.Errorf("did %q", got)
	}
}

func TestVendorIsRemovedAfterAQuestion(t *testing.T) {
	w, svc, work := formOpen(t)
	apptest.Tapped(t, w.Canvas(), w.vendor.remove)
	if !strings.Contains(w.vendor.gone.Text(), "Remove Zhipu?") || len(svc.Doings()) > 0 {
		t.Fatalf("asks %q, did %q", w.vendor.gone.Text(), svc.Doings())
	}
	apptest.Tapped(t, w.Canvas(), w.vendor.goes)
	apptest.Do(t, work)
	if got := svc.Doings(); !slices.Equal(got, []string{"remove zhipu"}) || w.Front() != window.Vendors {
		t.Errorf("did %q, page %d", got, w.Front())
	}
}

func TestTabReachesEverythingOfTheForm(t *testing.T) {
	w, _, _ := formOpen(t)
	p, c := w.vendor, w.Canvas()
	want := []fyne.Focusable{p.back, p.remove, p.test.Button, p.save, p.fields.title, p.fields.name, p.fields.dialect, p.fields.base, p.fields.auth, p.fields.key, p.fields.key.Eye(),
		p.models.rules[0].match, p.models.rules[0].remove, p.models.add, p.models.rest, p.models.sample, p.limits.each, p.limits.total, p.limits.most, p.limits.models[0].model, p.limits.models[0].limit, p.limits.add}
	seen := map[fyne.Focusable]bool{}
	for range 80 {
		c.FocusNext()
		seen[c.Focused()] = true
		if in, ok := c.Focused().(*widget.Input); ok {
			at := fyne.CurrentApp().Driver().AbsolutePositionForObject(in)
			if at.Y < 60 || at.Y+in.Size().Height > window.Height {
				t.Errorf("%q has the focus and is out of view at %v", in.Label, at)
			}
		}
	}
	for i, o := range want {
		if !seen[o] {
			t.Errorf("the tab key does not reach the %dth", i)
		}
	}
}

func TestLimitsAreMadeAdaptiveAndFairInTheForm(t *testing.T) {
	w, _, _ := formOpen(t)
	apptest.Pressed(w.Canvas(), w.vendor.limits.adaptive, fyne.KeySpace)
	apptest.Pressed(w.Canvas(), w.vendor.limits.fair, fyne.KeyReturn)
	if limit := w.vendor.draft.Limit; !limit.Adaptive || !limit.Fair || !w.vendor.dirty() {
		t.Errorf("adaptive %t, fair %t, unsaved %t", limit.Adaptive, limit.Fair, w.vendor.dirty())
	}
	apptest.Pressed(w.Canvas(), w.vendor.limits.adaptive, fyne.KeySpace)
	apptest.Pressed(w.Canvas(), w.vendor.limits.fair, fyne.KeySpace)
	if w.vendor.dirty() {
		t.Error("what was taken back is still unsaved")
	}
}
