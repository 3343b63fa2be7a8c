package widget

import (
	"image"
	"image/color"
	"image/draw"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	sparkHeight = 24
	sparkPitch  = 2 // the least units from bar to bar, one of them the gap

	// sparkFloor keeps a single call from looking like a full house.
	sparkFloor = 4
)

// Bar is one moment of a Sparkline.
type Bar struct{ Lower, Upper int }

// Sparkline is a small history: bars of two parts, one on top of the other, the newest at the right.
// Its height stands for the highest bar.
type Sparkline struct {
	widget.BaseWidget
	lower, upper fyne.ThemeColorName
	bars         []Bar
}

// NewSparkline makes a sparkline for n bars: Lower in the primary colour, Upper in upper.
func NewSparkline(n int, upper fyne.ThemeColorName) *Sparkline {
	s := &Sparkline{lower: theme.ColorNamePrimary, upper: upper, bars: make([]Bar, n)}
	s.ExtendBaseWidget(s)
	return s
}

// Set shows bars, oldest first, and keeps none of the slice.
func (s *Sparkline) Set(bars []Bar) {
	if slices.Equal(bars, s.bars) {
		return
	}
	s.bars = append(s.bars[:0], bars...)
	s.Refresh()
}

// CreateRenderer is for Fyne.
func (s *Sparkline) CreateRenderer() fyne.WidgetRenderer {
	chart := canvas.NewRaster(s.draw)
	return &renderer{
		objects: []fyne.CanvasObject{chart},
		minSize: func() fyne.Size { return fyne.NewSize(float32(len(s.bars)*sparkPitch-1), sparkHeight) },
		layout:  chart.Resize,
		refresh: func() {},
	}
}

func (s *Sparkline) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	n := len(s.bars)
	if n == 0 || w < n {
		return img
	}
	top := sparkFloor
	for _, b := range s.bars {
		top = max(top, b.Lower+b.Upper)
	}
	gap := max(w/n/3, 1)
	base := max(h/sparkHeight, 1)
	lower, upper := themeColor(s, s.lower), themeColor(s, s.upper)
	fillRect(img, image.Rect(0, h-base, w, h), themeColor(s, ColorTrack))
	for i, b := range s.bars {
		left, right := i*(w+gap)/n, (i+1)*(w+gap)/n-gap
		mid := h - barHeight(b.Lower, top, h, base)
		fillRect(img, image.Rect(left, mid, right, h), lower)
		fillRect(img, image.Rect(left, mid-barHeight(b.Upper, top, h, base), right, mid), upper)
	}
	return img
}

// barHeight is value's height in pixels, at least the base line's for any value but 0.
func barHeight(value, top, h, base int) int {
	if value == 0 {
		return 0
	}
	return max(value*h/top, base)
}

func fillRect(img *image.RGBA, box image.Rectangle, fill color.Color) {
	draw.Draw(img, box, image.NewUniform(fill), image.Point{}, draw.Src)
}
