package app

import (
	"image"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/app/window"
	"afterglow/proxy/history"
)

// pastView is a history on a card, in a window of its own.
func pastView(t *testing.T, language, shade string) (*historyView, fyne.Window) {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	v := newHistoryView(&apptest.Proxy{}, ui.Context{Run: func(f func()) { f() }})
	w := onCard(t, v.root)
	v.sized = func() {
		w.Content().Refresh()
		w.Content().Refresh()
	}
	return v, w
}

// onCard is a window with o on a card.
func onCard(t *testing.T, o fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, container.New(layout.NewCustomPaddedLayout(12, 12, 12, 12), container.NewVBox(widget.NewCard(o))))
	w.SetPadded(false)
	w.Resize(fyne.NewSize(window.Width, 340))
	return w
}

// TestChartLooks is TestLooks for the charts, marked and full.
func TestChartLooks(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct {
		scene string
		draw  func(t *testing.T, language, shade string) image.Image
	}{
		{"history-tip", func(t *testing.T, language, shade string) image.Image {
			v, w := pastView(t, language, shade)
			v.set(apptest.HistoryScene(), nil, viewmodel.Hour, apptest.SceneDay)
			w.Canvas().Focus(v.chart)
			for range 60 {
				v.chart.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
			}
			return w.Canvas().Capture()
		}},
		{"history-month", func(t *testing.T, language, shade string) image.Image {
			v, w := pastView(t, language, shade)
			v.span.Choose(int(viewmodel.Month))
			v.set(monthScene(), nil, viewmodel.Month, summer())
			return w.Canvas().Capture()
		}},
		{"bars-30", func(t *testing.T, language, shade string) image.Image {
			return barPicture(t, language, shade, 30, 7, 17)
		}},
		{"bars-3", func(t *testing.T, language, shade string) image.Image {
			return barPicture(t, language, shade, 3, 1, -1)
		}},
		{"bars-huge", func(t *testing.T, language, shade string) image.Image { return hugePicture(t, language, shade) }},
	} {
		for _, look := range [][2]string{{"en", "light"}, {"zh", "dark"}} {
			name := strings.Join([]string{c.scene, look[0], look[1]}, "-")
			t.Run(name, func(t *testing.T) {
				test.AssertImageMatches(t, "looks/"+name+".png", c.draw(t, look[0], look[1]))
			})
		}
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

func barPicture(t *testing.T, language, shade string, days, series, marked int) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	c := widget.NewBarChart()
	w := onCard(t, c)
	c.Set(barScene(days, series))
	for range marked + 1 {
		c.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	return w.Canvas().Capture()
}

func hugePicture(t *testing.T, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	c := widget.NewBarChart()
	w := onCard(t, c)
	d := barScene(14, 3)
	d.Series[1].Values[9] = 48_700
	c.Set(d)
	return w.Canvas().Capture()
}

// barScene is what days cost, by model.
func barScene(days, series int) widget.BarData {
	d := widget.BarData{Format: func(v float64) string { return "$" + strconv.Itoa(int(v)) }}
	names := []string{"glm-5.1", "claude-opus-4-6", "kimi-k2.5", "glm-4.5-air", "MiniMax-M2.1", "gemini-3-pro-preview", "other"}
	for j := range series {
		d.Series = append(d.Series, widget.BarSeries{Name: names[j]})
	}
	day := apptest.SceneDay.AddDate(0, 0, 1-days)
	for i := range days {
		at := day.AddDate(0, 0, i)
		d.Labels, d.Full = append(d.Labels, at.Format("01-02")), append(d.Full, at.Format(time.DateOnly))
		for j := range series {
			v := 1 + (i*7+j*5)%11 + (i+3*j)%4
			if at.Weekday() == time.Sunday {
				v /= 5
			}
			d.Series[j].Values = append(d.Series[j].Values, float64(v))
		}
	}
	return d
}
