package live

import (
	"errors"
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/proxy"
)

// signing is a page with one vendor to sign in to, and what it did on the desk.
type signing struct {
	page           *Page
	notices        *window.Notices
	svc            *apptest.Proxy
	copied, opened []string
	browser        error
}

func newSigning(t *testing.T) *signing {
	apptest.Speak(t, "en")
	s := &signing{svc: &apptest.Proxy{}}
	s.notices = window.NewNotices(func() {})
	s.page = New(s.svc, ui.Context{
		Run:  func(func()) {}, // comes from a copy button's timer, on its goroutine: Fyne keeps things for the test's own
		Copy: func(text string) { s.copied = append(s.copied, text) },
		Open: func(page string) error { s.opened = append(s.opened, page); return s.browser },
	}, s.notices.Report, ui.Navigator{})
	return s
}

func (s *signing) now(in proxy.SignIn) *parts.SignIn {
	s.page.Set(viewmodel.New().Update(proxy.Status{Addr: "127.0.0.1:1", Tiers: []proxy.Tier{{Vendor: "copilot", State: proxy.SignedOut, SignIn: in}}}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)))
	return s.page.cards["copilot"].sign
}

var pendingCode = proxy.SignIn{Provider: "github", State: "pending", Code: "WDJB-MJHT", URL: "https://github.com/login/device"}

func TestSigningInCopiesTheCodeAndOpensThePage(t *testing.T) {
	s := newSigning(t)
	view := s.now(proxy.SignIn{Provider: "github", State: "needed"})
	if !view.Box.Visible() || view.Line.Visible() || view.Cancel.Visible() {
		t.Fatal("before it began: expected only the button")
	}
	test.Tap(view.Begin)
	s.now(pendingCode)
	s.now(pendingCode)
	if !slices.Equal(s.svc.Signs, []string{"copilot"}) || !slices.Equal(s.copied, []string{"WDJB-MJHT"}) || !slices.Equal(s.opened, []string{pendingCode.URL}) {
		t.Fatal(s.svc.Signs, s.copied, s.opened)
	}
	if !view.Line.Visible() || view.Begin.Visible() {
		t.Error("while it runs: expected the code, and no way to begin again")
	}
	test.Tap(view.Open)
	test.Tap(view.Copy.Button)
	test.Tap(view.Cancel)
	if len(s.opened) != 2 || len(s.copied) != 2 || s.svc.Signs[1] != "cancel copilot" {
		t.Error(s.svc.Signs, s.copied, s.opened)
	}
	if s.now(proxy.SignIn{Provider: "github"}); view.Box.Visible() {
		t.Error("signed in, but the card still asks")
	}
}

// A flow that somebody else began, on the command line say, neither takes the clipboard nor a browser.
func TestASignInThatWasNotAskedForHereOpensNothing(t *testing.T) {
	s := newSigning(t)
	if view := s.now(pendingCode); !view.Line.Visible() || len(s.copied)+len(s.opened) > 0 {
		t.Error(s.copied, s.opened)
	}
}

func TestWithoutABrowserTheCardSaysSo(t *testing.T) {
	s := newSigning(t)
	s.browser = errors.New("no program opens https")
	view := s.now(proxy.SignIn{Provider: "google", State: "failed", Problem: "denied"})
	test.Tap(view.Begin)
	page := "https://accounts.google.com/o/oauth2/v2/auth?state=1"
	s.now(proxy.SignIn{Provider: "google", State: "pending", URL: page})
	if len(s.copied) > 0 || !slices.Equal(s.opened, []string{page}) || s.notices.Failure.Text() != "Couldn't open your browser: no program opens https" {
		t.Error(s.copied, s.opened, s.notices.Failure.Text())
	}
	test.Tap(view.Copy.Button)
	if !slices.Equal(s.copied, []string{page}) {
		t.Error("the address can be copied instead:", s.copied)
	}
}
