package usage

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy/ledger"
)

// failoverList tells from which vendor to which calls went over, and how often.
type failoverList struct {
	list *fyne.Container
	card *widget.Card
}

func newFailovers() *failoverList {
	v := &failoverList{list: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	v.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(4), ui.Heading(ui.Tr("usage.failovers")), v.list))
	return v
}

func (v *failoverList) set(list []ledger.Failover) {
	for len(v.list.Objects) < len(list) {
		line := container.New(columnsLayout{[]column{{}, {width: 64}}, 26}, widget.NewText("", widget.Style{Align: fyne.TextAlignTrailing}), widget.NewRoute(widget.Style{}))
		v.list.Add(line)
	}
	v.list.Objects = v.list.Objects[:len(list)]
	for i, f := range list {
		line := v.list.Objects[i].(*fyne.Container)
		line.Objects[0].(*widget.Text).Set(viewmodel.Exact(f.Count))
		line.Objects[1].(*widget.Route).Set(f.From, f.To)
	}
	ui.SetVisible(v.card, len(list) > 0)
}

// tallLayout gives one object the whole width and a height of its own.
type tallLayout float32

// MinSize and Layout are for Fyne.
func (h tallLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, float32(h)) }

func (h tallLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
}
