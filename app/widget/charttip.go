package widget

import (
	"image"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

const (
	tipInset  = 10
	tipRow    = 16
	tipRadius = 6
	tipApart  = 8 // from what is marked
)

// tip is what is told of a marked place.
type tip struct {
	head, sum string // the sum may be ""
	lines     []tipLine
}

type tipLine struct {
	entry
	value string
}

// say is the tip in words.
func (t tip) say() string {
	parts := []string{strings.TrimSpace(t.head + " " + t.sum)}
	for _, l := range t.lines {
		parts = append(parts, l.name+" "+l.value)
	}
	return strings.Join(parts, ", ")
}

// tipLook draws a tip.
type tipLook struct {
	chart *chart
	back  *canvas.Raster
	texts []*canvas.Text // two a row, the head first
	shown tip
}

func newTipLook(c *chart) *tipLook {
	t := &tipLook{chart: c}
	t.back = canvas.NewRaster(t.draw)
	t.back.Hide()
	return t
}

// set shows a tip beside what is marked, as far as the chart has room.
func (t *tipLook) set(content tip) {
	t.shown = content
	rows := [][2]string{{content.head, content.sum}}
	for _, l := range content.lines {
		rows = append(rows, [2]string{l.name, l.value})
	}
	for len(t.texts) < 2*len(rows) {
		t.texts = append(t.texts, &canvas.Text{})
	}
	var names, values float32
	for i, row := range rows {
		name, value := t.texts[2*i], t.texts[2*i+1]
		name.Text, value.Text = row[0], row[1]
		Style{Size: chartText, Bold: i == 0}.paint(name, t.chart)
		Style{Size: chartText, Bold: true}.paint(value, t.chart)
		if i > 0 {
			name.Color = themeColor(t.chart, ColorMuted)
		}
		names = max(names, ceil(name.MinSize().Width)+t.indent(i))
		values = max(values, ceil(value.MinSize().Width))
	}
	if values > 0 {
		values += legendGap
	}
	t.place(len(rows), names, values)
}

// place puts the box beside the mark, and the texts into it.
func (t *tipLook) place(rows int, names, values float32) {
	size := fyne.NewSize(2*tipInset+names+values, 2*tipInset+tipRow*float32(rows)-4)
	p := t.chart.plan
	left, right := p.slot(t.chart.marked)
	x := right + tipApart
	if x+size.Width > t.chart.Size().Width {
		x = max(left-tipApart-size.Width, 0)
	}
	at := fyne.NewPos(round(x), round(min(p.top, max(t.chart.Size().Height-size.Height, 0))))
	box(t.back, at.X, at.Y, size.Width, size.Height)
	t.back.Show()
	for i, text := range t.texts {
		row := i / 2
		setVisible(row < rows, text)
		line := text.MinSize()
		x := at.X + tipInset + t.indent(row)
		if i%2 == 1 {
			x = at.X + size.Width - tipInset - ceil(line.Width)
		}
		box(text, x, at.Y+tipInset-2+float32(row)*tipRow+round((tipRow-line.Height)/2), line.Width, line.Height)
	}
}

// indent is the room for a row's swatch.
func (t *tipLook) indent(row int) float32 {
	if row == 0 {
		return 0
	}
	return swatchSize + chartGap
}

func (t *tipLook) hide() {
	t.back.Hide()
	for _, text := range t.texts {
		text.Hide()
	}
}

func (t *tipLook) objects() []fyne.CanvasObject {
	all := []fyne.CanvasObject{t.back}
	for _, text := range t.texts {
		all = append(all, text)
	}
	return all
}

func (t *tipLook) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	unit := float64(w) / float64(t.back.Size().Width)
	edge := max(pixels(1, unit), 1)
	fillRound(img, img.Bounds(), tipRadius*unit, themeColor(t.chart, ColorGlowBorder))
	fillRound(img, img.Bounds().Inset(edge), (tipRadius-1)*unit, opaque(themeColor(t.chart, theme.ColorNameBackground)))
	for i, l := range t.shown.lines {
		y := tipInset - 2 + tipRow*float32(i+1) + (tipRow-swatchSize)/2
		paintSwatch(t.chart, img, swatch{fyne.NewPos(tipInset, y), l.ink, l.line}, unit)
	}
	return img
}

// paintSwatch draws the sign of a series.
func paintSwatch(w themed, img *image.RGBA, s swatch, unit float64) {
	x, y, size := pixels(s.at.X, unit), pixels(s.at.Y, unit), pixels(swatchSize, unit)
	ink := themeColor(w, s.ink)
	if !s.line {
		fillRound(img, image.Rect(x, y, x+size, y+size), 2*unit, ink)
		return
	}
	thick := lineWidth(unit)
	fillRect(img, image.Rect(x, y+(size-thick)/2, x+size, y+(size-thick)/2+thick), ink)
}
