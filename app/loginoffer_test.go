package app

import (
	"errors"
	"strings"
	"testing"

	"afterglow/app/apptest"
	"afterglow/app/desktop"
	"afterglow/app/tray"
	"afterglow/proxy/connect"
)

// offerWindow is a window over clients of which none is connected.
func offerWindow(t *testing.T) (*mainWindow, *apptest.Proxy, *apptest.Login) {
	t.Helper()
	w, svc := newTestWindow(t, true)
	w.Run = func(f func()) { f() }
	login := &apptest.Login{}
	w.autostart = login
	svc.ClientPart = apptest.ClientScene("clients")
	svc.ClientList[0].State = connect.Apart
	w.Show()
	return w, svc, login
}

// offered connects a client as a page does, and tells whether start at login is offered.
func (w *mainWindow) offered(t *testing.T) bool {
	t.Helper()
	if err := w.svc.Connect("claude-code", connect.Choice{}); err != nil {
		t.Fatal(err)
	}
	return w.Notices.AtLogin.Visible()
}

func TestStartAtLoginIsOfferedWithTheFirstClientAndOnce(t *testing.T) {
	for name, yes := range map[string]bool{"accepted": true, "dismissed": false} {
		t.Run(name, func(t *testing.T) {
			w, svc, login := offerWindow(t)
			if w.Notices.AtLogin.Visible() {
				t.Error("it is offered before a client is connected")
			}
			if !w.offered(t) {
				t.Fatal("it is not offered")
			}
			w.rebuild() // as for another language
			if !w.Notices.AtLogin.Visible() {
				t.Error("the offer is gone in another language")
			}
			w.Notices.Answer(yes)
			if got := login.At == desktop.AtLogin; got != yes || w.Notices.AtLogin.Visible() || !svc.Chosen.LoginOffered {
				t.Errorf("at login %t, still offered %t, remembered %t", got, w.Notices.AtLogin.Visible(), svc.Chosen.LoginOffered)
			}
			login.At = desktop.NotAtLogin
			if w.offered(t) {
				t.Error("it is offered again")
			}
		})
	}
}

func TestStartAtLoginIsNotOfferedInVain(t *testing.T) {
	for name, change := range map[string]func(svc *apptest.Proxy, login *apptest.Login){
		"it is on":           func(_ *apptest.Proxy, login *apptest.Login) { login.At = desktop.AtLogin },
		"another copy is on": func(_ *apptest.Proxy, login *apptest.Login) { login.At = desktop.OtherAtLogin },
		"a demo":             func(svc *apptest.Proxy, _ *apptest.Login) { svc.State.Demo = true },
		"not connected":      func(svc *apptest.Proxy, _ *apptest.Login) { svc.Refuses = "it may only be read" },
	} {
		t.Run(name, func(t *testing.T) {
			w, svc, login := offerWindow(t)
			change(svc, login)
			if err := w.svc.Connect("claude-code", connect.Choice{}); (err != nil) != (svc.Refuses != "") {
				t.Error(err)
			}
			if w.Notices.AtLogin.Visible() {
				t.Error("it is offered")
			}
		})
	}
}

func TestAnOfferThatFailedSaysWhyAndStays(t *testing.T) {
	w, svc, login := offerWindow(t)
	w.offered(t)
	login.Err = errors.New("the folder cannot be written")
	w.Notices.Answer(true)
	if !w.Notices.AtLogin.Visible() || !strings.Contains(w.Notices.Failure.Text(), "cannot be written") || svc.Chosen.LoginOffered {
		t.Errorf("offered %t, says %q", w.Notices.AtLogin.Visible(), w.Notices.Failure.Text())
	}
}

// A client that was connected on the command line is one too.
func TestStartAtLoginIsOfferedForClientsOfBefore(t *testing.T) {
	svc := &testProxy{Proxy: &apptest.Proxy{}}
	svc.ClientPart = apptest.ClientScene("clients")
	badges, err := tray.NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	a := newLoopApp(t)
	f := newApplication(t.Context(), a, svc, badges, Options{})
	f.window.autostart = &apptest.Login{}
	f.offerLogin(t.Context())
	apptest.Do(t, a.driver.do)
	if !f.window.Notices.AtLogin.Visible() {
		t.Error("it is not offered")
	}
}
