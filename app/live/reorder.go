package live

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// groupGap is the room between the cards of a pool.
const groupGap = 6

// tierView is what stands in one place of the chain: a card, or the cards of a pool with an edge around
// them.
type tierView struct {
	vendors []string
	box     fyne.CanvasObject
}

// tiersOf gathers the vendors of cards tier by tier.
func tiersOf(cards []viewmodel.Card) [][]string {
	var tiers [][]string
	for i, c := range cards {
		if last := len(tiers) - 1; c.Pool > 0 && i > 0 && cards[i-1].Pool == c.Pool {
			tiers[last] = append(tiers[last], c.Vendor)
			continue
		}
		tiers = append(tiers, []string{c.Vendor})
	}
	return tiers
}

// newTier puts cards in one place.
func newTier(vendors []string, cards []fyne.CanvasObject) tierView {
	if len(cards) == 1 {
		return tierView{vendors, cards[0]}
	}
	return tierView{vendors, widget.NewGroup(ui.Tr("card.pool"), container.New(layout.NewCustomPaddedVBoxLayout(groupGap), cards...))}
}

// drag moves the tier of a vendor to where the pointer is, on the screen alone.
func (p *Page) drag(vendor string, y float32) {
	from := p.tierAt(vendor)
	if from < 0 {
		return
	}
	boxes := make([]fyne.CanvasObject, 0, len(p.tiers))
	for _, t := range p.tiers {
		boxes = append(boxes, t.box)
	}
	p.dragged = true
	p.move(from, parts.PlaceDraggedTo(boxes, from, y))
}

// step moves the tier of a vendor by one place and sets that order.
func (p *Page) step(vendor string, by int, grip fyne.CanvasObject) {
	from := p.tierAt(vendor)
	if to := from + by; from >= 0 && to >= 0 && to < len(p.movable()) {
		p.move(from, to)
		p.setOrder()
		widget.Reveal(grip)
	}
}

// drop sets the order that was dragged.
func (p *Page) drop() {
	p.dragged = false
	p.setOrder()
}

// movable are the tiers that are in the chain. Cards of vendors that are leaving it stand after them.
func (p *Page) movable() []tierView {
	for i, t := range p.tiers {
		if c := p.cards[t.vendors[0]]; c != nil && c.head.shown.Tier == 0 {
			return p.tiers[:i]
		}
	}
	return p.tiers
}

func (p *Page) tierAt(vendor string) int {
	return slices.IndexFunc(p.movable(), func(t tierView) bool { return slices.Contains(t.vendors, vendor) })
}

// move shows the tiers in another order.
func (p *Page) move(from, to int) {
	if from == to || to >= len(p.movable()) {
		return
	}
	moved := p.tiers[from]
	p.tiers = slices.Insert(slices.Delete(p.tiers, from, from+1), to, moved)
	p.list.Objects = nil
	for _, t := range p.tiers {
		p.list.Objects = append(p.list.Objects, t.box)
	}
	p.stale = true
	p.tidy()
}

// setOrder sets the order that is shown. If it is refused, the next board brings the old one back.
func (p *Page) setOrder() {
	var order [][]string
	for _, t := range p.movable() {
		order = append(order, t.vendors)
	}
	p.work.Do(func() error { return p.svc.SetOrder(order) }, func(err error) {
		p.report(err, "notice.no_order")
		if err != nil {
			p.order = nil
		}
	})
}
