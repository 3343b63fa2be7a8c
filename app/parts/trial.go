// Package parts has what two or more pages show. It knows no page.
package parts

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

// Trial is a button that makes a small call, and below it, elsewhere on the page, what came of that in words.
type Trial struct {
	Run     func(func()) // on the UI's goroutine
	resized func()       // called when the words have come, gone or changed
	Try     func() (call func(ctx context.Context) TrialResult, ok bool)
	label   string
	Stop    context.CancelFunc // nil: no call is under way

	Button *widget.Button
	dot    *widget.Dot
	Words  *fynewidget.Label
	Box    *fyne.Container // hidden while there is nothing to say
}

// TrialResult is what came of a small call.
type TrialResult struct {
	OK    bool
	Words string
}

// NewTrial makes a trial. try is called on the UI's goroutine and gives the call, which is made on another; ok is false
// where there is nothing to call yet.
func NewTrial(kind widget.ButtonKind, label string, d ui.Context, resized func()) *Trial {
	t := &Trial{Run: d.Run, resized: resized, label: label, dot: widget.NewDot(), Words: fynewidget.NewLabel("")}
	t.Button = widget.NewButton(kind, theme.MediaPlayIcon(), label, t.press)
	t.Words.Wrapping, t.Words.Selectable = fyne.TextWrapWord, true
	dot := container.New(layout.NewCustomPaddedLayout(5, 0, 0, 8), container.NewVBox(t.dot))
	t.Box = container.NewBorder(nil, nil, dot, nil, ui.Flush(t.Words))
	t.Box.Hide()
	return t
}

// press begins a call, or ends the one under way.
func (t *Trial) press() {
	if t.Stop != nil {
		t.Cancel()
		return
	}
	if call, ok := t.Try(); ok {
		t.Begin(call)
	}
}

// Begin ends the call under way and begins another.
func (t *Trial) Begin(call func(ctx context.Context) TrialResult) {
	t.Cancel()
	ctx, cancel := context.WithCancel(context.Background())
	t.Stop = cancel
	t.Button.Set(theme.MediaStopIcon(), ui.Tr("trial.stop"))
	t.show(ui.Tr("trial.running"), widget.ColorMuted, true)
	go func() {
		result := call(ctx)
		t.Run(func() {
			if ctx.Err() == nil { // it ends on this goroutine
				t.idle()
				t.Tell(result)
			}
		})
	}()
}

// Cancel ends the call under way, and takes back that it is.
func (t *Trial) Cancel() {
	if t.Stop != nil {
		t.idle()
		t.Clear()
	}
}

func (t *Trial) idle() {
	t.Stop()
	t.Stop = nil
	t.Button.Set(theme.MediaPlayIcon(), t.label)
}

// Tell says what came of a call.
func (t *Trial) Tell(r TrialResult) {
	if r.OK {
		t.show(r.Words, theme.ColorNameSuccess, false)
	} else {
		t.show(r.Words, theme.ColorNameError, true)
	}
}

// Clear takes back what was said: it is not about what is shown now.
func (t *Trial) Clear() {
	if t.Box.Visible() {
		t.Box.Hide()
		t.resized()
	}
}

func (t *Trial) show(words string, ink fyne.ThemeColorName, ring bool) {
	t.dot.Set(ink, ring)
	t.Words.SetText(words)
	t.Box.Show()
	t.resized()
}

// TestResult says in words how a small call to a vendor went.
func TestResult(t proxy.VendorTest, host string) TrialResult {
	if t.OK {
		words := ui.TrPair("trial.works", t.Model, ui.AnswerTime(t.Took))
		if t.Answer != "" {
			words += "\n" + ui.TrText("trial.said", t.Answer)
		}
		return TrialResult{OK: true, Words: words}
	}
	words := testTrouble(t, host)
	if why := ui.WhyText(t.Why, t.Reason); why != "" {
		words += "\n" + why
	}
	return TrialResult{OK: false, Words: words}
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
