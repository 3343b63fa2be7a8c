package app

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// fact is a word and what is known under it; without a value it is left out.
type fact struct{ name, value string }

// factsView shows facts in two columns.
type factsView struct {
	shown []fact
	names []*widget.Text
	texts []*widget.Name
	box   *fyne.Container
}

func newFacts() *factsView {
	v := &factsView{}
	v.box = container.New(v)
	return v
}

// set shows facts and touches only what has changed. It is true when there are more or fewer.
func (v *factsView) set(facts []fact) bool {
	facts = slices.DeleteFunc(facts, func(f fact) bool { return f.value == "" })
	resized := len(facts) != len(v.shown)
	for len(v.names) < len(facts) {
		v.names = append(v.names, widget.NewText("", ui.CaptionStyle))
		v.texts = append(v.texts, widget.NewName("", widget.Style{}))
	}
	v.shown = facts
	for i, f := range facts {
		v.names[i].Set(f.name)
		v.texts[i].Set(f.value)
	}
	if resized {
		v.box.Objects = nil
		for i := len(facts) - 1; i >= 0; i-- { // a long value unrolls over the one at its right
			v.box.Objects = append(v.box.Objects, v.names[i], v.texts[i])
		}
		v.box.Refresh()
	}
	return resized
}

// The measures of facts.
const (
	factColumns = 3
	factLine    = 18
	factHeight  = 2*factLine + 8
)

// MinSize and Layout lay out the facts.
func (v *factsView) MinSize([]fyne.CanvasObject) fyne.Size {
	lines := (len(v.shown) + factColumns - 1) / factColumns
	return fyne.NewSize(factColumns*ui.NameMin, float32(lines*factHeight-8))
}

func (v *factsView) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - (factColumns-1)*ui.ColumnGap) / factColumns
	for i := range v.shown {
		x, y := float32(i%factColumns)*(width+ui.ColumnGap), float32(i/factColumns*factHeight)
		v.names[i].Move(fyne.NewPos(x, y))
		v.names[i].Resize(fyne.NewSize(width, factLine))
		v.texts[i].Move(fyne.NewPos(x, y+factLine))
		v.texts[i].Resize(fyne.NewSize(width, factLine))
	}
}
