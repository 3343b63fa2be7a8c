package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// quitAnswers are what the user can say to the quit dialog. remember tells that the answer counts for every later quit.
type quitAnswers struct {
	disconnect func(remember bool)
	keep       func(remember bool)
	cancel     func()
}

// quitDialog asks what becomes of connected clients when the app quits.
type quitDialog struct {
	*widget.Dialog
	answers quitAnswers
	resting bool // an answer was given: the buttons do nothing

	failed     *widget.Notice
	remember   *widget.Switch
	cancel     *widget.Button
	keep       *widget.Button
	disconnect *widget.Button
}

func newQuitDialog(clients []connect.Status, answers quitAnswers) *quitDialog {
	q := &quitDialog{answers: answers, failed: widget.NewNotice(widget.Problem, nil), remember: widget.NewSwitch(ui.Tr("quit.remember"))}
	q.cancel = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("quit.cancel"), q.stay)
	q.keep = widget.NewButton(widget.Plain, theme.LogoutIcon(), ui.Tr("quit.keep"), func() { q.answer(q.answers.keep) })
	q.disconnect = widget.NewButton(widget.Primary, theme.ContentUndoIcon(), ui.Tr("quit.disconnect"), func() {
		if q.answer(q.answers.disconnect) {
			q.disconnect.Set(theme.ContentUndoIcon(), ui.Tr("quit.working"))
		}
	})
	list := container.New(layout.NewFormLayout())
	for _, c := range clients {
		list.Add(container.New(layout.NewCustomPaddedLayout(0, 0, 0, 8), widget.NewText(c.Name, widget.Style{})))
		list.Add(widget.NewName(c.File, ui.CaptionStyle))
	}
	connected := container.New(layout.NewCustomPaddedVBoxLayout(4), ui.Heading(ui.Tr("quit.connected")), list)
	body := container.New(layout.NewCustomPaddedVBoxLayout(12), q.failed, connected,
		ui.Explained(ui.Heading(ui.Tr("quit.disconnect")), ui.Caption(ui.Tr("quit.disconnect_why"))),
		ui.Explained(ui.Heading(ui.Tr("quit.keep")), ui.Caption(ui.Tr("quit.keep_why"))),
		ui.SwitchLine(q.remember, ui.Tr("quit.remember_why")))
	q.Dialog = widget.NewDialog(ui.Tr("quit.title"), body, q.cancel, q.keep, q.disconnect)
	return q
}

// answer gives an answer, unless one was given. It is true if it was.
func (q *quitDialog) answer(give func(remember bool)) bool {
	if q.resting {
		return false
	}
	q.resting = true
	give(q.remember.On())
	return true
}

// stay is that the app does not quit.
func (q *quitDialog) stay() {
	if !q.resting {
		q.answers.cancel()
	}
}

// fail says that clients could not be disconnected, and asks again.
func (q *quitDialog) fail(err error) {
	q.resting = false
	q.failed.Set(ui.TrText("quit.failed", ui.ErrorText(err)))
	q.disconnect.Set(theme.ViewRefreshIcon(), ui.Tr("quit.again"))
	q.keep.Set(theme.LogoutIcon(), ui.Tr("quit.anyway"))
	q.Refresh()
}

// Object is what is drawn.
func (q *quitDialog) Object() fyne.CanvasObject { return q.Dialog }

// First is what gets the focus.
func (q *quitDialog) First() fyne.Focusable { return q.disconnect }

// Cancel is for a window that is closed into the tray: the app does not quit.
func (q *quitDialog) Cancel() { q.stay() }

// Close is for a window without a tray that is closed: the app quits and leaves the clients connected.
func (q *quitDialog) Close() { q.answer(func(bool) { q.answers.keep(false) }) }

// TypedKey is for the window's keys while the dialog is above it.
func (q *quitDialog) TypedKey(key *fyne.KeyEvent) {
	if key.Name == fyne.KeyEscape {
		q.stay()
		return
	}
	widget.ScrollBy(q.Dialog, key.Name)
}
