package live

import (
	"image"
	"strings"
	"testing"
	"time"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/app/window"
	"afterglow/limiter"
	"afterglow/proxy/history"
)

func adaptivePicture(t *testing.T, scene, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	w := openWindow(t, a, &apptest.Proxy{}, true)
	w.Show()
	w.Update(apptest.AdaptiveBoard())
	if scene == "adaptive-gauge" {
		w.gauge.key = limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}
		w.Turn(window.Gauge)
		w.gauge.history.set(movingHistory(), nil, viewmodel.Hour, apptest.SceneDay)
	}
	return w.Canvas().Capture()
}

// movingHistory is an hour in which the limit in force moved.
func movingHistory() []history.Point {
	var points []history.Point
	for i := range 3600 {
		p := history.Point{Time: apptest.SceneDay.Add(time.Duration(i-3600) * time.Second), Limit: 5, Pending: 4}
		switch {
		case i > 2700:
			p.Limit = min(2+(i-2700)/20, 8)
		case i > 1200:
			p.Limit = 2
		}
		p.InFlight = p.Limit
		switch i {
		case 300, 700, 1190, 1200, 1700, 2300, 2690, 3100:
			p.Refused, p.Limit, p.InFlight = 1, p.Limit+1, p.Limit+1
		}
		points = append(points, p)
	}
	return points
}

func TestAdaptiveLooks(t *testing.T) {
	looks := [][3]string{{"adaptive-rows", "en", "light"}, {"adaptive-rows", "zh", "dark"}, {"adaptive-gauge", "en", "dark"}, {"adaptive-gauge", "zh", "light"}}
	apptest.CheckLooks(t, looks, adaptivePicture)
}

func TestAnAdaptiveLimitSaysWhyItIsWhereItIs(t *testing.T) {
	at := apptest.NineFourteen()
	refused := viewmodel.Row{Limited: true, Limit: 2, Ceiling: 5, Adaptation: limiter.Adaptation{Why: limiter.Refused, Refused: 3, Since: at}}
	trying := viewmodel.Row{Limited: true, Limit: 4, Ceiling: 5, Adaptation: limiter.Adaptation{Why: limiter.Trying, Since: at}}
	ceiling := viewmodel.Row{Limited: true, Limit: 5, Ceiling: 5, Adaptation: limiter.Adaptation{Why: limiter.Ceiling, Since: at}}
	enough := viewmodel.Row{Limited: true, Limit: 3, Ceiling: 5, Adaptation: limiter.Adaptation{Why: limiter.Enough, Since: at}}
	for language, want := range map[string][4]string{
		"en": {"Limit 2, max 5 · 3 rejected at 09:14", "Limit 4, max 5 · trying 4", "Limit 5, max 5 · at maximum", "Limit 3, max 5 · no need to raise"},
		"zh": {"上限 2（最高 5） · 09:14 并发 3 被拒绝", "上限 4（最高 5） · 正在尝试 4", "上限 5（最高 5） · 已到最高值", "上限 3（最高 5） · 目前够用"},
	} {
		t.Run(language, func(t *testing.T) {
			apptest.Speak(t, language)
			for i, r := range []viewmodel.Row{refused, trying, ceiling, enough} {
				if got := limitText(r); got != want[i] {
					t.Errorf("%q, want %q", got, want[i])
				}
				if limitSentence(r) == "" {
					t.Errorf("%s: no sentence", r.Why)
				}
			}
			if limitSentence(viewmodel.Row{Limited: true, Limit: 3, Ceiling: 3}) != "" {
				t.Error("a fixed limit says that it adapts")
			}
		})
	}
	if old := at.AddDate(0, 0, -3); clockTime(old) != old.Format("01-02 15:04") {
		t.Errorf("%v is %q", old, clockTime(old))
	}
}

// A limit that moves must not move the row, nor the thumb that the user has set.
func TestARowStaysCalmWhileItsLimitMoves(t *testing.T) {
	w, svc := newTestWindow(t, true)
	w.Show()
	w.Update(apptest.AdaptiveBoard())
	r := row(t, w, "zhipu", "glm-5.1")
	before := r.box.MinSize()
	moved := r.row
	moved.Limit, moved.Why, moved.Refused = 5, limiter.Trying, 0
	r.set(moved)
	if r.slider.Value() != 8 || r.box.MinSize() != before || r.why.Text() != "Limit 5, max 8 · trying 5" {
		t.Errorf("slider at %d, %v (was %v), %q", r.slider.Value(), r.box.MinSize(), before, r.why.Text())
	}
	if !r.fits(moved) {
		t.Error("the row is made anew")
	}
	r.slider.OnSet(6)
	if len(svc.Sets) != 1 || svc.Sets[0] != "zhipu/glm-5.1=6" {
		t.Errorf("sets %v", svc.Sets)
	}
}

// The card and the gauge's page say that a limit was removed and holds for the calls that wait; there is no slider for it.
func TestARemovedLimitSaysUntilWhenItHolds(t *testing.T) {
	for language, want := range map[string][2]string{
		"en": {"Limit removed · applies until the queue is empty", "This limit was removed."},
		"zh": {"上限已移除 · 排队清空前仍有效", "上限已移除，"},
	} {
		t.Run(language, func(t *testing.T) {
			a := apptest.Speak(t, language)
			w := openWindow(t, a, &apptest.Proxy{}, true)
			w.Show()
			status := apptest.SceneStatus("")
			gauge := limiter.Gauge{Key: limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}, Mode: limiter.Limited, InFlight: 3, Limit: 3, Ceiling: 3, Configured: 3, Max: 20, Pending: 9}
			status.Concurrency = limiter.Snapshot{Gauges: []limiter.Gauge{gauge}}
			w.Update(viewmodel.New().Update(status, time.Now()))
			row := w.page.cards["zhipu"].rows[0]
			if row.why != nil || row.slider == nil {
				t.Error("a limit that stays says that it ends")
			}
			gauge.Configured, gauge.Max = 0, 0
			status.Concurrency.Gauges[0] = gauge
			b := viewmodel.New().Update(status, time.Now())
			w.Update(b)
			row = w.page.cards["zhipu"].rows[0]
			if row.slider != nil || row.why == nil || row.why.Text() != want[0] {
				t.Errorf("%+v", row)
			}
			if got := limitSentence(b.Cards[0].Rows[0]); !strings.HasPrefix(got, want[1]) {
				t.Error(got)
			}
			if b.Cards[0].Rows[0].Changed() {
				t.Error("a limit that was removed can be reset")
			}
		})
	}
}
