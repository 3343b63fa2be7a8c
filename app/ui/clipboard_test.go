package ui_test

import (
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/widget"
)

func TestCopyButtonSaysForAWhileThatItHasCopied(t *testing.T) {
	apptest.Speak(t, "en")
	synctest.Test(t, func(t *testing.T) {
		var copied []string
		due := make(chan func(), 8) // for this goroutine, as Fyne keeps things for its own
		d := ui.Context{Run: func(f func()) { due <- f }, Copy: func(text string) { copied = append(copied, text) }}
		b := ui.NewCopyButton(d, widget.Plain, func() {})
		if b.Visible() {
			t.Error("a button without a text to copy shows")
		}
		b.SetText("127.0.0.1:3392", "export X")
		says := func(want string) {
			t.Helper()
			for len(due) > 0 {
				(<-due)()
			}
			if b.Text() != want {
				t.Errorf("says %q, want %q", b.Text(), want)
			}
		}
		test.Tap(b.Button)
		says("Copied")
		apptest.Pass(ui.CopiedFor / 2)
		test.Tap(b.Button)
		apptest.Pass(ui.CopiedFor - time.Millisecond)
		says("Copied")
		apptest.Pass(time.Millisecond)
		says("127.0.0.1:3392")
		if len(copied) != 2 || copied[0] != "export X" {
			t.Errorf("copied %q", copied)
		}
	})
}
