package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// Notices stand above every page: what is wrong, what the user just tried in vain, and what must not be forgotten.
type Notices struct {
	problem *widget.Notice // from the proxy
	failure *widget.Notice // of what the user just did
	paused  *widget.Notice
	capture *widget.Notice
	stop    *widget.Button // ends the capture
	offer   *widget.Notice // of start at login
	Answer  func(yes bool) // called with the answer to the offer
	box     *fyne.Container
	resized func() // called when one has come, gone or changed its size
}

// newNotices makes notices without any; stop ends the capture.
func newNotices(stop func()) *Notices {
	n := &Notices{
		Answer:  func(bool) {},
		problem: widget.NewNotice(widget.Problem, nil),
		paused:  widget.NewNotice(widget.Info, nil),
		resized: func() {},
	}
	n.failure = widget.NewNotice(widget.Problem,
		widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { n.Report(nil, "") }))
	n.stop = widget.NewButton(widget.Plain, theme.MediaStopIcon(), ui.Tr("capture.stop"), stop)
	n.capture = widget.NewNotice(widget.Attention, container.New(layout.NewCustomPaddedLayout(1, 1, 0, 1), n.stop))
	n.offer = widget.NewNotice(widget.Info, ui.Answers(
		widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("offer.dismiss"), func() { n.Answer(false) }),
		widget.NewButton(widget.Plain, theme.ConfirmIcon(), ui.Tr("offer.accept"), func() { n.Answer(true) })))
	inside := container.New(layout.NewCustomPaddedVBoxLayout(8), n.problem, n.failure, n.paused, n.capture, n.offer)
	n.box = container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 0, ui.PageMargin, ui.PageMargin), inside)
	n.box.Hide()
	return n
}

// set shows b and touches only what has changed.
func (n *Notices) set(b viewmodel.Board) {
	problem := n.problem.Set(problemOf(b))
	paused := n.paused.Set(ui.When(b.Paused, "notice.paused"))
	capture := n.capture.Set(ui.When(b.Capture, "capture.on"))
	if problem || paused || capture {
		n.arrange()
	}
}

// problemOf says what is wrong with the proxy, "" where all is well.
func problemOf(b viewmodel.Board) string {
	if b.Failed != nil {
		return ui.ErrorText(b.Failed)
	}
	return b.Problem
}

// Report shows err, or takes back what was shown before.
func (n *Notices) Report(err error, key string) {
	text := ""
	if err != nil {
		text = ui.TrText(key, ui.ErrorText(err))
	}
	if n.failure.Set(text) {
		n.arrange()
	}
}

func (n *Notices) arrange() {
	ui.SetVisible(n.box, n.problem.Visible() || n.failure.Visible() || n.paused.Visible() || n.capture.Visible() || n.offer.Visible())
	n.resized()
}

// Offer shows the offer to start at login, or takes it away.
func (n *Notices) Offer(on bool) {
	n.offer.Set(ui.When(on, "offer.login"))
	n.arrange()
}
