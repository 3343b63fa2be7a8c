package activity

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// callView draws one viewmodel.CallRow in two lines.
type callView struct {
	row    viewmodel.CallRow
	dot    *widget.Dot
	word   *widget.Text // how it stands
	begin  *widget.Text // when it came, and the status
	route  *widget.Route
	who    *widget.Route
	tokens *widget.Text
	waits  *widget.Text // queued and first in one
	queued *widget.Text // these three only where there is room for them
	first  *widget.Text
	cached *widget.Text
	took   *widget.Text
	cost   *widget.Text
	box    *fyne.Container
}

// newCallView makes a view that shows nothing yet.
func newCallView() *callView {
	v := &callView{
		dot:    widget.NewDot(),
		word:   widget.NewText("", widget.Style{}),
		begin:  widget.NewText("", ui.CaptionStyle),
		route:  widget.NewRoute(widget.Style{}),
		who:    widget.NewRoute(ui.CaptionStyle),
		tokens: widget.NewText("", widget.Style{Align: fyne.TextAlignTrailing}),
		waits:  widget.NewText("", ui.TrailingCaption),
		queued: widget.NewText("", ui.TrailingCaption),
		first:  widget.NewText("", ui.TrailingCaption),
		cached: widget.NewText("", ui.TrailingCaption),
		took:   widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		cost:   widget.NewText("", ui.TrailingCaption),
	}
	v.box = container.New(v, v.dot, v.word, v.begin, v.route, v.who, v.tokens, v.waits, v.queued, v.first, v.cached, v.took, v.cost)
	return v
}

// set shows r and touches only what has changed.
func (v *callView) set(r viewmodel.CallRow) {
	if r == v.row {
		return
	}
	v.row = r
	now := parts.StandingOf(r)
	v.dot.Set(now.Dot, now.Ring)
	v.word.Set(now.Word)
	v.word.SetColor(now.Ink)
	begin := r.Started.Format("15:04:05")
	if r.Status > 0 {
		begin += " · " + strconv.Itoa(r.Status)
	}
	v.begin.Set(begin)
	v.route.Set(r.Model, r.Served())
	v.who.Set(parts.WhoText(r), "")
	v.tokens.Set(tokensText(r))
	v.queued.Set(queuedText(r))
	v.first.Set(firstText(r))
	v.waits.Set(ui.Joined(v.queued.Text(), v.first.Text()))
	v.cached.Set(cachedText(r))
	v.took.Set(ui.TrTook(r.Took))
	v.cost.Set(r.Cost.String())
}

// The measures of a call's row.
const (
	callHeight = 48
	callTop    = 6 // above the first line
	callWaits  = 152
	callOne    = 88
	callWide   = 820 // from this width on each wait has a column of its own
)

// MinSize and Layout lay out the row.
func (v *callView) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(parts.CallStanding+ui.NameMin+callWaits+parts.CallTook+3*ui.ColumnGap, callHeight)
}

func (v *callView) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	line := func(o fyne.CanvasObject, n int, x, width float32) {
		o.Move(fyne.NewPos(x, callTop+float32(n)*parts.CallLine))
		o.Resize(fyne.NewSize(width, parts.CallLine))
	}
	line(v.dot, 0, 0, 8)
	line(v.word, 0, parts.CallDot, parts.CallStanding-parts.CallDot)
	line(v.begin, 1, parts.CallDot, parts.CallStanding-parts.CallDot)
	right := size.Width - parts.CallTook
	line(v.took, 0, right, parts.CallTook)
	line(v.cost, 1, right, parts.CallTook)
	right -= ui.ColumnGap + callWaits
	line(v.tokens, 0, right, callWaits)
	wide := size.Width >= callWide
	for _, o := range []fyne.CanvasObject{v.queued, v.first, v.cached} {
		ui.SetVisible(o, wide)
	}
	ui.SetVisible(v.waits, !wide)
	line(v.waits, 1, right, callWaits)
	if wide {
		line(v.cached, 1, right, callWaits)
		right -= ui.ColumnGap + callOne
		line(v.first, 0, right, callOne)
		right -= ui.ColumnGap + callOne
		line(v.queued, 0, right, callOne)
	}
	x := float32(parts.CallStanding + ui.ColumnGap)
	line(v.route, 0, x, right-ui.ColumnGap-x)
	line(v.who, 1, x, right-ui.ColumnGap-x)
}

// tokensText is "12.3k in · 840 out", or "" while nothing is known.
func tokensText(r viewmodel.CallRow) string {
	if r.Input == 0 && r.Output == 0 {
		return ""
	}
	return ui.TrText("call.in", viewmodel.Tokens(r.Input)) + " · " + ui.TrText("call.out", viewmodel.Tokens(r.Output))
}

// queuedText is how long a call waited for its slot, firstText for its first event, and cachedText how much of its
// input the cache served; "" where there is nothing to say.
func queuedText(r viewmodel.CallRow) string {
	if r.Queued == 0 {
		return ""
	}
	return ui.TrText("call.waited", ui.TrTook(r.Queued))
}

func firstText(r viewmodel.CallRow) string {
	if r.First == 0 {
		return ""
	}
	return ui.TrText("call.first", ui.TrTook(r.First))
}

func cachedText(r viewmodel.CallRow) string {
	if r.Cached == 0 {
		return ""
	}
	return ui.TrText("call.cached", viewmodel.Tokens(r.Cached))
}
