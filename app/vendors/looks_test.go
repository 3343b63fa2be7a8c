package vendors

import (
	"image"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/window"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// vendorPages is a window with the pages Vendors and Vendor.
type vendorPages struct {
	*window.Window
	vendors *Page
	vendor  *FormPage
}

// vendorWindow is such a window, shown over a configuration, whose work waits until the test does it.
func vendorWindow(t *testing.T, language, shade string, list proxy.VendorList) (*vendorPages, *apptest.Proxy, chan func()) {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	svc := &apptest.Proxy{}
	svc.List, svc.Verdict, svc.Ready = list, apptest.WorksVerdict, true
	d, work := apptest.QueueContext()
	d.Copy = func(string) {}
	w := openWindow(t, a, svc, d)
	w.Show()
	return w, svc, work
}

// openWindow makes such a window over svc, which is not shown yet.
func openWindow(t *testing.T, a fyne.App, svc Proxy, d ui.Context) *vendorPages {
	t.Helper()
	w := &vendorPages{Window: apptest.NewWindow(t, a)}
	w.Build(func() window.Pages {
		w.vendors, w.vendor = New(svc, d, w.Notices.Report, ui.Navigator{
			Form: func() { w.Turn(window.Vendor) },
			Back: func() {
				if w.Front() == window.Vendor {
					w.Back()
				}
			},
			Guide: func() { w.Turn(window.Guide) },
		})
		all := apptest.EmptyPages()
		all[window.Vendors] = window.Page{Root: w.vendors.Root, Enter: w.vendors.Enter, Leave: w.vendors.Leave, Set: w.vendors.Take}
		all[window.Vendor] = window.Page{Root: w.vendor.Root, Leave: w.vendor.Leave, Stay: w.vendor.Stay}
		return all
	})
	w.SetTray(true)
	return w
}

// vendorPicture draws one of the pages around vendors.
func vendorPicture(t *testing.T, scene, language, shade string) *vendorPages {
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
		e := opened{"zhipu", list.Drafts[0], list}
		w.vendors.openForm(&e)
		switch scene {
		case "vendor-wrong":
			w.vendor.fields.base.SetText("open.bigmodel.cn")
			w.vendor.showProblems(&config.Error{File: list.File, Problems: []config.Problem{{Key: "vendors[0].base_url", Reason: reason.New(reason.BadURL, "", "expected an http or https URL")}}})
			w.vendor.Stay()
		case "vendor-map":
			w.vendor.scroll.ScrollToOffset(fyne.NewPos(0, 330))
		case "vendor-limits":
			w.vendor.scroll.ScrollToBottom()
		}
	}
	return w
}

// TestVendorLooks is TestLooks for the pages around vendors.
func TestVendorLooks(t *testing.T) {
	apptest.CheckLooks(t, [][3]string{
		{"vendors-tested", "en", "light"},
		{"vendors-30", "zh", "dark"},
		{"vendors-empty", "en", "dark"},
		{"vendor", "en", "dark"},
		{"vendor-map", "zh", "light"},
		{"vendor-wrong", "en", "light"},
		{"vendor-limits", "zh", "dark"},
		{"vendor-limits", "en", "light"},
	}, func(t *testing.T, scene, language, shade string) image.Image {
		return vendorPicture(t, scene, language, shade).Canvas().Capture()
	})
}

func TestVendorsAreAccessible(t *testing.T) {
	scenes := apptest.Scenes{}
	for _, name := range []string{"vendors-tested", "vendors-empty", "vendor", "vendor-map", "vendor-wrong"} {
		scenes[name] = func(t *testing.T, language, shade string) fyne.Canvas {
			return vendorPicture(t, name, language, shade).Canvas()
		}
	}
	apptest.CheckAccessible(t, scenes)
}

func TestNothingOnThePagesTouchesTheDiskOnTheUIsGoroutine(t *testing.T) {
	svc := &apptest.Proxy{}
	svc.List, svc.Verdict, svc.Ready = apptest.VendorScene(6), apptest.WorksVerdict, true
	d := apptest.WatchDisk(svc)
	w := openWindow(t, apptest.Speak(t, "en"), d, ui.Context{Run: d.Run, Off: d.Off, Copy: func(string) {}, Open: func(string) error { return nil }})
	w.Show()
	w.Update(apptest.SignBoard())
	w.vendors.set(svc.List, nil)
	d.PressEverything(t, w.Canvas(), func() { w.Turn(window.Vendors) }, "SetTiers")
	form := func() {
		w.vendors.openForm(&opened{"lab", svc.List.Drafts[len(svc.List.Drafts)-2], svc.List})
	}
	d.PressEverything(t, w.Canvas(), form, "SaveVendor")
	w.Turn(window.Live)
}
