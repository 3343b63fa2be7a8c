package guide

import (
	"image"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/connect"
)

// guideWindow is a window with the guide.
type guideWindow struct {
	*window.Window
	guide *Page
}

// openGuide is such a window, shown over a configuration, whose work waits until the test does it.
func openGuide(t *testing.T, language, shade string, list proxy.VendorList) (*guideWindow, *apptest.Proxy, chan func()) {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	svc := &apptest.Proxy{}
	svc.List, svc.Verdict, svc.Ready = list, apptest.WorksVerdict, true
	svc.ClientList = []connect.Status{}
	d, work := apptest.QueueContext()
	d.Copy = func(string) {}
	w := openWindow(t, a, svc, d)
	w.Show()
	return w, svc, work
}

// openWindow makes such a window over svc, which is not shown yet.
func openWindow(t *testing.T, a fyne.App, svc Proxy, d ui.Context) *guideWindow {
	t.Helper()
	w := &guideWindow{Window: apptest.NewWindow(t, a)}
	w.Build(func() window.Pages {
		w.guide = New(svc, d, w.Notices.Report, ui.Navigator{Back: w.Back})
		all := apptest.EmptyPages()
		all[window.Guide] = window.Page{Root: w.guide.Root, Enter: w.guide.Enter, Leave: w.guide.Leave, Set: w.guide.Take}
		return all
	})
	w.SetTray(true)
	return w
}

// guidePicture draws the guide.
func guidePicture(t *testing.T, scene, language, shade string) *guideWindow {
	list := apptest.VendorScene(6)
	w, svc, _ := openGuide(t, language, shade, list)
	w.Update(apptest.SignBoard())
	svc.Ready = false // nothing more is read
	w.Turn(window.Guide)
	w.guide.set(list, nil)
	clients := apptest.ClientScene(map[string]string{"guide-login": "found"}[scene])
	w.guide.client.set(clientState{clients.ClientList[0], true, clients.VariableList})
	if scene == "guide-login" {
		w.guide.tidy()
		w.guide.scroll.ScrollToOffset(fyne.NewPos(0, 430))
	}
	if scene == "guide-end" {
		w.guide.trial.Tell(parts.TrialResult{OK: true, Words: ui.TrPair("guide.works", "Zhipu · glm-5.1", ui.TrTook(apptest.WorksVerdict.Took)) + "\n" + ui.TrText("trial.said", apptest.WorksVerdict.Answer)})
		w.guide.try.tick(true)
		w.guide.tidy()
		w.guide.scroll.ScrollToBottom()
	}
	return w
}

// TestGuideLooks is TestLooks for the guide.
func TestGuideLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"guide-login", "en", "light"}, {"guide-login", "zh", "dark"}, {"guide", "en", "light"}, {"guide-end", "zh", "dark"},
	}, func(t *testing.T, scene, language, shade string) image.Image {
		return guidePicture(t, scene, language, shade).Canvas().Capture()
	})
}

func TestGuideIsAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for _, name := range []string{"guide", "guide-end"} {
		scenes[name] = func(t *testing.T, language, shade string) fyne.Canvas {
			return guidePicture(t, name, language, shade).Canvas()
		}
	}
	apptest.CheckAccessible(t, scenes)
}

func TestNothingOnThePageTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	svc := &apptest.Proxy{ClientPart: apptest.ClientScene("found")}
	svc.List, svc.Verdict, svc.Ready = apptest.VendorScene(6), apptest.WorksVerdict, true
	d := apptest.WatchDisk(svc)
	w := openWindow(t, apptest.Speak(t, "en"), d, ui.Context{Run: d.Run, Off: d.Off, Copy: func(string) {}, Open: func(string) error { return nil }})
	w.Show()
	w.guide.set(svc.List, nil)
	w.guide.client.set(clientState{svc.ClientList[0], true, svc.VariableList})
	d.PressEverything(t, w.Canvas(), func() { w.Turn(window.Guide) }, "SetTiers", "Connect", "ChangeDesktop")
	w.Turn(window.Live)
}
