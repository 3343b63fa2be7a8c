package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/window"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// quitService is a service with clients of which two are connected.
func quitService(set string) *testProxy {
	svc := &testProxy{Proxy: &apptest.Proxy{}}
	svc.ClientPart = apptest.ClientScene("clients")
	svc.ClientList[1].State = connect.Connected
	svc.Chosen.DisconnectOnQuit, svc.Chosen.LoginOffered = set, true
	return svc
}

// suspendedBoth is what such a service is asked when both are disconnected.
var suspendedBoth = []string{"suspend claude-code", "suspend codex"}

// dialogOf waits until the window asks, and gives the dialog.
func dialogOf(t *testing.T, f *application, as func(d *quitDialog) bool) *quitDialog {
	t.Helper()
	for {
		d := ask(func() *quitDialog {
			if d := f.quitter.dialog; f.window.Asking() && as(d) {
				return d
			}
			return nil
		})
		if d != nil {
			return d
		}
		if t.Context().Err() != nil {
			t.Fatal("nothing is asked")
		}
	}
}

func asking(d *quitDialog) bool { return !d.failed.Visible() }

func failing(d *quitDialog) bool { return d.failed.Visible() }

func tap(o fyne.Tappable) { ask(func() bool { o.Tapped(&fyne.PointEvent{}); return true }) }

func TestQuitAsksWhileClientsAreConnected(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(d *quitDialog)
		asked  []string
		set    string // afterwards
	}{
		"disconnect":            {func(d *quitDialog) { tap(d.disconnect) }, suspendedBoth, config.QuitAsks},
		"disconnect and always": {func(d *quitDialog) { tap(d.remember); tap(d.disconnect) }, suspendedBoth, config.QuitAlways},
		"keep":                  {func(d *quitDialog) { tap(d.keep) }, nil, config.QuitAsks},
		"keep and never":        {func(d *quitDialog) { tap(d.remember); tap(d.keep) }, nil, config.QuitNever},
	} {
		t.Run(name, func(t *testing.T) {
			svc := quitService(config.QuitAsks)
			f, ended := runApplication(t.Context(), t, newLoopApp(t), svc)
			f.actions().Quit()
			d := dialogOf(t, f, asking)
			if !ask(f.window.Shown) {
				t.Error("the question is not seen: the window is hidden")
			}
			c.answer(d)
			<-ended
			if !slices.Equal(svc.ClientPart.Asked, c.asked) || svc.Chosen.DisconnectOnQuit != c.set {
				t.Errorf("asked %q, set %q; want %q, %q", svc.ClientPart.Asked, svc.Chosen.DisconnectOnQuit, c.asked, c.set)
			}
		})
	}
}

func TestQuitDoesNotAskWhereItIsSetOrNothingIsConnected(t *testing.T) {
	for name, c := range map[string]struct {
		set   string
		apart bool
		asked []string
	}{
		"always":               {config.QuitAlways, false, suspendedBoth},
		"never":                {config.QuitNever, false, nil},
		"nothing is connected": {config.QuitAsks, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			svc := quitService(c.set)
			if c.apart {
				svc.ClientList = svc.ClientList[2:]
			}
			f, ended := runApplication(t.Context(), t, newLoopApp(t), svc)
			f.actions().Quit()
			<-ended
			if !slices.Equal(svc.ClientPart.Asked, c.asked) {
				t.Errorf("asked %q, want %q", svc.ClientPart.Asked, c.asked)
			}
		})
	}
}

// A logout ends the program by a signal: it must not wait for an answer, even where the dialog is open.
func TestASignalQuitsWithoutAnAnswer(t *testing.T) {
	for set, asked := range map[string][]string{config.QuitAsks: nil, config.QuitNever: nil, config.QuitAlways: suspendedBoth} {
		for _, open := range []bool{false, true} {
			svc := quitService(set)
			ctx, cancel := context.WithCancel(t.Context())
			f, ended := runApplication(ctx, t, newLoopApp(t), svc)
			if open && set == config.QuitAsks {
				f.actions().Quit()
				dialogOf(t, f, asking)
			}
			cancel()
			<-ended
			if !slices.Equal(svc.ClientPart.Asked, asked) {
				t.Errorf("%q, dialog %t: asked %q, want %q", set, open, svc.ClientPart.Asked, asked)
			}
		}
	}
}

func TestCancelStaysAndHidesTheWindowThatWasHidden(t *testing.T) {
	svc := quitService(config.QuitAsks)
	f, _ := runApplication(t.Context(), t, newLoopApp(t), svc)
	for _, hidden := range []bool{true, false} {
		ask(func() bool {
			f.window.SetTray(true)
			f.window.Hide()
			if !hidden {
				f.window.Show()
			}
			return true
		})
		f.actions().Quit()
		d := dialogOf(t, f, asking)
		ask(func() bool { d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}); return true })
		if ask(func() bool { return f.window.Asking() }) || f.window.Shown() == hidden || svc.ClientPart.Asked != nil {
			t.Errorf("hidden before %t: shown %t, asked %q", hidden, f.window.Shown(), svc.ClientPart.Asked)
		}
	}
}

func TestQuitThatCannotDisconnectSaysWhyAndCanQuitAnyway(t *testing.T) {
	for _, set := range []string{config.QuitAsks, config.QuitAlways} {
		svc := quitService(set)
		svc.Refuses = "/home/me/.claude/settings.json: it may only be read"
		f, ended := runApplication(t.Context(), t, newLoopApp(t), svc)
		f.actions().Quit()
		if set == config.QuitAsks {
			tap(dialogOf(t, f, asking).disconnect)
		}
		d := dialogOf(t, f, failing)
		if got := ask(d.failed.Text); !strings.Contains(got, svc.Refuses) {
			t.Errorf("says %q", got)
		}
		tap(d.keep)
		<-ended
	}
}

// A home folder on a server that does not answer holds up neither a logout nor the user.
func TestFilesThatDoNotAnswerDoNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		svc := quitService(config.QuitAlways)
		svc.Hangs = make(chan struct{})
		defer close(svc.Hangs)
		q := &quitter{svc: svc, log: slog.New(slog.DiscardHandler)}
		begun := time.Now()
		q.ended()
		if took := time.Since(begun); took != quitPatience {
			t.Errorf("it took %v, want %v", took, quitPatience)
		}
		if _, err := inTime(func() (int, error) { <-svc.Hangs; return 1, nil }); err == nil || !strings.Contains(err.Error(), "10s") {
			t.Error(err)
		}
	})
}

func TestAnswersAreTakenOnce(t *testing.T) {
	apptest.Speak(t, "en")
	given := 0
	d := newQuitDialog(nil, quitAnswers{disconnect: func(bool) { given++ }, keep: func(bool) { given++ }, cancel: func() { given++ }})
	test.Tap(d.disconnect)
	test.Tap(d.disconnect)
	test.Tap(d.keep)
	test.Tap(d.cancel)
	d.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if given != 1 || d.disconnect.Text() != "Disconnecting…" {
		t.Errorf("%d answers, the button says %q", given, d.disconnect.Text())
	}
	d.fail(errors.New("no"))
	test.Tap(d.disconnect)
	if given != 2 {
		t.Errorf("%d answers after a failure", given)
	}
}

func TestClosingTheWindowWhileItAsks(t *testing.T) {
	w, _ := newTestWindow(t, true)
	var given []string
	answers := quitAnswers{keep: func(remember bool) { given = append(given, "keep") },
		cancel: func() { w.Answered(); given = append(given, "cancel") }}
	w.Show()
	w.Ask(newQuitDialog(nil, answers))
	w.Closed()
	if w.Asking() || w.Shown() || w.Canvas().Overlays().Top() != nil {
		t.Error("with a tray the window or the dialog stays")
	}
	w.SetTray(false)
	w.Show()
	w.Ask(newQuitDialog(nil, answers))
	w.Closed()
	if want := []string{"cancel", "keep"}; !slices.Equal(given, want) {
		t.Errorf("answers %q, want %q", given, want)
	}
}

func TestKeysOfTheWindowRestWhileItAsks(t *testing.T) {
	w, _ := newTestWindow(t, true)
	w.Show()
	c := w.Canvas()
	keys := &keyboard{Canvas: c}
	w.Shortcuts(keys)
	six := &desktop.CustomShortcut{KeyName: fyne.Key6, Modifier: fyne.KeyModifierShortcutDefault}
	d := newQuitDialog(nil, quitAnswers{cancel: w.Answered})
	w.Ask(d)
	if c.Focused() != fyne.Focusable(d.disconnect) {
		t.Errorf("the focus is on %T", c.Focused())
	}
	keys.TypedShortcut(six)
	if w.Front() != window.Live {
		t.Error("the page changes below the dialog")
	}
	c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	keys.TypedShortcut(six)
	if w.Front() != window.Settings || c.Overlays().Top() != nil {
		t.Errorf("after Escape: page %d, overlay %v", w.Front(), c.Overlays().Top())
	}
}
