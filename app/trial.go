package app

import (
	"context"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// trial is a button that makes a small call, and below it, elsewhere on the page, what came of that in words.
type trial struct {
	run     func(func()) // on the UI's goroutine
	resized func()       // called when the words have come, gone or changed
	try     func() (call func(ctx context.Context) trialResult, ok bool)
	label   string
	stop    context.CancelFunc // nil: no call is under way

	button *widget.Button
	dot    *widget.Dot
	words  *fynewidget.Label
	box    *fyne.Container // hidden while there is nothing to say
}

// trialResult is what came of a small call.
type trialResult struct {
	ok    bool
	words string
}

// newTrial makes a trial. try is called on the UI's goroutine and gives the call, which is made on another; ok is false
// where there is nothing to call yet.
func newTrial(kind widget.ButtonKind, label string, d ui.Context, resized func()) *trial {
	t := &trial{run: d.Run, resized: resized, label: label, dot: widget.NewDot(), words: fynewidget.NewLabel("")}
	t.button = widget.NewButton(kind, theme.MediaPlayIcon(), label, t.press)
	t.words.Wrapping, t.words.Selectable = fyne.TextWrapWord, true
	dot := container.New(layout.NewCustomPaddedLayout(5, 0, 0, 8), container.NewVBox(t.dot))
	t.box = container.NewBorder(nil, nil, dot, nil, ui.Flush(t.words))
	t.box.Hide()
	return t
}

// press begins a call, or ends the one under way.
func (t *trial) press() {
	if t.stop != nil {
		t.cancel()
		return
	}
	if call, ok := t.try(); ok {
		t.begin(call)
	}
}

func (t *trial) begin(call func(ctx context.Context) trialResult) {
	t.cancel()
	ctx, cancel := context.WithCancel(context.Background())
	t.stop = cancel
	t.button.Set(theme.MediaStopIcon(), ui.Tr("trial.stop"))
	t.say(ui.Tr("trial.running"), widget.ColorMuted, true)
	go func() {
		result := call(ctx)
		t.run(func() {
			if ctx.Err() == nil { // it ends on this goroutine
				t.rest()
				t.tell(result)
			}
		})
	}()
}

// cancel ends the call under way, and takes back that it is.
func (t *trial) cancel() {
	if t.stop != nil {
		t.rest()
		t.clear()
	}
}

func (t *trial) rest() {
	t.stop()
	t.stop = nil
	t.button.Set(theme.MediaPlayIcon(), t.label)
}

// tell says what came of a call.
func (t *trial) tell(r trialResult) {
	if r.ok {
		t.say(r.words, theme.ColorNameSuccess, false)
	} else {
		t.say(r.words, theme.ColorNameError, true)
	}
}

// clear takes back what was said: it is not about what is shown now.
func (t *trial) clear() {
	if t.box.Visible() {
		t.box.Hide()
		t.resized()
	}
}

func (t *trial) say(words string, ink fyne.ThemeColorName, ring bool) {
	t.dot.Set(ink, ring)
	t.words.SetText(words)
	t.box.Show()
	t.resized()
}

// testResult says in words how a small call to a vendor went.
func testResult(t proxy.VendorTest, host string) trialResult {
	if t.OK {
		words := ui.TrPair("trial.works", t.Model, ui.AnswerTime(t.Took))
		if t.Answer != "" {
			words += "\n" + ui.TrText("trial.said", t.Answer)
		}
		return trialResult{true, words}
	}
	words := testTrouble(t, host)
	if why := ui.WhyText(t.Why, t.Reason); why != "" {
		words += "\n" + why
	}
	return trialResult{false, words}
}

// testTrouble is a sentence about why, and what there is to do.
func testTrouble(t proxy.VendorTest, host string) string {
	status := ""
	if t.Status > 0 {
		status = " (" + strconv.Itoa(t.Status) + ")"
	}
	switch t.Outcome {
	case "no_key":
		return ui.Tr("trial.no_key")
	case "sign_in":
		return ui.Tr("trial.sign_in")
	case "client_auth":
		return ui.Tr("trial.client_auth")
	}
	switch ledger.Class(t.Outcome) {
	case ledger.Auth:
		return ui.TrText("trial.refused", status)
	case ledger.Network:
		return ui.TrText("trial.unreachable", host)
	case ledger.Timeout:
		return ui.TrText("trial.silent", host)
	case ledger.RateLimit:
		return ui.TrText("trial.rate", status)
	case ledger.Overloaded:
		return ui.TrText("trial.overloaded", status)
	case ledger.Quota:
		return ui.TrText("trial.used_up", status)
	case ledger.Queue:
		return ui.Tr("trial.queue")
	case ledger.NoVendor:
		return ui.Tr("trial.no_vendor")
	case ledger.Invalid:
		if t.Status == 0 {
			return ui.Tr("trial.invalid")
		}
		return ui.TrText("trial.not_taken", status)
	}
	return ui.TrText("trial.failed", status)
}
