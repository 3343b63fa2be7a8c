package app

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/reason"
)

// vendorWindow is a shown window over a configuration, whose work waits until the test does it.
func vendorWindow(t *testing.T, language, shade string, list proxy.VendorList) (*mainWindow, *apptest.Proxy, chan func()) {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	svc := &apptest.Proxy{}
	svc.List, svc.Verdict, svc.Ready = list, apptest.WorksVerdict, true
	svc.ClientList = []connect.Status{}
	work := make(chan func(), 100)
	w := newTestMain(a, svc, true)
	t.Cleanup(w.Fyne().Close)
	run := func(f func()) { work <- f }
	for _, d := range []*ui.Context{&w.vendors.desk, &w.guide.desk} {
		d.Run, d.Copy = run, func(string) {}
	}
	w.vendors.work.Run, w.vendor.work.Run, w.guide.work.Run = run, run, run
	w.vendor.test.Run, w.guide.trial.Run, w.guide.key.test.Run = run, run, run
	w.Show()
	return w, svc, work
}

// vendorPicture draws one of the pages around vendors.
func vendorPicture(t *testing.T, scene, language, shade string) *mainWindow {
	lists := map[string]proxy.VendorList{"vendors-empty": {File: "/home/mei/.config/afterglow/config.toml", Presets: apptest.VendorScene(6).Presets}, "vendors-30": apptest.VendorScene(30)}
	list, ok := lists[scene]
	if !ok {
		list = apptest.VendorScene(6)
	}
	w, svc, _ := vendorWindow(t, language, shade, list)
	w.Update(apptest.SignBoard())
	svc.Ready = false // nothing more is read
	switch {
	case strings.HasPrefix(scene, "vendors"):
		w.Turn(window.Vendors)
		w.vendors.set(list, nil)
		if scene == "vendors-tested" {
			w.vendors.rows["zhipu"].test.Tell(parts.TestResult(apptest.WorksVerdict, ""))
			w.vendors.rows["work-kimi"].test.Tell(parts.TestResult(proxy.VendorTest{Outcome: "auth", Status: 401, Reason: "Invalid Authentication"}, ""))
		}
	case strings.HasPrefix(scene, "vendor"):
		e := editing{"zhipu", list.Drafts[0], list}
		w.vendors.openForm(&e)
		switch scene {
		case "vendor-wrong":
			w.vendor.fields.base.SetText("open.bigmodel.cn")
			w.vendor.tell(&config.Error{File: list.File, Problems: []config.Problem{{Key: "vendors[0].base_url", Reason: reason.New(reason.BadURL, "", "expected an http or https URL")}}})
			w.vendor.stay()
		case "vendor-map":
			w.vendor.scroll.ScrollToOffset(fyne.NewPos(0, 330))
		case "vendor-limits":
			w.vendor.scroll.ScrollToBottom()
		}
	default:
		w.openGuide()
		w.guide.set(list, nil)
		clients := apptest.ClientScene(map[string]string{"guide-login": "found"}[scene])
		w.guide.client.set(guideAsked{clients.ClientList[0], true, clients.VariableList})
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
	}
	return w
}

// TestVendorLooks is TestLooks for the pages around vendors and the guide.
func TestVendorLooks(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct{ scene, language, shade string }{
		{"vendors-tested", "en", "light"},
		{"guide-login", "en", "light"}, {"guide-login", "zh", "dark"},
		{"vendors-30", "zh", "dark"},
		{"vendors-empty", "en", "dark"},
		{"vendor", "en", "dark"},
		{"vendor-map", "zh", "light"},
		{"vendor-wrong", "en", "light"},
		{"vendor-limits", "zh", "dark"},
		{"vendor-limits", "en", "light"},
		{"guide", "en", "light"},
		{"guide-end", "zh", "dark"},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			w := vendorPicture(t, c.scene, c.language, c.shade)
			test.AssertImageMatches(t, "looks/"+name+".png", w.Canvas().Capture())
		})
	}
}
