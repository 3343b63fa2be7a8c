package parts

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

// ChainView is the chain as rows that are put in order by their grips.
type ChainView struct {
	Changed func(tiers [][]string)     // the user has put them in another order
	Resized func()                     // called when there are others, or they stand elsewhere
	Row     func(name string) ChainRow // that of a vendor: the same one each time

	Tiers   [][]string
	Dragged bool // a tier is under the pointer
	moved   bool // and it has moved
	boxes   []fyne.CanvasObject
	Box     *fyne.Container
}

// ChainRow is a vendor's row in the chain.
type ChainRow struct {
	Place *widget.Text // its number
	Grip  *widget.Grip
	box   fyne.CanvasObject
}

// NewChainView makes a view without any row. Changed, Resized and Row must be set before Set.
func NewChainView() *ChainView {
	return &ChainView{Box: container.New(layout.NewCustomPaddedVBoxLayout(0))}
}

// newChainRow makes a row with content next to its number. Its grip stands in the margin at the left.
func (c *ChainView) NewRow(name string, content fyne.CanvasObject) ChainRow {
	r := ChainRow{Place: widget.NewText("", ui.CaptionStyle), Grip: widget.NewGrip()}
	r.Grip.OnDrag = func(y float32) { c.drag(name, y) }
	r.Grip.OnDrop = c.drop
	r.Grip.OnStep = func(by int) { c.step(name, by, r.Grip) }
	r.box = container.New(gripLayout{}, r.Grip, r.Place, content)
	return r
}

// Set shows a chain, unless the user has a row of the old one in hand.
func (c *ChainView) Set(tiers [][]string) {
	if c.Dragged {
		return
	}
	c.Tiers, c.boxes = slices.Clone(tiers), nil
	for _, tier := range tiers {
		rows := make([]fyne.CanvasObject, 0, len(tier))
		for _, name := range tier {
			rows = append(rows, c.Row(name).box)
		}
		box := rows[0]
		if len(rows) > 1 {
			pool := container.New(layout.NewCustomPaddedLayout(6, 0, PlaceWidth, 0), widget.NewText(ui.Tr("card.pool"), ui.CaptionStyle))
			box = container.New(layout.NewCustomPaddedVBoxLayout(0), append([]fyne.CanvasObject{pool}, rows...)...)
		}
		c.boxes = append(c.boxes, box)
	}
	c.arrange()
}

// arrange puts the boxes in the order of the tiers, with a line between two.
func (c *ChainView) arrange() {
	c.Box.Objects = nil
	for i, box := range c.boxes {
		if i > 0 {
			c.Box.Objects = append(c.Box.Objects, fynewidget.NewSeparator())
		}
		c.Box.Objects = append(c.Box.Objects, box)
		for _, name := range c.Tiers[i] {
			c.Row(name).Place.Set(strconv.Itoa(i + 1))
		}
	}
	c.Resized()
}

// At is the place of a vendor in the chain, from 0; -1 if it is not in it.
func (c *ChainView) At(name string) int {
	return slices.IndexFunc(c.Tiers, func(tier []string) bool { return slices.Contains(tier, name) })
}

// drag moves the tier of a vendor to where the pointer is, on the screen alone.
func (c *ChainView) drag(name string, y float32) {
	from := c.At(name)
	if from < 0 {
		return
	}
	c.Dragged = true
	c.move(from, PlaceDraggedTo(c.boxes, from, y))
}

// PlaceDraggedTo is the place that a box has come to which was dragged from its own to where the pointer is. They stand one below
// the other.
func PlaceDraggedTo(boxes []fyne.CanvasObject, from int, y float32) (to int) {
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
func (c *ChainView) drop() {
	moved := c.moved
	c.Dragged, c.moved = false, false
	if moved {
		c.Changed(slices.Clone(c.Tiers))
	}
}

// step moves the tier of a vendor by one place.
func (c *ChainView) step(name string, by int, grip fyne.CanvasObject) {
	from := c.At(name)
	if to := from + by; from >= 0 && to >= 0 && to < len(c.Tiers) {
		c.move(from, to)
		c.moved = false
		c.Changed(slices.Clone(c.Tiers))
		widget.Reveal(grip)
	}
}

func (c *ChainView) move(from, to int) {
	if from == to {
		return
	}
	tier, box := c.Tiers[from], c.boxes[from]
	c.Tiers = slices.Insert(slices.Delete(c.Tiers, from, from+1), to, tier)
	c.boxes = slices.Insert(slices.Delete(c.boxes, from, from+1), to, box)
	c.moved = true
	c.arrange()
}

// gripLayout lays out a row: grip in the margin, number, and what is left for the content.
type gripLayout struct{}

// PlaceWidth is the room of a row's number.
const PlaceWidth = 20

func (gripLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[2].MinSize()
	return fyne.NewSize(least.Width+PlaceWidth, least.Height)
}

func (gripLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	grip := o[0].MinSize()
	ui.PutInLine(o[0], -grip.Width, grip.Width, size.Height)
	ui.PutInLine(o[1], 0, PlaceWidth, size.Height)
	o[2].Move(fyne.NewPos(PlaceWidth, 0))
	o[2].Resize(fyne.NewSize(size.Width-PlaceWidth, size.Height))
}
