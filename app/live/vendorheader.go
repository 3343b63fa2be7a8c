package live

import (
	"cmp"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// vendorHeader is a card's first line: place in the chain, title and state from the left; at the right the
// last five minutes, and a way back to the configured limits. Below it, why the vendor is not ready.
type vendorHeader struct {
	shown   viewmodel.Head
	history viewmodel.Series

	grip   *widget.Grip
	tier   *widget.Text
	title  *widget.Name
	dot    *widget.Dot
	state  *widget.Text
	quotas [2]*widget.Text
	reset  *widget.Button // of its limits
	span   *widget.Text   // how much time the sparkline shows, or that there is nothing to show yet
	spark  *widget.Sparkline
	box    *fyne.Container
	reason *widget.Name
	again  *widget.Button // lets calls through again
	why    *fyne.Container
}

// headerActions are what the user can do with a card.
type headerActions struct {
	resetLimits, reset, drop func()
	drag                     func(y float32)
	step                     func(by int)
}

func newVendorHeader(do headerActions) *vendorHeader {
	muted := widget.Style{Color: widget.ColorMuted}
	h := &vendorHeader{
		tier:   widget.NewText("", muted),
		title:  widget.NewName("", widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText}),
		dot:    widget.NewDot(),
		state:  widget.NewText("", muted),
		reset:  widget.NewButton(widget.Quiet, theme.ContentUndoIcon(), ui.Tr("card.reset"), do.resetLimits),
		span:   widget.NewText("", ui.TrailingCaption),
		spark:  widget.NewSparkline(viewmodel.Buckets, theme.ColorNameWarning),
		reason: widget.NewName("", muted),
		again:  widget.NewButton(widget.Quiet, theme.ViewRefreshIcon(), ui.Tr("card.again"), do.reset),
		grip:   widget.NewGrip(),
	}
	h.grip.OnDrag, h.grip.OnDrop, h.grip.OnStep = do.drag, do.drop, do.step
	for i := range h.quotas {
		h.quotas[i] = widget.NewText("", ui.TrailingCaption)
		h.quotas[i].Hide()
	}
	h.reset.Hide()
	h.spark.Hide()
	h.why = container.NewBorder(nil, nil, nil, h.again, h.reason)
	h.why.Hide()
	h.box = container.New(h, h.grip, h.tier, h.dot, h.state, h.quotas[0], h.quotas[1], h.reset, h.span, h.spark, h.title)
	return h
}

// set shows a vendor's head. changed tells that one of its limits is not the configured one. It is true
// when a part has come, gone or changed its size.
func (h *vendorHeader) set(c viewmodel.Card, changed bool) bool {
	resized := c.Head != h.shown || changed != h.reset.Visible()
	if c.Head != h.shown {
		h.setState(c.Head)
	}
	ui.SetVisible(h.reset, changed)
	if c.History != h.history {
		h.setHistory(c.History)
	}
	return h.setSpan(len(c.Rows) == 0) || resized
}

func (h *vendorHeader) setState(head viewmodel.Head) {
	h.shown = head
	if head.Tier > 0 {
		h.tier.Set(strconv.Itoa(head.Tier))
	}
	h.title.Set(head.Title)
	state := parts.StateText(head)
	if head.SignIn.State == "pending" {
		state = ui.Tr("state.signing_in")
	}
	if head.Left > 0 && head.State != proxy.Rejected { // the time when it is asked again is no news to who has to replace the key
		state += " · " + ui.TrText("left", ui.TrLeft(head.Left))
	}
	h.state.Set(state)
	h.reason.Set(vendorReason(head))
	ui.SetVisible(h.why, head.Reason != "" && head.State != proxy.SignedOut) // the way to sign in says it
	out := head.State == proxy.Out || head.State == proxy.Probing || head.State == proxy.Rejected
	ui.SetVisible(h.again, out)
	ui.SetVisible(h.grip, head.Tier > 0)
	for i, q := range head.Quotas {
		ui.SetVisible(h.quotas[i], q.Name != "")
		if q.Name != "" {
			h.quotas[i].Set(q.Name + " " + strconv.Itoa(q.Percent) + " %")
			h.quotas[i].SetColor(quotaColor(q.Percent))
		}
	}
	switch head.State {
	case proxy.Ready:
		h.dot.Set(theme.ColorNameSuccess, false)
	case proxy.Out, proxy.Rejected:
		h.dot.Set(theme.ColorNameError, false)
	case proxy.Probing, proxy.SignedOut:
		h.dot.Set(theme.ColorNameWarning, true)
	default:
		h.dot.Set(widget.ColorMuted, true)
	}
}

// quotaColor warns of a quota that comes to its end.
func quotaColor(percent int) fyne.ThemeColorName {
	switch {
	case percent >= 90:
		return theme.ColorNameError
	case percent >= 70:
		return widget.ColorPendingText
	}
	return widget.ColorMuted
}

func (h *vendorHeader) setHistory(s viewmodel.Series) {
	h.history = s
	bars := make([]widget.Bar, viewmodel.Buckets)
	for i, p := range s {
		bars[i] = widget.Bar{Lower: p.InFlight, Upper: p.Pending}
	}
	h.spark.Set(bars)
}

// setSpan shows the sparkline only where there is something in it. It is true when that has changed.
func (h *vendorHeader) setSpan(noModels bool) bool {
	busy := h.history.Top() > 0
	text := ""
	switch {
	case busy:
		text = ui.Tr("card.history")
	case noModels:
		text = ui.Tr("card.quiet")
	}
	if busy == h.spark.Visible() && text == h.span.Text() {
		return false
	}
	ui.SetVisible(h.spark, busy)
	h.span.Set(text)
	return true
}

// The head's measures.
const (
	headHeight = 28
	headGap    = 8
	headMin    = 440
	headWide   = 540 // from this width on the sparkline has sparkWide: two pixels a bar and one between
	sparkWide  = 3*viewmodel.Buckets - 1
)

// MinSize and Layout lay out the head's box.
func (h *vendorHeader) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(headMin, headHeight)
}

func (h *vendorHeader) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	right := size.Width
	wide := size.Width >= headWide && !(h.reset.Visible() && h.quotas[1].Visible()) // or the title has no room
	for _, o := range []fyne.CanvasObject{h.spark, h.span, h.reset, h.quotas[1], h.quotas[0]} {
		if o.Visible() {
			width := o.MinSize().Width
			if o == h.spark && wide {
				width = sparkWide
			}
			right -= width
			ui.PutInLine(o, right, width, size.Height)
			right -= headGap
		}
	}
	x := float32(0)
	if h.shown.Tier > 0 {
		grip := h.grip.MinSize()
		ui.PutInLine(h.grip, -grip.Width, grip.Width, size.Height) // in the card's margin
		x = h.tier.MinSize().Width
		ui.PutInLine(h.tier, 0, x, size.Height)
		x += headGap
	}
	dot, state := h.dot.MinSize().Width, h.state.MinSize().Width
	title := min(h.title.FullWidth(), max(right-x-3*headGap-dot-state, 0))
	ui.PutInLine(h.title, x, title, size.Height)
	x += title + 2*headGap
	ui.PutInLine(h.dot, x, dot, size.Height+2*ui.OpticDrop)
	ui.PutInLine(h.state, x+dot+headGap, state, size.Height)
}

// vendorReason says why a vendor is not ready, or a model is out.
func vendorReason(h viewmodel.Head) string {
	if h.State == proxy.Rejected && h.Key != config.KeyNone {
		return ui.TrPair("card.key_rejected", parts.KeyPlace(h.Key, h.KeyVar), h.Reason)
	}
	if h.Out != "" {
		return h.Out + ": " + cmp.Or(ui.ReasonText(h.Why), h.Reason)
	}
	return ui.WhyText(h.Why, h.Reason)
}
