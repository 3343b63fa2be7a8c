package widget

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

var (
	_ fyne.Focusable     = (*chart)(nil)
	_ fyne.Tappable      = (*chart)(nil)
	_ desktop.Hoverable  = (*chart)(nil)
	_ desktop.Cursorable = (*chart)(nil)
)

// figure is what one kind of chart draws and tells.
type figure interface {
	arrange(size fyne.Size) plan
	paint(p plan, img *image.RGBA, unit float64) // unit is pixels a unit
	tell(mark int) tip                           // mark is 0 up to plan.marks
}

// chart is what a BarChart and a TimeChart have in common: a place of it can be marked, by the pointer, a
// tap or the keys, and a tip tells what is there. Its picture is one raster; marking does not redraw it.
type chart struct {
	widget.BaseWidget

	figure  figure
	plan    plan
	height  float32    // the least
	look    *chartLook // nil before it is first drawn
	marked  int        // -1 = nothing
	focused bool
	pointed bool // the focus came from the pointer, so it needs no ring until a key is pressed
}

// MouseIn, MouseMoved, MouseOut and Cursor are for Fyne.
func (c *chart) MouseIn(e *desktop.MouseEvent)    { c.mark(c.plan.at(e.Position)) }
func (c *chart) MouseMoved(e *desktop.MouseEvent) { c.mark(c.plan.at(e.Position)) }
func (c *chart) MouseOut()                        { c.mark(-1) }
func (c *chart) Cursor() desktop.Cursor           { return desktop.DefaultCursor }

// Tapped marks what is at that place.
func (c *chart) Tapped(e *fyne.PointEvent) {
	c.pointed = true
	if o := fyne.CurrentApp().Driver().CanvasForObject(c.raster()); o != nil {
		if f, ok := c.figure.(fyne.Focusable); ok {
			o.Focus(f)
		}
	}
	c.mark(c.plan.at(e.Position))
}

// TypedKey marks by keyboard: the arrows, a tenth at a time with Page Up and Page Down, Home, End, and
// Escape for nothing.
func (c *chart) TypedKey(key *fyne.KeyEvent) {
	c.pointed = false
	last := c.plan.marks - 1
	leap := max(c.plan.marks/10, 1)
	to := c.marked
	switch key.Name {
	case fyne.KeyLeft:
		to--
	case fyne.KeyRight:
		to++
	case fyne.KeyPageUp:
		to -= leap
	case fyne.KeyPageDown:
		to += leap
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyEscape:
		c.mark(-1)
		return
	default:
		return
	}
	if c.marked < 0 && to < 0 { // to the left of nothing is the newest
		to = last
	}
	c.mark(min(max(to, 0), last))
	c.touch()
}

// TypedRune is for Fyne.
func (c *chart) TypedRune(rune) {}

// FocusGained and FocusLost are for Fyne.
func (c *chart) FocusGained() {
	c.focused = true
	c.touch()
}

func (c *chart) FocusLost() {
	c.focused, c.pointed = false, false
	c.mark(-1)
	c.touch()
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (c *chart) AccessibilityLabel() string {
	if c.marked < 0 {
		return ""
	}
	return c.figure.tell(c.marked).say()
}

func (c *chart) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// mark marks a place; -1 marks nothing.
func (c *chart) mark(to int) {
	if to == c.marked {
		return
	}
	c.marked = to
	c.touch()
}

// touch shows the mark and the focus, without drawing the picture again.
func (c *chart) touch() {
	if c.look != nil {
		c.look.touch()
	}
}

// raster is the chart's picture, nil before it is first drawn.
func (c *chart) raster() fyne.CanvasObject {
	if c.look == nil {
		return nil
	}
	return c.look.raster
}

func (c *chart) measure(text string) fyne.Size {
	return fyne.MeasureText(text, textSize(c, chartText), fyne.TextStyle{})
}

// chartLook is what a chart is drawn with.
type chartLook struct {
	chart   *chart
	raster  *canvas.Raster
	texts   []*canvas.Text    // one a word of the plan; those left over are hidden
	band    *canvas.Rectangle // over what is marked
	ring    *canvas.Rectangle // the focus
	tip     *tipLook
	objects *renderer
}

// CreateRenderer is for Fyne.
func (c *chart) CreateRenderer() fyne.WidgetRenderer {
	l := &chartLook{chart: c, band: &canvas.Rectangle{}, ring: &canvas.Rectangle{StrokeWidth: 2, CornerRadius: tipRadius}, tip: newTipLook(c)}
	l.raster = canvas.NewRaster(l.draw)
	l.objects = &renderer{
		minSize: func() fyne.Size { return fyne.NewSize(chartMinWidth, c.height) },
		layout: func(size fyne.Size) {
			l.refresh()
			l.raster.Resize(size)
			box(l.ring, -ringApart, -ringApart, size.Width+2*ringApart, size.Height+2*ringApart)
		},
		refresh: l.refresh,
	}
	c.look = l
	l.refresh()
	return l.objects
}

const (
	chartMinWidth = 240
	ringApart     = 6 // from the chart, whose texts reach to its edge
)

// refresh plans the chart again and puts every text in its place.
func (l *chartLook) refresh() {
	c := l.chart
	c.plan = c.figure.arrange(c.Size())
	if c.marked >= c.plan.marks {
		c.marked = -1
	}
	for len(l.texts) < len(c.plan.words) {
		l.texts = append(l.texts, &canvas.Text{})
	}
	for i, text := range l.texts {
		setVisible(i < len(c.plan.words), text)
		if i >= len(c.plan.words) {
			continue
		}
		w := c.plan.words[i]
		text.Text = w.text
		Style{Size: chartText, Color: w.ink}.paint(text, c)
		text.Move(w.at)
		text.Resize(text.MinSize())
	}
	l.show()
}

// show shows the mark, its tip and the focus.
func (l *chartLook) show() {
	c := l.chart
	l.ring.StrokeColor = themeColor(c, theme.ColorNamePrimary)
	l.band.FillColor = themeColor(c, theme.ColorNamePressed)
	setVisible(c.focused && !c.pointed, l.ring)
	setVisible(c.marked >= 0, l.band)
	if c.marked >= 0 {
		left, right := c.plan.slot(c.marked)
		box(l.band, left, c.plan.top, max(right-left, 1), c.plan.bottom-c.plan.top)
		l.tip.set(c.figure.tell(c.marked))
	} else {
		l.tip.hide()
	}
	l.objects.objects = []fyne.CanvasObject{l.raster, l.band}
	for _, text := range l.texts {
		l.objects.objects = append(l.objects.objects, text)
	}
	l.objects.objects = append(append(l.objects.objects, l.ring), l.tip.objects()...)
}

// touch shows the mark, its tip and the focus, and repaints no more than those.
func (l *chartLook) touch() {
	l.show()
	for _, o := range append(l.tip.objects(), l.band, l.ring) {
		o.Refresh()
	}
}

func (l *chartLook) draw(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	p := l.chart.plan
	size := l.chart.Size()
	if size.Width <= 0 || p.right <= p.left || p.bottom <= p.top {
		return img
	}
	unit := float64(w) / float64(size.Width)
	plot, thin := p.box(unit), max(int(unit), 1)
	for _, v := range p.scale.ticks() {
		y := plot.Max.Y - heightOf(v, p.scale, plot.Dy())
		fillRect(img, image.Rect(plot.Min.X, y-thin, plot.Max.X, y), themeColor(l.chart, ColorTrack))
	}
	for _, s := range p.swatches {
		paintSwatch(l.chart, img, s, unit)
	}
	l.chart.figure.paint(p, img, unit)
	return img
}

// heightOf is how high a value is in a plot, in pixels. height is that of the plot.
func heightOf(v float64, s scale, height int) int {
	return int(math.Round(v / s.top() * float64(height)))
}

// lineWidth is the width of a line that tells something.
func lineWidth(unit float64) int { return max(int(math.Round(1.5*unit)), 1) }

// opaque takes the transparency from a colour.
func opaque(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = 255
	return n
}

// tint lays a colour over what is there.
func tint(img *image.RGBA, box image.Rectangle, ink color.Color, by float64) {
	draw.Draw(img, box, image.NewUniform(fade(ink, by)), image.Point{}, draw.Over)
}

// fillTop fills box with rounded, smoothed upper corners.
func fillTop(img *image.RGBA, box image.Rectangle, radius float64, ink color.Color) {
	radius = min(radius, float64(box.Dx())/2, float64(box.Dy()))
	rows := min(int(math.Ceil(radius)), box.Dy())
	whole := image.Pt(box.Dx(), box.Dy()+rows+1) // its lower corners lie below the box
	for y := range rows {
		for x := range box.Dx() {
			tint(img, image.Rect(0, 0, 1, 1).Add(box.Min).Add(image.Pt(x, y)), ink, coverage(x, y, whole, radius))
		}
	}
	fillRect(img, image.Rect(box.Min.X, box.Min.Y+rows, box.Max.X, box.Max.Y), ink)
}
