package app

import (
	"errors"
	"testing"

	"fyne.io/fyne/v2/test"
)

func TestMistakeIsSaidInAWindow(t *testing.T) {
	onMastersProcessor(t)
	for _, c := range []struct{ language, shade string }{{"en", "light"}, {"zh", "dark"}} {
		a := speak(t, c.language)
		a.Settings().SetTheme(shaded{newLook(), test.KnownThemeVariants()[c.shade]})
		mistake := errors.New("/home/me/.config/afterglow/config.toml: line 4, vendors.limt: unknown key\n/home/me/.config/afterglow/config.toml: vendors[0] \"zhipu\".base_url: expected an http or https URL")
		w := newMistake(a, mistake, "/home/me/.config/afterglow/config.toml")
		w.Show()
		w.Content().Refresh()
		checkRoom(t, w.Canvas())
		checkContrast(t, w.Canvas())
		checkKeys(t, w.Canvas())
		test.AssertImageMatches(t, "looks/mistake-"+c.language+"-"+c.shade+".png", w.Canvas().Capture())
	}
}
