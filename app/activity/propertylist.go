package activity

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// property is a word and what is known under it; without a value it is left out.
type property struct{ name, value string }

// propertyList shows facts in two columns.
type propertyList struct {
	shown []property
	names []*widget.Text
	texts []*widget.Name
	box   *fyne.Container
}

func newPropertyList() *propertyList {
	v := &propertyList{}
	v.box = container.New(v)
	return v
}

// set shows facts and touches only what has changed. It is true when there are more or fewer.
func (v *propertyList) set(facts []property) bool {
	facts = slices.DeleteFunc(facts, func(f property) bool { return f.value == "" })
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
	propertyColumns = 3
	propertyLine    = 18
	propertyHeight  = 2*propertyLine + 8
)

// MinSize and Layout lay out the facts.
func (v *propertyList) MinSize([]fyne.CanvasObject) fyne.Size {
	lines := (len(v.shown) + propertyColumns - 1) / propertyColumns
	return fyne.NewSize(propertyColumns*ui.NameMin, float32(lines*propertyHeight-8))
}

func (v *propertyList) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - (propertyColumns-1)*ui.ColumnGap) / propertyColumns
	for i := range v.shown {
		x, y := float32(i%propertyColumns)*(width+ui.ColumnGap), float32(i/propertyColumns*propertyHeight)
		v.names[i].Move(fyne.NewPos(x, y))
		v.names[i].Resize(fyne.NewSize(width, propertyLine))
		v.texts[i].Move(fyne.NewPos(x, y+propertyLine))
		v.texts[i].Resize(fyne.NewSize(width, propertyLine))
	}
}
