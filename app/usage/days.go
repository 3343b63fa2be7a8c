package usage

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy/calendar"
)

// dayChoice chooses a range of days: today, the last 7 or 30, or any.
type dayChoice struct {
	span     *widget.Segment
	from, to *widget.Field
	wrong    *widget.Text
	custom   *fyne.Container // the two fields, shown where any days are chosen
	typedIn  viewmodel.Days  // what was typed last and is right
	changed  func()
}

// spans are how many days the first texts of the span stand for; the text behind them is for any days.
var spans = [...]int{1, 7, 30}

// dayWidth has room for a day and the cross that clears it.
const dayWidth = 128

func newDays(changed func()) *dayChoice {
	v := &dayChoice{changed: changed}
	v.span = widget.NewSegment(ui.Tr("usage.today"), ui.Tr("usage.7_days"), ui.Tr("usage.30_days"), ui.Tr("usage.any_days"))
	v.span.Choose(1)
	v.span.OnChosen = v.choose
	v.wrong = widget.NewText("", widget.Style{Color: theme.ColorNameError})
	v.from = widget.NewField(ui.Tr("usage.from"), func(string) { v.typed() })
	v.to = widget.NewField(ui.Tr("usage.to"), func(string) { v.typed() })
	wide := func(f *widget.Field) fyne.CanvasObject {
		return container.New(layout.NewGridWrapLayout(fyne.NewSize(dayWidth, f.MinSize().Height)), f)
	}
	v.custom = container.New(layout.NewCustomPaddedHBoxLayout(8), wide(v.from), widget.NewText("–", widget.Style{Color: widget.ColorMuted}), wide(v.to), v.wrong)
	v.custom.Hide()
	return v
}

// choose takes another span. Any days begin with those that were shown.
func (v *dayChoice) choose(i int) {
	if i == len(spans) && v.typedIn == (viewmodel.Days{}) {
		v.typedIn = viewmodel.LastDays(calendar.Now(), spans[1])
		days := v.typedIn
		v.from.SetText(days.From)
		v.to.SetText(days.To)
	}
	ui.SetVisible(v.custom, i == len(spans))
	v.changed()
}

// typed takes days that are right; others are told, and the old ones stay.
func (v *dayChoice) typed() {
	days := viewmodel.Days{From: v.from.Text, To: v.to.Text}
	if err := days.Check(); err != nil {
		v.wrong.Set(ui.Tr("usage.wrong_days"))
		return
	}
	v.wrong.Set("")
	if days != v.typedIn {
		v.typedIn = days
		v.changed()
	}
}

// chosen are the days as they are now.
func (v *dayChoice) chosen(now time.Time) viewmodel.Days {
	if i := v.span.Chosen(); i < len(spans) {
		return viewmodel.LastDays(now, spans[i])
	}
	return v.typedIn
}
