package app

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
)

func TestStartupErrorIsSaidInAWindow(t *testing.T) {
	apptest.OnMastersProcessor(t)
	for _, c := range []struct{ language, shade string }{{"en", "light"}, {"zh", "dark"}} {
		a := apptest.Speak(t, c.language)
		apptest.Shade(a, c.shade)
		mistake := errors.New("/home/me/.config/afterglow/config.toml: line 4, vendors.limt: unknown key\n/home/me/.config/afterglow/config.toml: vendors[0] \"zhipu\".base_url: expected an http or https URL")
		w := newStartupError(a, mistake, "/home/me/.config/afterglow/config.toml")
		w.Show()
		w.Content().Refresh()
		apptest.CheckRoom(t, w.Canvas())
		apptest.CheckContrast(t, w.Canvas())
		apptest.CheckKeys(t, w.Canvas())
		test.AssertImageMatches(t, "looks/mistake-"+c.language+"-"+c.shade+".png", w.Canvas().Capture())
	}
}
