package app

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/board"
	"afterglow/app/widget"
	"afterglow/proxy"
)

// headView is a card's first line: place in the chain, title and state from the left; at the right the
// last five minutes, and a way back to the configured limits. Below it, why the vendor is not ready.
type headView struct {
	shown   board.Head
	history board.Series

	tier   *widget.Text
	title  *widget.Name
	dot    *widget.Dot
	state  *widget.Text
	reset  *widget.Button
	span   *widget.Text // how much time the sparkline shows, or that there is nothing to show yet
	spark  *widget.Sparkline
	box    *fyne.Container
	reason *widget.Name
}

func newHead(reset func()) *headView {
	muted := widget.Style{Color: widget.ColorMuted}
	small := widget.Style{Color: widget.ColorMuted, Size: theme.SizeNameCaptionText, Align: fyne.TextAlignTrailing}
	h := &headView{
		tier:   widget.NewText("", muted),
		title:  widget.NewName("", widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText}),
		dot:    widget.NewDot(),
		state:  widget.NewText("", muted),
		reset:  widget.NewButton(widget.Quiet, theme.ContentUndoIcon(), tr("card.reset"), reset),
		span:   widget.NewText("", small),
		spark:  widget.NewSparkline(board.Buckets, theme.ColorNameWarning),
		reason: widget.NewName("", muted),
	}
	h.reset.Hide()
	h.spark.Hide()
	h.reason.Hide()
	h.box = container.New(h, h.tier, h.dot, h.state, h.reset, h.span, h.spark, h.title)
	return h
}

// set shows a vendor's head. changed tells that one of its limits is not the configured one. It is true
// when a part has come, gone or changed its size.
func (h *headView) set(c board.Card, changed bool) bool {
	resized := c.Head != h.shown || changed != h.reset.Visible()
	if c.Head != h.shown {
		h.setState(c.Head)
	}
	setVisible(h.reset, changed)
	if c.History != h.history {
		h.setHistory(c.History)
	}
	return h.setSpan(len(c.Rows) == 0) || resized
}

func (h *headView) setState(head board.Head) {
	h.shown = head
	if head.Tier > 0 {
		h.tier.Set(strconv.Itoa(head.Tier))
	}
	h.title.Set(head.Title)
	h.state.Set(stateText(head.State))
	h.reason.Set(head.Reason)
	setVisible(h.reason, head.Reason != "")
	switch head.State {
	case proxy.Ready:
		h.dot.Set(theme.ColorNameSuccess, false)
	case proxy.Out:
		h.dot.Set(theme.ColorNameError, false)
	default:
		h.dot.Set(widget.ColorMuted, true)
	}
}

func (h *headView) setHistory(s board.Series) {
	h.history = s
	bars := make([]widget.Bar, board.Buckets)
	for i, p := range s {
		bars[i] = widget.Bar{Lower: p.InFlight, Upper: p.Pending}
	}
	h.spark.Set(bars)
}

// setSpan shows the sparkline only where there is something in it. It is true when that has changed.
func (h *headView) setSpan(noModels bool) bool {
	busy := h.history.Top() > 0
	text := ""
	switch {
	case busy:
		text = tr("card.history")
	case noModels:
		text = tr("card.quiet")
	}
	if busy == h.spark.Visible() && text == h.span.Text() {
		return false
	}
	setVisible(h.spark, busy)
	h.span.Set(text)
	return true
}

// The head's measures.
const (
	headHeight = 28
	headGap    = 8
	headMin    = 440
	headWide   = 540 // from this width on the sparkline has sparkWide: two pixels a bar and one between
	sparkWide  = 3*board.Buckets - 1
	opticDrop  = 1 // a dot or bar looks centred a little below the middle of its line of text
)

// MinSize and Layout lay out the head's box.
func (h *headView) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(headMin, headHeight) }

func (h *headView) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	right := size.Width
	for _, o := range []fyne.CanvasObject{h.spark, h.span, h.reset} {
		if o.Visible() {
			width := o.MinSize().Width
			if o == h.spark && size.Width >= headWide {
				width = sparkWide
			}
			right -= width
			put(o, right, width, size.Height)
			right -= headGap
		}
	}
	x := float32(0)
	if h.shown.Tier > 0 {
		x = h.tier.MinSize().Width
		put(h.tier, 0, x, size.Height)
		x += headGap
	}
	dot, state := h.dot.MinSize().Width, h.state.MinSize().Width
	title := min(h.title.FullWidth(), max(right-x-3*headGap-dot-state, 0))
	put(h.title, x, title, size.Height)
	x += title + 2*headGap
	put(h.dot, x, dot, size.Height+2*opticDrop)
	put(h.state, x+dot+headGap, state, size.Height)
}

// put places o at x, centred in a line of that height.
func put(o fyne.CanvasObject, x, width, height float32) {
	least := o.MinSize().Height
	o.Move(fyne.NewPos(x, (height-least)/2))
	o.Resize(fyne.NewSize(width, least))
}
