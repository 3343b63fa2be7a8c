package window

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
	Problem *widget.Notice // from the proxy
	Failure *widget.Notice // of what the user just did
	Paused  *widget.Notice
	Capture *widget.Notice
	Stop    *widget.Button // ends the capture
	AtLogin *widget.Notice // of start at login
	Answer  func(yes bool) // called with the answer to the offer
	Box     *fyne.Container
	resized func() // called when one has come, gone or changed its size
}

// NewNotices makes notices without any; stop ends the capture.
func NewNotices(stop func()) *Notices {
	n := &Notices{
		Answer:  func(bool) {},
		Problem: widget.NewNotice(widget.Problem, nil),
		Paused:  widget.NewNotice(widget.Info, nil),
		resized: func() {},
	}
	n.Failure = widget.NewNotice(widget.Problem,
		widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { n.Report(nil, "") }))
	n.Stop = widget.NewButton(widget.Plain, theme.MediaStopIcon(), ui.Tr("capture.stop"), stop)
	n.Capture = widget.NewNotice(widget.Attention, container.New(layout.NewCustomPaddedLayout(1, 1, 0, 1), n.Stop))
	n.AtLogin = widget.NewNotice(widget.Info, ui.Answers(
		widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("offer.dismiss"), func() { n.Answer(false) }),
		widget.NewButton(widget.Plain, theme.ConfirmIcon(), ui.Tr("offer.accept"), func() { n.Answer(true) })))
	inside := container.New(layout.NewCustomPaddedVBoxLayout(8), n.Problem, n.Failure, n.Paused, n.Capture, n.AtLogin)
	n.Box = container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 0, ui.PageMargin, ui.PageMargin), inside)
	n.Box.Hide()
	return n
}

// set shows b and touches only what has changed.
func (n *Notices) set(b viewmodel.Board) {
	problem := n.Problem.Set(problemOf(b))
	paused := n.Paused.Set(ui.When(b.Paused, "notice.paused"))
	capture := n.Capture.Set(ui.When(b.Capture, "capture.on"))
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
	if n.Failure.Set(text) {
		n.arrange()
	}
}

func (n *Notices) arrange() {
	ui.SetVisible(n.Box, n.Problem.Visible() || n.Failure.Visible() || n.Paused.Visible() || n.Capture.Visible() || n.AtLogin.Visible())
	n.resized()
}

// Offer shows the offer to start at login, or takes it away.
func (n *Notices) Offer(on bool) {
	n.AtLogin.Set(ui.When(on, "offer.login"))
	n.arrange()
}
