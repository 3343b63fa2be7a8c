package live

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/limiter"
	"afterglow/proxy/calendar"
	"afterglow/proxy/history"
)

var glm = limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}

// slowService answers when it is told to.
type slowService struct {
	apptest.Proxy
	asked   []limiter.Key
	spans   []time.Duration
	answers chan []history.Point
}

func (f *slowService) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	f.asked, f.spans = append(f.asked, k), append(f.spans, span)
	if f.answers == nil {
		return f.Points, f.Err
	}
	return <-f.answers, f.Err // though ctx has ended, as a database may
}

// follow runs f in a bubble of time, with a view whose answers it shows in due order.
func follow(t *testing.T, f func(t *testing.T, v *historyView, svc *slowService, show func())) {
	apptest.Speak(t, "en")
	svc := &slowService{}
	due := make(chan func(), 1000)
	v := newHistoryView(svc, ui.Context{Run: func(f func()) { due <- f }})
	synctest.Test(t, func(t *testing.T) {
		due = make(chan func(), 1000)
		f(t, v, svc, func() {
			synctest.Wait()
			for len(due) > 0 {
				(<-due)()
			}
		})
		v.hide()
		synctest.Wait()
	})
}

func TestHistoryIsReadEverySecondWhileShownAndNotWhenHidden(t *testing.T) {
	follow(t, func(t *testing.T, v *historyView, svc *slowService, show func()) {
		v.show(glm)
		time.Sleep(2500 * time.Millisecond)
		show()
		if len(svc.asked) != 3 || svc.asked[0] != glm || svc.spans[0] != time.Hour {
			t.Errorf("asked %v for %v, want thrice for an hour", svc.asked, svc.spans)
		}
		v.hide()
		time.Sleep(time.Hour)
		show()
		if len(svc.asked) != 3 {
			t.Errorf("asked %d times after it was hidden", len(svc.asked)-3)
		}
	})
}

func TestLongSpansAreReadEveryMinute(t *testing.T) {
	follow(t, func(t *testing.T, v *historyView, svc *slowService, show func()) {
		v.show(glm)
		show()
		v.span.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnd})
		time.Sleep(150 * time.Second)
		show()
		if n := len(svc.spans); n != 4 || svc.spans[1] != 30*24*time.Hour {
			t.Errorf("asked for %v", svc.spans)
		}
	})
}

func TestAnswerThatComesLateIsDropped(t *testing.T) {
	for name, leave := range map[string]func(v *historyView){
		"after hide":          func(v *historyView) { v.hide() },
		"for another gauge":   func(v *historyView) { v.show(limiter.Key{Vendor: "kimi", Model: "k2"}) },
		"for another span":    func(v *historyView) { v.span.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight}) },
		"and begun once more": func(v *historyView) { v.hide(); v.show(glm) },
	} {
		t.Run(name, func(t *testing.T) {
			follow(t, func(t *testing.T, v *historyView, svc *slowService, show func()) {
				svc.answers = make(chan []history.Point)
				v.show(glm)
				synctest.Wait()
				leave(v)
				svc.answers <- []history.Point{{Time: time.Now(), InFlight: 1, Limit: 3}}
				show()
				if v.chart.Visible() || v.remark.Text != "" {
					t.Errorf("it shows %q", v.remark.Text)
				}
				close(svc.answers)
			})
		})
	}
}

func TestHistorySaysWhyThereIsNoChart(t *testing.T) {
	apptest.Speak(t, "en")
	v := newHistoryView(&apptest.Proxy{}, ui.Context{})
	v.set(apptest.HistoryScene(), nil, viewmodel.Hour, apptest.SceneDay)
	if !v.chart.Visible() {
		t.Error("no chart of what there is")
	}
	v.set(nil, errors.New("the ledger is turned off"), viewmodel.Day, apptest.SceneDay)
	if v.chart.Visible() || !strings.Contains(v.remark.Text, "the ledger is turned off") {
		t.Errorf("chart %t, %q", v.chart.Visible(), v.remark.Text)
	}
	v.set(nil, nil, viewmodel.Day, apptest.SceneDay)
	if v.chart.Visible() || v.remark.Text != "No calls in this period." {
		t.Errorf("chart %t, %q", v.chart.Visible(), v.remark.Text)
	}
}

func TestRefusalsInWords(t *testing.T) {
	limits := []viewmodel.AtLimit{{InUse: 5 * time.Second}, {Limit: 5, Refused: 12, InUse: 8 * time.Minute}, {Limit: 3, InUse: 41 * time.Minute}}
	for language, want := range map[string]string{
		"en": "No limit: none rejected in 5 s · Limit 5: 12 rejected in 8 min · Limit 3: none rejected in 41 min",
		"zh": "无上限：无拒绝（5秒内） · 上限 5：拒绝12次（8分钟内） · 上限 3：无拒绝（41分钟内）",
	} {
		t.Run(language, func(t *testing.T) {
			apptest.Speak(t, language)
			if got := refusalText(limits); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// historyPicture makes the history as it looks when it has been read.
func historyPicture(scene string) fyne.CanvasObject {
	v := newHistoryView(&apptest.Proxy{}, ui.Context{})
	var points []history.Point
	if scene == "history" {
		points = apptest.HistoryScene()
	}
	v.set(points, nil, viewmodel.Hour, apptest.SceneDay)
	return v.root
}

// TestHistoryLooks compares pictures of a gauge's history with testdata/looks, as TestLooks does.
func TestHistoryLooks(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct {
		scene, language, shade string
		width, height          float32
	}{
		{"history", "en", "light", 680, 380}, {"history", "zh", "dark", 680, 380},
		{"history-empty", "en", "dark", 680, 200},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			canvas := apptest.Draw(t, c.language, c.shade, fyne.NewSize(c.width, c.height), func() fyne.CanvasObject { return historyPicture(c.scene) })
			test.AssertImageMatches(t, "looks/"+name+".png", canvas.Capture())
		})
	}
}

// The history is of the gauge and the span that are shown, and says at what limit refusals stop.
func TestHistoryOfTheGaugeThatIsShown(t *testing.T) {
	apptest.Speak(t, "en")
	d, work := apptest.QueueContext()
	now := calendar.Now()
	var points []history.Point
	for i := range 600 {
		p := history.Point{Time: now.Add(time.Duration(i-599) * time.Second), InFlight: 5, Limit: 5, Refused: i % 2}
		if i >= 300 {
			p.InFlight, p.Limit, p.Refused = 3, 3, 0
		}
		points = append(points, p)
	}
	svc := &apptest.Proxy{Reads: true, Points: points}
	v := newHistoryView(svc, d)
	glm, other := apptest.BusySnapshot().Gauges[0].Key, apptest.BusySnapshot().Gauges[1].Key
	v.show(glm)
	late := <-work
	v.show(other)
	late()
	if v.chart.Visible() {
		t.Error("another gauge's history is shown")
	}
	apptest.Do(t, work)
	if got, want := v.remark.Text, "Limit 5: 150 rejected in 5 min · Limit 3: none rejected in 5 min"; got != want || !v.chart.Visible() {
		t.Errorf("says %q, want %q", got, want)
	}
	v.hide()
}
