//go:build desktop && linux

package desktoptest

import (
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"
)

// The button on a vendor's card begins to sign in. Nobody is reached here, and the card says so.
func TestSignInFromTheCard(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	d := newDesktop(t, true)
	p := startProgram(t, d, "--config", d.write("copilot.toml", `tiers = ["copilot", "anthropic"]`))
	p.await("the window", func() bool { return p.window() != "" })
	var button image.Point
	p.await("the button", func() bool {
		at, ok := p.primary(p.shot("sign-in"))
		button = at
		return ok
	})
	if got := p.get("/api/status"); !strings.Contains(got, `"state":"sign_in","reason":"sign in with GitHub"`) {
		t.Fatal(got)
	}
	p.xdotool("mousemove", fmt.Sprint(button.X), fmt.Sprint(button.Y), "click", "1")
	p.await("the failure", func() bool {
		text := p.get("/api/reauth/status")
		return strings.Contains(text, `"state":"failed"`) && strings.Contains(text, "ask GitHub for a code")
	})
	p.await("the button again", func() bool { _, ok := p.primary(p.shot("sign-in-failed")); return ok })
}

// primary finds the middle of the window's lowest primary button.
func (p *program) primary(img image.Image) (image.Point, bool) {
	place := p.place()
	var found image.Rectangle
	for y := place.Max.Y - 1; y > place.Min.Y+80; y-- {
		if !found.Empty() && y < found.Max.Y-40 {
			break
		}
		for x := place.Max.X - 160; x < place.Max.X; x++ {
			c := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			if c.B > 0xb0 && c.B-c.R > 0x50 && c.B-c.G > 0x50 {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return image.Pt((found.Min.X+found.Max.X)/2, (found.Min.Y+found.Max.Y)/2), found.Dx() > 40 && found.Dy() > 15 && found.Dy() < 60
}
