package activity

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
)

// tryView draws one vendor's part in a call: what was decided, the vendor, and why; at the right how long it took.
type tryView struct {
	dot     *widget.Dot
	verdict *widget.Text
	vendor  *widget.Route
	reason  *widget.Name
	took    *widget.Text
	queued  *widget.Text
	box     *fyne.Container
}

func newTryView() *tryView {
	v := &tryView{
		dot:     widget.NewDot(),
		verdict: widget.NewText("", widget.Style{}),
		vendor:  widget.NewRoute(widget.Style{}),
		reason:  widget.NewName("", ui.CaptionStyle),
		took:    widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		queued:  widget.NewText("", ui.TrailingCaption),
	}
	v.box = container.New(v, v.dot, v.verdict, v.vendor, v.took, v.queued, v.reason)
	return v
}

func (v *tryView) set(t proxy.Try) {
	switch t.Verdict {
	case "commit":
		v.dot.Set(theme.ColorNameSuccess, false)
	case "skipped":
		v.dot.Set(widget.ColorMuted, true)
	case "":
		v.dot.Set(theme.ColorNamePrimary, true)
	default:
		v.dot.Set(theme.ColorNameError, false)
	}
	v.verdict.Set(verdictText(t.Verdict))
	name := t.Vendor
	if t.Model != "" {
		name += " · " + t.Model
	}
	v.vendor.Set(name, "")
	v.reason.Set(tryText(t))
	v.took.Set(ui.TrTook(t.Took))
	v.queued.Set("")
	if t.Queued > 0 {
		v.queued.Set(ui.TrText("call.waited", ui.TrTook(t.Queued)))
	}
}

// MinSize and Layout lay out the row: like a call's, with the reason below all of it.
func (v *tryView) MinSize([]fyne.CanvasObject) fyne.Size {
	height := float32(parts.CallLine + 4)
	if v.reason.FullWidth() > 0 {
		height += parts.CallLine
	}
	return fyne.NewSize(parts.CallStanding+ui.NameMin+callWaits+parts.CallTook+3*ui.ColumnGap, height)
}

func (v *tryView) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	line := func(o fyne.CanvasObject, n int, x, width float32) {
		o.Move(fyne.NewPos(x, 2+float32(n)*parts.CallLine))
		o.Resize(fyne.NewSize(width, parts.CallLine))
	}
	line(v.dot, 0, 0, 8)
	line(v.verdict, 0, parts.CallDot, parts.CallStanding-parts.CallDot)
	line(v.took, 0, size.Width-parts.CallTook, parts.CallTook)
	line(v.queued, 0, size.Width-parts.CallTook-ui.ColumnGap-callWaits, callWaits)
	x := float32(parts.CallStanding + ui.ColumnGap)
	line(v.vendor, 0, x, size.Width-parts.CallTook-callWaits-2*ui.ColumnGap-x)
	line(v.reason, 1, x, size.Width-x)
}

// verdictText is what was decided about a vendor's part in a call.
func verdictText(verdict string) string {
	switch verdict {
	case "commit":
		return ui.Tr("verdict.commit")
	case "next_tier":
		return ui.Tr("verdict.next_tier")
	case "client_fault":
		return ui.Tr("verdict.client_fault")
	case "client_gone":
		return ui.Tr("verdict.client_gone")
	case "skipped":
		return ui.Tr("verdict.skipped")
	case "": // nothing yet
		return ui.Tr("activity.under_way")
	}
	return verdict
}
