package parts_test

import (
	"testing"

	"afterglow/app/apptest"
	"afterglow/app/parts"
	"afterglow/proxy/ledger"
)

func TestWhatIsWrongWithTheCallHistoryIsSaid(t *testing.T) {
	for _, c := range []struct {
		language string
		stats    ledger.Stats
		want     string
	}{
		{"en", ledger.Stats{Path: "/x"}, ""},
		{"en", ledger.Stats{Unwritten: "database or disk is full", Waiting: 12}, "Couldn't write the call history: database or disk is full. Waiting in memory: 12"},
		{"en", ledger.Stats{Held: 1, Aside: "/l.broken"}, "1 old entry is kept until the clock can be trusted · The call history was damaged. It was moved to /l.broken, and a new one was started"},
		{"zh", ledger.Stats{Held: 1200}, "1,200条旧记录暂时保留，待系统时钟可信后删除"},
		{"en", ledger.Stats{Problem: "the ledger was written by a newer version"}, "the ledger was written by a newer version"},
	} {
		apptest.Speak(t, c.language)
		if got := parts.LedgerText(c.stats); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
