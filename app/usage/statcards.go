package usage

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// statCard is a number with its name above and a note below.
type statCard struct {
	value *widget.Text
	note  *widget.Name
	box   fyne.CanvasObject
}

func newStatCard(label string) *statCard {
	f := &statCard{
		value: widget.NewText("", widget.Style{Bold: true, Size: ui.SizeFigure}),
		note:  widget.NewName("", ui.CaptionStyle),
	}
	f.box = container.New(layout.NewCustomPaddedVBoxLayout(2), widget.NewText(label, ui.CaptionStyle), f.value, f.note)
	return f
}

func (f *statCard) set(value, note string) {
	f.value.Set(value)
	f.note.Set(note)
}

// statCards is what a range of days came to.
type statCards struct {
	requests, tokens, cache, cost, success, took, queued, failovers *statCard
	card                                                            *widget.Card
}

func newStatCards() *statCards {
	v := &statCards{
		requests: newStatCard(ui.Tr("usage.requests")), tokens: newStatCard(ui.Tr("usage.tokens")),
		cache: newStatCard(ui.Tr("usage.cache")), cost: newStatCard(ui.Tr("usage.cost")),
		success: newStatCard(ui.Tr("usage.success")), took: newStatCard(ui.Tr("usage.took")),
		queued: newStatCard(ui.Tr("usage.queued")), failovers: newStatCard(ui.Tr("usage.failovers")),
	}
	v.card = widget.NewCard(container.New(gridLayout{4, ui.ColumnGap, 14}, v.requests.box, v.tokens.box, v.cache.box, v.cost.box,
		v.success.box, v.took.box, v.queued.box, v.failovers.box))
	return v
}

// set shows a range, and next to some of its figures today's; today is nil where it is not part of the range, or all
// of it.
func (v *statCards) set(f viewmodel.Figures, today *viewmodel.Figures) {
	note := func(text func(f viewmodel.Figures) string) string {
		if today == nil {
			return ""
		}
		return ui.TrText("usage.today_is", text(*today))
	}
	v.requests.set(viewmodel.Exact(f.Requests), note(func(f viewmodel.Figures) string { return viewmodel.Exact(f.Requests) }))
	v.tokens.set(viewmodel.Tokens(f.Tokens()), ui.Joined(ui.TrText("usage.in", viewmodel.Tokens(f.In)), ui.TrText("usage.out", viewmodel.Tokens(f.Out))))
	v.cache.set(viewmodel.Tokens(f.CacheRead), ui.TrText("usage.written", viewmodel.Tokens(f.CacheWrite)))
	cost := note(func(f viewmodel.Figures) string { return viewmodel.Amount(f.Cost) })
	if f.Cost.Unpriced > 0 {
		cost = ui.TrText("usage.unpriced", viewmodel.Exact(f.Cost.Unpriced))
	}
	v.cost.set(viewmodel.Amount(f.Cost), cost)
	left := ""
	if f.Cancelled > 0 {
		left = ui.TrText("usage.cancelled", viewmodel.Exact(f.Cancelled))
	}
	v.success.set(successText(f), ui.Joined(ui.TrText("usage.failed", viewmodel.Exact(f.Failed())), left))
	v.took.set(ui.SpanText(f.TookHalf), ui.TrText("usage.p95", ui.SpanText(f.TookMost)))
	queued := ui.Tr("usage.none_queued")
	if f.Waited > 0 {
		queued = ui.Joined(ui.TrText("usage.p95", ui.SpanText(f.WaitMost)), ui.TrExact("usage.calls", f.Waited))
	}
	v.queued.set(ui.SpanText(f.WaitMean), queued)
	v.failovers.set(viewmodel.Exact(f.Failovers), note(func(f viewmodel.Figures) string { return viewmodel.Exact(f.Failovers) }))
}

func successText(f viewmodel.Figures) string {
	share, ok := f.Success()
	if !ok {
		return ui.Unknown
	}
	return viewmodel.Percent(share)
}

// gridLayout has columns of the same width.
type gridLayout struct {
	columns   int
	gap, line float32
}

// MinSize and Layout are for Fyne.
func (g gridLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var cell fyne.Size
	for _, o := range objects {
		cell = cell.Max(o.MinSize())
	}
	rows := float32((len(objects) + g.columns - 1) / g.columns)
	return fyne.NewSize(float32(g.columns)*80+g.gap*float32(g.columns-1), rows*(cell.Height+g.line)-g.line)
}

func (g gridLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := (size.Width - g.gap*float32(g.columns-1)) / float32(g.columns)
	for i, o := range objects {
		high := o.MinSize().Height
		o.Move(fyne.NewPos(float32(i%g.columns)*(width+g.gap), float32(i/g.columns)*(high+g.line)))
		o.Resize(fyne.NewSize(width, high))
	}
}
