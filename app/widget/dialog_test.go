package widget

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// dialogOf is a dialog of some lines and two buttons.
func dialogOf(lines int) *Dialog {
	body := container.NewVBox()
	for range lines {
		body.Add(NewText("line", Style{}))
	}
	return NewDialog("Quit?", body, NewButton(Quiet, theme.CancelIcon(), "No", nil), NewButton(Primary, theme.ConfirmIcon(), "Yes", nil))
}

func TestDialogMarkup(t *testing.T) {
	test.AssertRendersToMarkup(t, "dialog.xml", show(t, dialogOf(2), 600, 300))
}

// In a low window what is between title and buttons scrolls, and the buttons stay in the window.
func TestDialogFitsALowWindow(t *testing.T) {
	for _, lines := range []int{1, 40} {
		d := dialogOf(lines)
		show(t, d, 400, 250)
		if top, bottom := d.card.Position().Y, d.card.Position().Y+d.card.Size().Height; top < dialogMargin-1 || bottom > 250-dialogMargin+1 {
			t.Errorf("%d lines: the card is from %v to %v of 250", lines, top, bottom)
		}
		if scrolls := d.body.MinSize().Height > d.scroll.Size().Height; scrolls != (lines == 40) {
			t.Errorf("%d lines: it scrolls: %t", lines, scrolls)
		}
	}
	d := dialogOf(40)
	show(t, d, 400, 250)
	if !ScrollBy(d, fyne.KeyDown) || d.scroll.Offset.Y == 0 {
		t.Error("the keys do not scroll it")
	}
}

func TestDialogGrowsWithItsText(t *testing.T) {
	n := NewNotice(Problem, nil)
	d := NewDialog("Quit?", container.NewVBox(n, NewText("line", Style{})), NewButton(Primary, theme.ConfirmIcon(), "Yes", nil))
	show(t, d, 600, 300)
	before := d.card.Size().Height
	n.Set("Something went wrong.")
	d.Refresh()
	if d.card.Size().Height < before+20 {
		t.Errorf("it was %v high and is %v", before, d.card.Size().Height)
	}
}
