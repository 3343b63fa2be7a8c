// Package widget holds what the window is drawn with: text, gauge, pill, limit slider, sparkline, charts, card,
// notice and buttons. They draw and call back, and decide nothing. Every one takes its colours from the
// theme each time it is refreshed, so that light and dark can change while the window is open. Like all
// of Fyne they belong to the UI's goroutine.
package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// The colours that a theme must have beside Fyne's own.
const (
	ColorMuted      fyne.ThemeColorName = "muted"      // text that explains
	ColorTrack      fyne.ThemeColorName = "track"      // what a gauge, slider or sparkline does not fill
	ColorOver       fyne.ThemeColorName = "over"       // a gauge with more calls than its limit
	ColorCard       fyne.ThemeColorName = "card"       // the inside of a card
	ColorCardBorder fyne.ThemeColorName = "cardBorder" // and its edge
	ColorVeil       fyne.ThemeColorName = "veil"       // over the window, behind a dialog
	ColorCode       fyne.ThemeColorName = "code"       // behind a command to copy
	ColorThumb      fyne.ThemeColorName = "thumb"      // a slider's thumb
	ColorThumbEdge  fyne.ThemeColorName = "thumbEdge"  // its edge, and the track up to it

	ColorPending       fyne.ThemeColorName = "pending" // the pill of a queue
	ColorPendingBorder fyne.ThemeColorName = "pendingBorder"
	ColorPendingText   fyne.ThemeColorName = "pendingText"

	ColorGlow       fyne.ThemeColorName = "glow" // the pill of an afterglow
	ColorGlowBorder fyne.ThemeColorName = "glowBorder"
	ColorGlowText   fyne.ThemeColorName = "glowText"

	ColorProblem       fyne.ThemeColorName = "problem" // a notice of something wrong
	ColorProblemBorder fyne.ThemeColorName = "problemBorder"
	ColorProblemText   fyne.ThemeColorName = "problemText"

	ColorSeries1 fyne.ThemeColorName = "series1" // the series of a bar chart
	ColorSeries2 fyne.ThemeColorName = "series2"
	ColorSeries3 fyne.ThemeColorName = "series3"
	ColorSeries4 fyne.ThemeColorName = "series4"
	ColorSeries5 fyne.ThemeColorName = "series5"
	ColorSeries6 fyne.ThemeColorName = "series6"
	ColorSeries7 fyne.ThemeColorName = "series7" // grey: what is left over
)

// themed is any widget with a [fyne.io/fyne/v2/widget.BaseWidget].
type themed interface{ Theme() fyne.Theme }

func themeColor(w themed, name fyne.ThemeColorName) color.Color {
	return w.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

func textSize(w themed, name fyne.ThemeSizeName) float32 {
	if name == "" {
		name = theme.SizeNameText
	}
	return w.Theme().Size(name)
}

// renderer is a fyne.WidgetRenderer made of functions, so that a widget's file holds its drawing and
// nothing else.
type renderer struct {
	objects []fyne.CanvasObject
	minSize func() fyne.Size
	layout  func(fyne.Size)
	refresh func() // sets what depends on the state and on the theme
}

func (r *renderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *renderer) MinSize() fyne.Size           { return r.minSize() }
func (r *renderer) Layout(size fyne.Size)        { r.layout(size) }
func (r *renderer) Destroy()                     {}

// Refresh redraws what is to be seen. A picture is left alone: whoever changes it refreshes it, because
// that means to read its SVG again.
func (r *renderer) Refresh() {
	r.refresh()
	for _, o := range r.objects {
		if _, picture := o.(*canvas.Image); o.Visible() && !picture {
			o.Refresh()
		}
	}
}

// mark is a small SVG in a colour of the theme.
type mark struct {
	*canvas.Image
	icon fyne.Resource
	ink  color.Color
}

func newMark() *mark { return &mark{Image: &canvas.Image{FillMode: canvas.ImageFillContain}} }

// paint shows an icon in a colour.
func (m *mark) paint(w themed, icon fyne.Resource, ink fyne.ThemeColorName) {
	c := themeColor(w, ink)
	if icon == m.icon && c == m.ink {
		return
	}
	m.icon, m.ink = icon, c
	m.Image.Resource = theme.NewColoredResource(icon, ink)
	m.Image.Refresh()
}
