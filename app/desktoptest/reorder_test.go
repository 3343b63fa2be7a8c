//go:build desktop && linux

package desktoptest

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"
)

// A card is dragged by its grip above another, and the chain has another order.
func TestDraggingACardChangesTheChain(t *testing.T) {
	d := newDesktop(t, true)
	row := "[[vendors]]\nname = %q\ndialect = \"anthropic\"\nbase_url = \"http://127.0.0.1:1\"\nauth = \"client\"\n"
	p := startProgram(t, d, "--config", d.write("two.toml", fmt.Sprintf(row+row, "first", "second")))
	p.await("the window", func() bool { return p.window() != "" })
	var grips []image.Point
	p.await("two grips", func() bool {
		grips = p.grips(p.shot("grips"))
		return len(grips) == 2
	})
	if got := p.order(); got != "first second" {
		t.Fatal(got)
	}
	from, to := grips[1], grips[0]
	p.xdotool("mousemove", fmt.Sprint(from.X), fmt.Sprint(from.Y), "mousedown", "1")
	for step := range 10 {
		p.xdotool("mousemove", fmt.Sprint(from.X), fmt.Sprint(from.Y+(to.Y-10-from.Y)*(step+1)/10))
	}
	p.shot("reordering")
	if got := p.order(); got != "first second" {
		t.Errorf("the order changed to %s while the card was held", got)
	}
	p.xdotool("mouseup", "1")
	p.await("the other order", func() bool { return p.order() == "second first" })
	p.shot("reordered")
}

// grips finds the dots in the cards' left margin, below the totals.
func (p *program) grips(img image.Image) []image.Point {
	place := p.place()
	var found []image.Point
	last := -100
	for y := place.Min.Y + 90; y < place.Max.Y; y++ {
		line := image.Rect(place.Min.X+19, y, place.Min.X+31, y+1)
		if count(img, line, func(c color.RGBA) bool { return c.R > 0x50 && c.R < 0xc0 && c.B > 0x50 }) < 2 {
			continue
		}
		if y-last > 30 {
			found = append(found, image.Pt(place.Min.X+25, y+5))
		}
		last = y
	}
	return found
}

// order is the chain as the control API gives it.
func (p *program) order() string {
	p.t.Helper()
	var status struct{ Tiers []struct{ Name string } }
	p.must(json.Unmarshal([]byte(p.get("/api/status")), &status))
	var names []string
	for _, tier := range status.Tiers {
		names = append(names, tier.Name)
	}
	return strings.Join(names, " ")
}
