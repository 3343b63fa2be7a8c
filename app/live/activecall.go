package live

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
)

// activeCall draws a call that holds a slot or waits for one. It opens the call, and can cancel it.
type activeCall struct {
	row       viewmodel.CallRow
	cancelled bool
	dot       *widget.Dot
	word      *widget.Text
	age       *widget.Text
	who       *widget.Route
	model     *widget.Route
	cancel    *widget.Button
	done      *widget.Text
	opener    *widget.Opener
	box       fyne.CanvasObject
}

func newActiveCall(open func(number int), cancel func(v *activeCall)) *activeCall {
	v := &activeCall{
		dot:   widget.NewDot(),
		word:  widget.NewText("", widget.Style{}),
		age:   widget.NewText("", widget.Style{Bold: true, Align: fyne.TextAlignTrailing}),
		who:   widget.NewRoute(widget.Style{Color: widget.ColorMuted}),
		model: widget.NewRoute(widget.Style{}),
		done:  widget.NewText(ui.Tr("call.cancelled"), widget.Style{Color: widget.ColorMuted, Align: fyne.TextAlignTrailing}),
	}
	v.cancel = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("call.cancel"), func() { cancel(v) })
	v.done.Hide()
	parts := container.New(v, v.dot, v.word, v.who, v.model, v.age, v.cancel, v.done)
	v.opener = widget.NewOpener("", parts, func() { open(v.row.Number) })
	v.box = v.opener
	return v
}

// set shows r and touches only what has changed.
func (v *activeCall) set(r viewmodel.CallRow, cancelled bool) {
	if r == v.row && cancelled == v.cancelled {
		return
	}
	v.row, v.cancelled = r, cancelled
	now := parts.StandingOf(r)
	v.dot.Set(now.Dot, now.Ring)
	v.word.Set(now.Word)
	v.word.SetColor(now.Ink)
	age := r.Took
	if r.Phase == proxy.Queued {
		age = r.Queued
	}
	v.age.Set(ui.TrTook(age))
	v.model.Set(r.Model, "")
	who := r.Session
	if r.Agent {
		who += " · " + ui.Tr("call.agent")
	}
	v.who.Set(who, "")
	v.opener.Label = parts.CallLabel(r)
	ui.SetVisible(v.cancel, !cancelled)
	ui.SetVisible(v.done, cancelled)
}

// holderCancel is the room of the button.
const holderCancel = 84

// MinSize and Layout lay out the row.
func (v *activeCall) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(parts.CallStanding+2*ui.NameMin+parts.CallTook+holderCancel+4*ui.ColumnGap, rowHeight)
}

func (v *activeCall) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	at := func(o fyne.CanvasObject, x, width float32) {
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(width, size.Height))
	}
	at(v.dot, 0, 8)
	at(v.word, parts.CallDot, parts.CallStanding-parts.CallDot)
	button := v.cancel.MinSize()
	ui.PutInLine(v.cancel, size.Width-button.Width, button.Width, size.Height)
	at(v.done, size.Width-holderCancel, holderCancel)
	right := size.Width - holderCancel - ui.ColumnGap - parts.CallTook
	at(v.age, right, parts.CallTook)
	x := float32(parts.CallStanding + ui.ColumnGap)
	half := (right - 2*ui.ColumnGap - x) / 2
	at(v.model, x, half)
	at(v.who, x+half+ui.ColumnGap, half)
}
