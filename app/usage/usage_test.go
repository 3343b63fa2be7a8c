package usage

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
)

// The page is in a bubble of time: its day does not change while it is tested.
func TestUsageIsReadForTheDaysThatWereChosen(t *testing.T) {
	apptest.Speak(t, "en")
	synctest.Test(t, func(t *testing.T) {
		d, work := apptest.QueueContext()
		svc := &apptest.Proxy{Reads: true, Read: apptest.UsageScene(30, 6, 12)}
		p := New(svc, d)
		p.Enter()
		apptest.Do(t, work)
		week := viewmodel.LastDays(time.Now(), 7)
		tomorrow := viewmodel.LastDays(time.Now().AddDate(0, 0, 1), 1).To
		before := viewmodel.LastDays(time.Now().AddDate(0, -5, 0), 3)
		if q := svc.Queries[0]; q.From != week.From || q.To != week.To {
			t.Errorf("asked for %+v, want %+v", q, week)
		}
		p.days.span.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd}) // any days: they begin with those that were shown
		apptest.Do(t, work)
		if !p.days.custom.Visible() || p.days.from.Text != week.From {
			t.Errorf("fields %v with %q", p.days.custom.Visible(), p.days.from.Text)
		}
		p.days.from.SetText("2026-11-31") // no month of November has it
		p.days.from.SetText(tomorrow)     // behind the last
		p.days.to.SetText(before.To)
		if p.days.wrong.Text() == "" || len(work) != 0 {
			t.Errorf("wrong days are taken: %q", p.days.wrong.Text())
		}
		p.days.from.SetText(before.From)
		apptest.Do(t, work)
		if q := svc.Queries[len(svc.Queries)-1]; q.From != before.From || q.To != before.To || p.days.wrong.Text() != "" {
			t.Errorf("asked for %+v, %q", q, p.days.wrong.Text())
		}
		p.Leave()
	})
}

// An answer that comes after the page was left, or after other days were chosen, is not shown; a failure leaves
// what was there.
func TestLateAnswersAndFailuresOfTheLedger(t *testing.T) {
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	svc := &apptest.Proxy{Reads: true, Read: apptest.UsageScene(7, 2, 2)}
	p := New(svc, d)
	p.Enter()
	late := <-work
	p.Leave()
	late()
	if p.read {
		t.Error("what was read before the page was left is shown")
	}
	p.Enter()
	apptest.Do(t, work)
	was := p.stats.requests.value.Text()
	svc.Mu.Lock()
	svc.Err = errors.New("the disk is gone")
	svc.Mu.Unlock()
	p.reload()
	apptest.Do(t, work)
	if !p.problem.Visible() || !strings.Contains(p.problem.Text(), "the disk is gone") || p.stats.requests.value.Text() != was {
		t.Errorf("%q; %s, was %s", p.problem.Text(), p.stats.requests.value.Text(), was)
	}
	svc.Mu.Lock()
	svc.Err = nil
	svc.Mu.Unlock()
	p.reload()
	apptest.Do(t, work)
	if p.problem.Visible() {
		t.Error("the failure stays after a good answer")
	}
	p.Leave()
}

func TestATableSortsByAClickOnItsHead(t *testing.T) {
	apptest.Speak(t, "en")
	p := New(&apptest.Proxy{}, ui.Context{})
	p.set(viewmodel.NewUsage(apptest.UsageScene(30, 6, 12), viewmodel.LastDays(apptest.SceneDay, 30), apptest.SceneDay.Format(time.DateOnly)), nil)
	first := func() string {
		line := p.models.list.Objects[0].(*fyne.Container)
		return fmt.Sprint(p.models.lines[0].Name, " ", len(line.Objects))
	}
	byRequests := first()
	test.Tap(p.models.heads[0])
	byName := first()
	p.models.heads[0].TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if turned := first(); byName == byRequests || turned == byName || !strings.HasPrefix(byName, "accounts/") {
		t.Errorf("by requests %s, by name %s, turned %s", byRequests, byName, turned)
	}
	if n := len(p.sessions.list.Objects); n != tableMost {
		t.Errorf("%d sessions at first", n)
	}
	test.Tap(p.sessions.more)
	if n := len(p.sessions.list.Objects); n != 40 || p.sessions.more.Visible() {
		t.Errorf("%d sessions of all", n)
	}
}

func TestExportOverwritesNothing(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	apptest.Speak(t, "en")
	synctest.Test(t, func(t *testing.T) { // where no day ends
		d, work := apptest.QueueContext()
		p := New(&apptest.Proxy{}, d)
		p.export("csv")
		apptest.Do(t, work)
		if err := os.Mkdir(filepath.Join(home, "Downloads"), 0o700); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			p.export("csv")
			apptest.Do(t, work)
		}
		days := viewmodel.LastDays(time.Now(), 7)
		name := "afterglow-" + days.From + "-" + days.To
		for _, path := range []string{name + ".csv", "Downloads/" + name + ".csv", "Downloads/" + name + "-2.csv"} {
			if text, err := os.ReadFile(filepath.Join(home, path)); err != nil || string(text) != "csv" {
				t.Errorf("%s: %q %v", path, text, err)
			}
		}
		if !strings.Contains(p.saved.Text(), name+"-2.csv") {
			t.Error(p.saved.Text())
		}
	})
	for name, text := range map[string]string{".config": "", "下载": "", ".config/user-dirs.dirs": "XDG_DESKTOP_DIR=\"$HOME/桌面\"\nXDG_DOWNLOAD_DIR=\"$HOME/下载\"\n"} {
		path := filepath.Join(home, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err == nil && text == "" {
			err = os.MkdirAll(path, 0o700)
		} else if err == nil {
			err = os.WriteFile(path, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if dir, err := downloads(); err != nil || dir != filepath.Join(home, "下载") {
		t.Errorf("downloads of a Chinese desktop: %s %v", dir, err)
	}
	if _, err := saveNew(home, "x", "csv", func(io.Writer) error { return errors.New("no room") }); err == nil {
		t.Error("a failure is none")
	}
	if _, err := os.Stat(filepath.Join(home, "x.csv")); err == nil {
		t.Error("half a file stays")
	}
}
