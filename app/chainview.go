package app

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// chainView is the chain as rows that are put in order by their grips.
type chainView struct {
	changed func(tiers [][]string)     // the user has put them in another order
	resized func()                     // called when there are others, or they stand elsewhere
	row     func(name string) chainRow // that of a vendor: the same one each time

	tiers   [][]string
	dragged bool // a tier is under the pointer
	moved   bool // and it has moved
	boxes   []fyne.CanvasObject
	box     *fyne.Container
}

// chainRow is a vendor's row in the chain.
type chainRow struct {
	place *widget.Text // its number
	grip  *widget.Grip
	box   fyne.CanvasObject
}

func newChainView() *chainView {
	return &chainView{box: container.New(layout.NewCustomPaddedVBoxLayout(0))}
}

// newChainRow makes a row with content beside its number. Its grip stands in the margin at the left.
func (c *chainView) newRow(name string, content fyne.CanvasObject) chainRow {
	r := chainRow{place: widget.NewText("", ui.CaptionStyle), grip: widget.NewGrip()}
	r.grip.OnDrag = func(y float32) { c.drag(name, y) }
	r.grip.OnDrop = c.drop
	r.grip.OnStep = func(by int) { c.step(name, by, r.grip) }
	r.box = container.New(gripLayout{}, r.grip, r.place, content)
	return r
}

// set shows a chain, unless the user has a row of the old one in hand.
func (c *chainView) set(tiers [][]string) {
	if c.dragged {
		return
	}
	c.tiers, c.boxes = slices.Clone(tiers), nil
	for _, tier := range tiers {
		rows := make([]fyne.CanvasObject, 0, len(tier))
		for _, name := range tier {
			rows = append(rows, c.row(name).box)
		}
		box := rows[0]
		if len(rows) > 1 {
			pool := container.New(layout.NewCustomPaddedLayout(6, 0, placeWidth, 0), widget.NewText(ui.Tr("card.pool"), ui.CaptionStyle))
			box = container.New(layout.NewCustomPaddedVBoxLayout(0), append([]fyne.CanvasObject{pool}, rows...)...)
		}
		c.boxes = append(c.boxes, box)
	}
	c.arrange()
}

// arrange puts the boxes in the order of the tiers, with a line between two.
func (c *chainView) arrange() {
	c.box.Objects = nil
	for i, box := range c.boxes {
		if i > 0 {
			c.box.Objects = append(c.box.Objects, fynewidget.NewSeparator())
		}
		c.box.Objects = append(c.box.Objects, box)
		for _, name := range c.tiers[i] {
			c.row(name).place.Set(strconv.Itoa(i + 1))
		}
	}
	c.resized()
}

func (c *chainView) at(name string) int {
	return slices.IndexFunc(c.tiers, func(tier []string) bool { return slices.Contains(tier, name) })
}

// drag moves the tier of a vendor to where the pointer is, on the screen alone.
func (c *chainView) drag(name string, y float32) {
	from := c.at(name)
	if from < 0 {
		return
	}
	c.dragged = true
	c.move(from, dragged(c.boxes, from, y))
}

// dragged is the place that a box has come to which was dragged from its own to where the pointer is. They stand one below
// the other.
func dragged(boxes []fyne.CanvasObject, from int, y float32) (to int) {
	driver := fyne.CurrentApp().Driver()
	to = from
	for i, box := range boxes {
		middle := driver.AbsolutePositionForObject(box).Y + box.Size().Height/2
		if i < from && y < middle {
			return i
		}
		if i > from && y > middle {
			to = i
		}
	}
	return to
}

// drop tells of the order that was dragged.
func (c *chainView) drop() {
	moved := c.moved
	c.dragged, c.moved = false, false
	if moved {
		c.changed(slices.Clone(c.tiers))
	}
}

// step moves the tier of a vendor by one place.
func (c *chainView) step(name string, by int, grip fyne.CanvasObject) {
	from := c.at(name)
	if to := from + by; from >= 0 && to >= 0 && to < len(c.tiers) {
		c.move(from, to)
		c.moved = false
		c.changed(slices.Clone(c.tiers))
		widget.Reveal(grip)
	}
}

func (c *chainView) move(from, to int) {
	if from == to {
		return
	}
	tier, box := c.tiers[from], c.boxes[from]
	c.tiers = slices.Insert(slices.Delete(c.tiers, from, from+1), to, tier)
	c.boxes = slices.Insert(slices.Delete(c.boxes, from, from+1), to, box)
	c.moved = true
	c.arrange()
}

// gripLayout lays out a row: grip in the margin, number, and what is left for the content.
type gripLayout struct{}

// placeWidth is the room of a row's number.
const placeWidth = 20

func (gripLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[2].MinSize()
	return fyne.NewSize(least.Width+placeWidth, least.Height)
}

func (gripLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	grip := o[0].MinSize()
	ui.PutInLine(o[0], -grip.Width, grip.Width, size.Height)
	ui.PutInLine(o[1], 0, placeWidth, size.Height)
	o[2].Move(fyne.NewPos(placeWidth, 0))
	o[2].Resize(fyne.NewSize(size.Width-placeWidth, size.Height))
}
