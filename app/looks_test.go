package app

import (
	"runtime"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"
)

// TestLooks compares pictures of the page, drawn by Fyne's software painter, with testdata/looks. After
// a change that is meant, look at testdata/failed/looks and move them over.
func TestLooks(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("another processor rounds some pixels another way")
	}
	for _, c := range []struct{ scene, language, shade string }{
		{"busy", "en", "light"},
		{"busy", "zh", "dark"},
		{"empty", "en", "dark"},
		{"trouble", "zh", "light"},
		{"many", "en", "light"},
	} {
		name := strings.Join([]string{c.scene, c.language, c.shade}, "-")
		t.Run(name, func(t *testing.T) {
			test.AssertImageMatches(t, "looks/"+name+".png", picture(t, c.scene, c.language, c.shade))
		})
	}
}
