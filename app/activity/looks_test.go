package activity

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// TestCallLooks is TestLooks for the pages of calls.
func TestCallLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"activity-empty", "en", "light"},
		{"activity-empty", "zh", "dark"},
		{"activity-1", "en", "dark"},
		{"activity-1", "zh", "light"},
		{"activity-30", "en", "light"},
		{"activity-30", "zh", "dark"},
		{"activity-wide", "en", "dark"},
		{"activity-filtered", "en", "light"},
		{"activity-capture", "en", "dark"},
		{"activity-capture", "zh", "light"},
		{"activity-focus", "en", "light"},
		{"activity-line", "en", "dark"},
		{"activity-line", "zh", "light"},
		{"activity-choose", "en", "light"},
		{"activity-choose", "zh", "dark"},
		{"call", "en", "light"},
		{"call", "zh", "dark"},
		{"call-live", "en", "dark"},
		{"call-bodies", "en", "light"},
	}, func(t *testing.T, scene, language, shade string) image.Image {
		return callPicture(t, scene, language, shade).Canvas().Capture()
	})
}

// callPicture is a window with a scene.
func callPicture(t *testing.T, scene, language, shade string) *activityPages {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	n := map[string]int{"activity-empty": 0, "activity-1": 1}
	calls, few := n[scene]
	if !few {
		calls = 30
	}
	svc := apptest.ProxyWith(apptest.CallScene(calls))
	if scene == "activity-line" {
		svc = apptest.ProxyWith(apptest.LineScene())
	}
	w := openActivity(t, a, svc)
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	w.Turn(window.Activity)
	switch scene {
	case "activity-wide":
		w.Fyne().Resize(fyne.NewSize(1080, window.Height))
	case "activity-filtered":
		w.activity.Choose("zhipu")
		test.Tap(w.activity.underWay)
	case "activity-capture":
		test.Tap(w.activity.capture)
		b := apptest.SceneBoard("busy")
		b.Capture = true
		w.Update(b)
	case "activity-focus":
		w.Canvas().Focus(w.activity.list)
		w.activity.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	case "activity-choose":
		test.Tap(w.activity.pick)
	case "call", "call-bodies":
		w.call.number = apptest.Numbered(t, svc.CallList, func(c proxy.Call) bool { return c.Class == ledger.Overloaded }).Number
		w.Turn(window.Call)
		if scene == "call-bodies" {
			w.call.scroll.ScrollToBottom()
		}
	case "call-live":
		w.call.number = apptest.Numbered(t, svc.CallList, func(c proxy.Call) bool { return c.Phase == proxy.Waiting }).Number
		w.Turn(window.Call)
	}
	return w
}

func TestCallsAreAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for name, to := range map[string]window.PageID{"activity": window.Activity, "call": window.Call} {
		scenes[name] = func(t *testing.T, language, shade string) fyne.Canvas {
			a := apptest.Speak(t, language)
			apptest.Shade(a, shade)
			svc := apptest.ProxyWith(apptest.CallScene(8))
			w := openActivity(t, a, svc)
			w.call.Choose(svc.CallList[0].Number)
			w.Turn(to)
			w.Show()
			w.Update(apptest.SceneBoard("chain"))
			return w.Canvas()
		}
	}
	apptest.CheckAccessible(t, scenes)
}
