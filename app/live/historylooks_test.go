package live

import (
	"image"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy/history"
)

// pastView is a history on a card, in a window of its own.
func pastView(t *testing.T, language, shade string) (*historyView, fyne.Window) {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	v := newHistoryView(&apptest.Proxy{}, ui.Context{Run: func(f func()) { f() }})
	w := apptest.OnCard(t, v.root)
	v.sized = func() {
		w.Content().Refresh()
		w.Content().Refresh()
	}
	return v, w
}

// TestChartLooks is TestLooks for the history, marked and of a month.
func TestChartLooks(t *testing.T) {
	for _, c := range []struct {
		scene string
		draw  func(t *testing.T, scene, language, shade string) image.Image
	}{
		{"history-tip", func(t *testing.T, _, language, shade string) image.Image {
			v, w := pastView(t, language, shade)
			v.set(apptest.HistoryScene(), nil, viewmodel.Hour, apptest.SceneDay)
			w.Canvas().Focus(v.chart)
			for range 60 {
				v.chart.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
			}
			return w.Canvas().Capture()
		}},
		{"history-month", func(t *testing.T, _, language, shade string) image.Image {
			v, w := pastView(t, language, shade)
			v.span.Choose(int(viewmodel.Month))
			v.set(monthScene(), nil, viewmodel.Month, summer())
			return w.Canvas().Capture()
		}},
	} {
		apptest.CheckLooks(t, [][3]string{{c.scene, "en", "light"}, {c.scene, "zh", "dark"}}, c.draw)
	}
}

// summer ends a month in which hardly a clock is set.
func summer() time.Time { return apptest.SceneDay.AddDate(0, -4, 0) }

// monthScene is a month of working days.
func monthScene() []history.Point {
	var points []history.Point
	end := summer().Truncate(10 * time.Minute)
	for i := range 30 * 24 * 6 {
		at := end.Add(time.Duration(i-30*24*6+1) * 10 * time.Minute)
		if h := at.Hour(); h < 9 || h >= 18 || at.Weekday() == time.Sunday {
			continue
		}
		p := history.Point{Time: at, Limit: 3 + i/900%3, InFlight: 1 + i/18%3}
		if i%60 == 0 {
			p.Pending, p.Refused = 2, 1
		}
		points = append(points, p)
	}
	return points
}
