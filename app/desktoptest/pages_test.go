//go:build desktop && linux

package desktoptest

import (
	"fmt"
	"image"
	"image/color"
	"testing"
)

// The tabs and a gauge's page, by the mouse and by keys, with the demo's calls.
func TestPagesOnARealDesktop(t *testing.T) {
	d := newDesktop(t, true)
	p := startProgram(t, d, "--demo")
	p.await("the window", func() bool { return p.window() != "" })
	p.await("calls in flight", func() bool { return p.concurrency().Total.InUse >= 2 })
	p.await("the Live tab in front", func() bool { return p.tab(p.shot("page-live")) == 0 })

	p.click(88, 20)
	p.await("the Activity tab in front", func() bool { return p.tab(p.shot("page-activity")) == 1 })
	p.click(200, 70) // the filter, which leaves the key to the window
	p.xdotool("key", "ctrl+1")
	p.await("the Live tab by its key", func() bool { return p.tab(p.shot("page-live")) == 0 })

	p.click(88, 20)
	p.await("a queue", func() bool { return p.concurrency().Total.Pending >= 2 })
	p.settle()
	p.shot("page-activity")
	p.click(200, 120) // the first call
	p.settle()
	p.shot("page-call")
	p.xdotool("key", "ctrl+1")
	p.await("the Live tab again", func() bool { return p.tab(p.shot("page-live")) == 0 })

	// The first row below the account's, on its gauge.
	p.await("a gauge", func() bool { return len(p.concurrency().Gauges) > 0 })
	p.await("a row", func() bool { return p.row(p.shot("page-live")) })
	live := p.shot("page-live")
	p.move(260, 256)
	p.await("the row under the pointer", func() bool {
		return !same(live, p.shot("page-hover"), image.Rect(0, 0, 8, 24).Add(p.place().Min).Add(image.Pt(24, 244)))
	})
	p.click(260, 256)
	p.await("the gauge's page", func() bool {
		now := p.shot("page-gauge")
		return p.tab(now) == 0 && !p.totals(now)
	})
	p.await("a queue", func() bool { return p.concurrency().Total.Pending >= 2 })
	p.settle()
	p.shot("page-gauge")
	p.click(40, 70) // back
	p.await("the Live page again", func() bool { return p.totals(p.shot("page-live")) })
	p.usageAndSettings()
}

// usageAndSettings looks at the pages that read the ledger, which holds the demo's calls.
func (p *program) usageAndSettings() {
	p.xdotool("key", "ctrl+3")
	p.await("the Usage tab in front", func() bool { return p.tab(p.shot("page-usage")) == 2 })
	bars := image.Rect(500, 320, 660, 520).Add(p.place().Min)
	p.await("a bar of today's calls", func() bool {
		return count(p.shot("page-usage"), bars, func(c color.RGBA) bool { return c == primaryInk }) > 200
	})
	p.xdotool("key", "ctrl+6")
	p.await("the Settings tab in front", func() bool { return p.tab(p.shot("page-settings")) == 5 })
	p.settle()
	p.shot("page-settings")
	p.xdotool("key", "ctrl+1")
}

// move puts the pointer on a place of the window, click presses there.
func (p *program) move(x, y int) {
	at := p.place().Min.Add(image.Pt(x, y))
	p.xdotool("mousemove", fmt.Sprint(at.X), fmt.Sprint(at.Y))
}

func (p *program) click(x, y int) {
	p.move(x, y)
	p.xdotool("click", "1")
}

// primaryInk is the dark theme's primary colour.
var primaryInk = color.RGBA{0x8e, 0x8c, 0xff, 0xff}

// tab is which of the tabs has the line under it; -1 = none.
func (p *program) tab(img image.Image) int {
	place := p.place()
	lines, within := -1, false
	for x := place.Min.X; x < place.Min.X+420; x++ {
		c := color.RGBAModel.Convert(img.At(x, place.Min.Y+38)).(color.RGBA)
		if on := c == primaryInk; on != within {
			within = on
			if on {
				lines = x - place.Min.X
			}
		}
	}
	for tab, end := range []int{0, 40, 100, 165, 230, 300} {
		if lines < end {
			return tab - 1
		}
	}
	return 5
}

// row tells that something is written where the first row is.
func (p *program) row(img image.Image) bool {
	at := image.Rect(40, 244, 240, 268).Add(p.place().Min)
	return count(img, at, func(c color.RGBA) bool { return c.R > 0xa0 && c.G > 0xa0 }) > 20
}

// totals tells that the large numbers of the Live page are to be seen.
func (p *program) totals(img image.Image) bool {
	at := image.Rect(14, 54, 50, 100).Add(p.place().Min)
	return count(img, at, func(c color.RGBA) bool { return c.R > 0xe0 || c.R == 0xa6 && c.G == 0xa3 }) > 60
}
