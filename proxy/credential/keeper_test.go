package credential

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// A token that was given up is not taken from the store again, but another one is, by itself.
func TestATokenThatWasGivenUpStaysSo(t *testing.T) {
	dir := t.TempDir()
	store := OpenFile(dir)
	if err := store.Set("github", Token{Access: "old"}); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		changes := 0
		k := NewKeeper(store, func() { changes++ }, slog.New(slog.DiscardHandler))
		old, ok := k.Token("github")
		if !ok || old.Access != "old" {
			t.Fatal(old, ok)
		}
		k.GiveUp("github", old, "refused")
		look := func() (Token, bool) {
			time.Sleep(lookAgain + time.Second)
			k.Token("github") // asks for a look, and does not wait for it
			synctest.Wait()
			return k.Token("github")
		}
		if got, ok := look(); ok || k.Reason("github") != "refused" {
			t.Fatal(got, k.Reason("github"))
		}
		if err := store.Set("github", Token{Access: "new"}); err != nil {
			t.Fatal(err)
		}
		before := changes
		if got, ok := look(); !ok || got.Access != "new" || k.Reason("github") != "" || changes == before {
			t.Error(got, ok, k.Reason("github"), changes)
		}
	})
}
