package tray

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"testing"

	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/proxy/config"
)

// TestBadgesLook compares a sheet of badges with testdata/badges.png. After a change that is meant, look
// at testdata/failed/badges.png and move it over.
func TestBadgesLook(t *testing.T) {
	p := newTestBrush(t)
	test.AssertImageMatches(t, "badges.png", sheet(p, []Badge{
		{0, Idle, 0}, {1, busy, 0}, {3, busy, 0}, {7, busy, 0}, {10, busy, 0}, {42, busy, 0}, {88, busy, 0}, {badgeMany, busy, 0},
		{3, Pending, 0}, {42, Pending, 0}, {badgeMany, Pending, 0},
		{0, afterglow, 0}, {5, afterglow, 0}, {42, afterglow, 0}, {badgeMany, afterglow, 0},
		{0, down, 0}, {2, down, 0}, {0, paused, 0}, {2, paused, 0}, {12, paused, 0},
		{3, Pending, 2}, {8, Pending, 8}, {12, Pending, 14}, {badgeMany, Pending, badgeQueue}, {0, dot, 0},
	}))
}

func newTestBrush(t *testing.T) *brush {
	t.Helper()
	p, err := newBrush()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// panelSizes are the sizes in which panels show icons.
var panelSizes = []int{16, 22, 24, 32, 64}

func TestBadgesStandOutFromAnyPanel(t *testing.T) {
	p := newTestBrush(t)
	panels := map[string]color.Color{
		"white": color.White, "light": color.Gray{0xf2}, "dark": rgb(0x31363b), "black": color.Black,
	}
	for name, panel := range panels {
		for m := range moods {
			for _, n := range []int{0, 1, 8, 42, badgeMany} {
				for _, size := range panelSizes {
					icon := shrink(p.badge(Badge{n, m, 0}), size, panel)
					// 3:1 is what WCAG asks of a picture. Where a panel is close to the ground, the rim or
					// the ink must do; the thinnest is a tenth of its tile.
					if got := share(icon, icon.Bounds(), panel, 3); got < 0.10 {
						t.Errorf("%s panel, %v, %d px: %.0f %% of the icon stand out", name, Badge{n, m, 0}, size, 100*got)
					}
				}
			}
		}
	}
}

func TestBadgeNumbersCanBeRead(t *testing.T) {
	p := newTestBrush(t)
	for m := busy; m < moods; m++ {
		ground := paintOf(m).ground
		// What WCAG asks of text.
		if got := apptest.Contrast(paintOf(m).ink, ground); got < 4.5 {
			t.Errorf("mood %d: ink and ground have a contrast of %.1f", m, got)
		}
		for n := 1; n <= badgeMany; n++ {
			for _, size := range panelSizes {
				icon := shrink(p.badge(Badge{n, m, 0}), size, ground)
				inner := icon.Bounds().Inset((size + 7) / 8)
				// The narrowest number is 1.
				if got := share(icon, inner, ground, 3); got < 0.12 {
					t.Errorf("%v, %d px: %.0f %% of the tile is ink", Badge{n, m, 0}, size, 100*got)
				}
			}
		}
	}
}

func TestBadgeQueuesCanBeRead(t *testing.T) {
	p := newTestBrush(t)
	ground := paintOf(Pending).ground
	for _, n := range []int{0, 1, 11, 42, badgeMany} {
		for queue := 1; queue <= badgeQueue; queue++ {
			for _, size := range panelSizes {
				icon := shrink(p.badge(Badge{n, Pending, queue}), size, ground)
				inner := icon.Bounds().Inset((size + 7) / 8)
				for i, half := range []image.Rectangle{
					{inner.Min, image.Pt(inner.Max.X, size/2)}, {image.Pt(inner.Min.X, size/2+1), inner.Max},
				} {
					if got := share(icon, half, ground, 3); got < 0.09 {
						t.Errorf("%d+%d, %d px, line %d: %.0f %% of it is ink", n, queue, size, i+1, 100*got)
					}
				}
			}
		}
	}
}

// Two lines are for panels of 22 pixels and more: on 16, a 6 is not always to be told from an 8.
func TestBadgeQueuesDiffer(t *testing.T) {
	p := newTestBrush(t)
	var icons []*image.RGBA
	for queue := range badgeQueue + 1 {
		icons = append(icons, shrink(p.badge(Badge{8, Pending, queue}), 22, color.Gray{0x2e}))
	}
	for i, a := range icons {
		for j, b := range icons[:i] {
			if seen := distance(a, b); seen < 3 {
				t.Errorf("queues of %d and %d differ in %d pixels", i, j, seen)
			}
		}
	}
}

func TestBadgesDiffer(t *testing.T) {
	p := newTestBrush(t)
	const size = 16
	var icons []*image.RGBA
	var names []string
	add := func(b Badge) {
		icons = append(icons, shrink(p.badge(b), size, color.Gray{0x2e}))
		names = append(names, fmt.Sprintf("%v", b))
	}
	for n := 1; n <= badgeMany; n++ {
		add(Badge{n, busy, 0})
	}
	for m := range moods {
		add(Badge{0, m, 0})
	}
	add(Badge{8, Pending, 0})
	add(Badge{8, afterglow, 0})
	for i, a := range icons {
		for j, b := range icons[:i] {
			if seen := distance(a, b); seen < 3 {
				t.Errorf("%s and %s differ in %d pixels of %d", names[i], names[j], seen, size*size)
			}
		}
	}
}

func TestBadgeBytes(t *testing.T) {
	one, err := NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []Badge{{0, Idle, 0}, {7, busy, 0}, {badgeMany, Pending, 0}, {3, afterglow, 0}} {
		data := one.Png(b)
		if !bytes.Equal(data, other.Png(b)) {
			t.Errorf("%v: the bytes are not always the same", b)
		}
		if again := one.Png(b); &data[0] != &again[0] {
			t.Errorf("%v was drawn twice", b)
		}
		icon, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if icon.Bounds().Size() != image.Pt(BadgeSize, BadgeSize) {
			t.Errorf("%v is %v", b, icon.Bounds().Size())
		}
		for y := range BadgeSize {
			for x := range BadgeSize {
				if _, _, _, alpha := icon.At(x, y).RGBA(); alpha != 0 && alpha != 0xffff {
					t.Fatalf("%v: the pixel at %d,%d is half clear", b, x, y)
				}
			}
		}
	}
}

func TestBadgeOf(t *testing.T) {
	totals := func(inFlight, pending, peak int) viewmodel.Totals {
		return viewmodel.Totals{InFlight: inFlight, Pending: pending, Peak: peak}
	}
	for _, c := range []struct {
		board viewmodel.Board
		want  Badge
	}{
		{viewmodel.Board{}, Badge{0, Idle, 0}},
		{viewmodel.Board{Totals: totals(1, 0, 0)}, Badge{1, busy, 0}},
		{viewmodel.Board{Totals: totals(99, 0, 0)}, Badge{99, busy, 0}},
		{viewmodel.Board{Totals: totals(100, 0, 0)}, Badge{badgeMany, busy, 0}},
		{viewmodel.Board{Totals: totals(5000, 0, 0)}, Badge{badgeMany, busy, 0}},
		{viewmodel.Board{Totals: totals(3, 2, 2)}, Badge{3, Pending, 0}},
		{viewmodel.Board{Totals: totals(3, 0, 2)}, Badge{3, afterglow, 0}},
		{viewmodel.Board{Totals: totals(0, 0, 2)}, Badge{0, afterglow, 0}},
		{viewmodel.Board{Totals: totals(3, 2, 2), Paused: true}, Badge{3, paused, 0}},
		{viewmodel.Board{Totals: totals(3, 2, 2), Paused: true, Down: true}, Badge{3, down, 0}},
	} {
		if got := badgeOf(c.board, config.TrayInFlight); got != c.want {
			t.Errorf("%+v: %v, want %v", c.board.Totals, got, c.want)
		}
	}
}
