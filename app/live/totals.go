package live

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// totalsView is the head of the page: calls in flight and queued, and where the proxy listens.
type totalsView struct {
	inFlight, queued         *widget.Text
	inFlightWord, queuedWord *widget.Text
	address                  *ui.CopyButton
	shown                    viewmodel.Totals
	line                     string // that is copied
	box                      *fyne.Container
}

func newTotals(d ui.Context) *totalsView {
	number := widget.Style{Bold: true, Size: ui.SizeTotal}
	word := widget.Style{Color: widget.ColorMuted}
	t := &totalsView{
		inFlight:     widget.NewText("", number),
		inFlightWord: widget.NewText(ui.Tr("totals.in_flight"), word),
		queued:       widget.NewText("", number),
		queuedWord:   widget.NewText(ui.Tr("totals.queued"), word),
		address:      ui.NewCopyButton(d, widget.Plain, func() {}),
	}
	t.address.Resized = t.layout
	t.box = container.New(totalsLayout{}, t.inFlight, t.inFlightWord, t.queued, t.queuedWord, t.address.Button)
	return t
}

func (t *totalsView) set(b viewmodel.Board) {
	line := parts.ExportLine(b.Addr, b.NoLogin)
	if b.Totals == t.shown && line == t.line && t.inFlight.Text() != "" {
		return
	}
	t.shown, t.line = b.Totals, line
	t.inFlight.Set(strconv.Itoa(b.Totals.InFlight))
	t.queued.Set(strconv.Itoa(b.Totals.Pending))
	t.inFlight.SetColor(lively(b.Totals.InFlight, ""))
	t.queued.SetColor(lively(b.Totals.Pending, theme.ColorNameWarning))
	t.address.SetText(b.Addr, line)
	t.layout()
}

func (t *totalsView) layout() { t.box.Layout.Layout(t.box.Objects, t.box.Size()) }

// lively is the colour of a number that has only something to say when it is not 0.
func lively(n int, color fyne.ThemeColorName) fyne.ThemeColorName {
	if n == 0 {
		return widget.ColorMuted
	}
	return color
}

// totalsLayout puts numbers and words on one base line, and the address at the right.
type totalsLayout struct{}

// The numbers keep the room of three digits, so that the words do not jump.
const (
	totalsHeight = 40
	totalsGap    = 8
	totalsWord   = 64
	wordDrop     = 5 // from the middle of the number to the middle of the word
)

func (totalsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(360, totalsHeight)
}

func (totalsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i := 0; i < 4; i += 2 {
		number, word := o[i], o[i+1]
		width := number.MinSize().Width
		number.Move(fyne.NewPos(x, 0))
		number.Resize(fyne.NewSize(width, size.Height))
		x += width + totalsGap
		word.Move(fyne.NewPos(x, wordDrop))
		word.Resize(fyne.NewSize(word.MinSize().Width, size.Height))
		x += max(word.MinSize().Width, totalsWord) + 2*totalsGap
	}
	button := o[4]
	wide := button.MinSize()
	button.Move(fyne.NewPos(size.Width-wide.Width, (size.Height-wide.Height)/2))
	button.Resize(wide)
}
