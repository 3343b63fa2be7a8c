package app

import (
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"

	"afterglow/app/widget"
)

func TestCopyButtonSaysForAWhileThatItHasCopied(t *testing.T) {
	speak(t, "en")
	synctest.Test(t, func(t *testing.T) {
		var copied []string
		due := make(chan func(), 8) // for this goroutine, as Fyne keeps things for its own
		d := desk{run: func(f func()) { due <- f }, copy: func(text string) { copied = append(copied, text) }}
		b := newCopyButton(d, widget.Plain, func() {})
		if b.Visible() {
			t.Error("a button without a text to copy shows")
		}
		b.set("127.0.0.1:3392", "export X")
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
		pass(copiedFor / 2)
		test.Tap(b.Button)
		pass(copiedFor - time.Millisecond)
		says("Copied")
		pass(time.Millisecond)
		says("127.0.0.1:3392")
		if len(copied) != 2 || copied[0] != "export X" {
			t.Errorf("copied %q", copied)
		}
	})
}
