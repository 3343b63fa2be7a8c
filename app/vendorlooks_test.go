package app

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/reason"
)

// vendorWindow is a shown window over a configuration, whose work waits until the test does it.
func vendorWindow(t *testing.T, language, shade string, list proxy.VendorList) (*Window, *fakeService, chan func()) {
	t.Helper()
	a := speak(t, language)
	a.Settings().SetTheme(shaded{newLook(), test.KnownThemeVariants()[shade]})
	svc := &fakeService{}
	svc.vendors, svc.verdict, svc.ready = list, worksVerdict, true
	svc.clients = []connect.Status{}
	work := make(chan func(), 100)
	w := NewWindow(a, svc, true)
	t.Cleanup(w.window.Close)
	run := func(f func()) { work <- f }
	for _, d := range []*desk{&w.vendors.desk, &w.guide.desk} {
		d.run, d.copy = run, func(string) {}
	}
	w.vendors.work.run, w.vendor.work.run, w.guide.work.run = run, run, run
	w.vendor.test.run, w.guide.trial.run, w.guide.key.test.run = run, run, run
	w.Show()
	return w, svc, work
}

// vendorPicture draws one of the pages around vendors.
func vendorPicture(t *testing.T, scene, language, shade string) *Window {
	lists := map[string]proxy.VendorList{"vendors-empty": {File: "/home/mei/.config/afterglow/config.toml", Presets: vendorScene(6).Presets}, "vendors-30": vendorScene(30)}
	list, ok := lists[scene]
	if !ok {
		list = vendorScene(6)
	}
	w, svc, _ := vendorWindow(t, language, shade, list)
	w.Update(signBoard())
	svc.ready = false // nothing more is read
	switch {
	case strings.HasPrefix(scene, "vendors"):
		w.pages.turn(atVendors)
		w.vendors.set(list, nil)
		if scene == "vendors-tested" {
			w.vendors.rows["zhipu"].test.tell(testResult(worksVerdict, ""))
			w.vendors.rows["work-kimi"].test.tell(testResult(proxy.VendorTest{Outcome: "auth", Status: 401, Reason: "Invalid Authentication"}, ""))
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
		clients := clientScene(map[string]string{"guide-login": "found"}[scene])
		w.guide.client.set(guideAsked{clients.clients[0], true, clients.variables})
		if scene == "guide-login" {
			w.guide.tidy()
			w.guide.scroll.ScrollToOffset(fyne.NewPos(0, 430))
		}
		if scene == "guide-end" {
			w.guide.trial.tell(trialResult{true, trPair("guide.works", "Zhipu · glm-5.1", trTook(worksVerdict.Took)) + "\n" + trText("trial.said", worksVerdict.Answer)})
			w.guide.try.tick(true)
			w.guide.tidy()
			w.guide.scroll.ScrollToBottom()
		}
	}
	return w
}

// signBoard is a board of the scene's vendors, one of which is to be signed in to.
func signBoard() viewmodel.Board {
	return viewmodel.New().Update(proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{
		{Vendor: "zhipu", Title: "Zhipu", State: proxy.Ready}, {Vendor: "copilot", Title: "GitHub Copilot", State: proxy.SignedOut, SignIn: proxy.SignIn{Provider: "github", State: "needed"}},
	}}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

// TestVendorLooks is TestLooks for the pages around vendors and the guide.
func TestVendorLooks(t *testing.T) {
	onMastersProcessor(t)
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
			test.AssertImageMatches(t, "looks/"+name+".png", w.window.Canvas().Capture())
		})
	}
}
