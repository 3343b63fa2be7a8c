package widget

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	gaugeHeight   = 8
	gaugeMinWidth = 64
	gaugeGap      = 2
	gaugeRadius   = 2.5

	// gaugeSegments is the most segments that can still be counted by eye. A higher limit shares them out.
	gaugeSegments = 20
)

// Gauge shows how much of a limit is taken, one segment a slot. More calls than the limit (it has been
// cut under load) make one solid bar in another colour. It is a single raster: cheap to repaint, and
// its segments fall on whole pixels at any scale.
type Gauge struct {
	widget.BaseWidget
	inFlight, limit int
}

// NewGauge makes an empty gauge.
func NewGauge() *Gauge {
	g := &Gauge{}
	g.ExtendBaseWidget(g)
	return g
}

// Set shows inFlight of limit.
func (g *Gauge) Set(inFlight, limit int) {
	if inFlight == g.inFlight && limit == g.limit {
		return
	}
	g.inFlight, g.limit = inFlight, limit
	g.Refresh()
}

// CreateRenderer is for Fyne.
func (g *Gauge) CreateRenderer() fyne.WidgetRenderer {
	bar := canvas.NewRaster(g.draw)
	return &renderer{
		objects: []fyne.CanvasObject{bar},
		minSize: func() fyne.Size { return fyne.NewSize(gaugeMinWidth, gaugeHeight) },
		layout: func(size fyne.Size) {
			bar.Resize(fyne.NewSize(size.Width, gaugeHeight))
			bar.Move(fyne.NewPos(0, float32(math.Round(float64(size.Height-gaugeHeight)/2))))
		},
		refresh: func() {},
	}
}

func (g *Gauge) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	if g.limit < 1 || h < 1 {
		return img
	}
	unit := float64(h) / gaugeHeight
	radius := gaugeRadius * unit
	if g.inFlight > g.limit {
		fillRound(img, img.Bounds(), radius, themeColor(g, ColorOver))
		return img
	}
	segments, lit := min(g.limit, gaugeSegments), g.lit()
	gap := max(int(math.Round(gaugeGap*unit)), 1)
	fill, track := themeColor(g, theme.ColorNamePrimary), themeColor(g, ColorTrack)
	for i := range segments {
		// The gaps are equal to the pixel; what is left over is spread over the segments.
		box := image.Rect(i*(w+gap)/segments, 0, (i+1)*(w+gap)/segments-gap, h)
		c := track
		if i < lit {
			c = fill
		}
		fillRound(img, box, radius, c)
	}
	return img
}

// lit is the number of segments to fill: all only when the limit is reached, one at least for any call.
func (g *Gauge) lit() int {
	if g.limit <= gaugeSegments {
		return g.inFlight
	}
	lit := g.inFlight * gaugeSegments / g.limit
	if g.inFlight > 0 {
		lit = max(lit, 1)
	}
	return lit
}

// fillRound fills box with rounded, smoothed corners.
func fillRound(img *image.RGBA, box image.Rectangle, radius float64, fill color.Color) {
	radius = min(radius, float64(box.Dx())/2, float64(box.Dy())/2)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			if cover := coverage(x-box.Min.X, y-box.Min.Y, box.Size(), radius); cover > 0 {
				img.Set(x, y, fade(fill, cover))
			}
		}
	}
}

// coverage is how much of a pixel lies in a rounded box of that size, 0 to 1.
func coverage(x, y int, size image.Point, radius float64) float64 {
	dx := radius - min(float64(x)+.5, float64(size.X-x)-.5)
	dy := radius - min(float64(y)+.5, float64(size.Y-y)-.5)
	if dx <= 0 || dy <= 0 {
		return 1
	}
	return min(max(radius-math.Hypot(dx, dy)+.5, 0), 1)
}

func fade(c color.Color, by float64) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(math.Round(float64(n.A) * by))
	return n
}
