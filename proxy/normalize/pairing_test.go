package normalize_test

import (
	"testing"

	"afterglow/proxy/normalize"
)

const (
	a = "toolu_a"
	b = "toolu_b"
	c = "toolu_c"
	// lost is the result that a use gets that has none.
	lostA = `{"tool_use_id":"toolu_a","type":"tool_result","content":"[no result]","is_error":true}`
	lostC = `{"tool_use_id":"toolu_c","type":"tool_result","content":"[no result]","is_error":true}`
	empty = `{"type":"text","text":"[empty]"}`
)

func TestRC18ResultBeforeItsUse(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(result(a, "ok"), use(a), done)), userSays(`"next"`)},
		hello, assistantSays(list(use(a), done)), userSays(list(result(a, "ok"), `{"type":"text","text":"next"}`)))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC19ResultInAnEarlierMessage(t *testing.T) {
	labels := messages(t, claude(),
		[]string{userSays(list(result(a, "ok"))), assistantSays(list(use(a))), userSays(list(done))},
		userSays(list(empty)), assistantSays(list(use(a))), userSays(list(result(a, "ok"), done)))
	wantLabels(t, labels, normalize.LabelToolPairing, normalize.LabelEmptyText)
}

func TestRC20ThreeUsesOneMisplaced(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a), use(b), use(c), result(b, "moved"))), userSays(list(done, result(a, "own")))},
		hello, assistantSays(list(use(a), use(b), use(c))), userSays(list(result(a, "own"), result(b, "moved"), lostC, done)))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC21AllResultsInline(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a), result(a, "1"), use(b), result(b, "2")))},
		hello, assistantSays(list(use(a), use(b))), userSays(list(result(a, "1"), result(b, "2"))))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC22LastMessageHasAUse(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a)))},
		hello, assistantSays(list(use(a))), userSays(list(lostA)))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC23ResultsBeforeText(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a))), userSays(`"go on"`)},
		hello, assistantSays(list(use(a))), userSays(list(lostA, `{"type":"text","text":"go on"}`)))
	wantLabels(t, labels, normalize.LabelToolPairing)

	labels = messages(t, claude(),
		[]string{hello, assistantSays(list(use(a), use(b))), userSays(list(result(b, "2"), done, result(a, "1")))},
		hello, assistantSays(list(use(a), use(b))), userSays(list(result(b, "2"), result(a, "1"), done)))
	wantLabels(t, labels, normalize.LabelToolOrder)
}

func TestRC24OnlyAResultInTheAssistantsMessage(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a))), userSays(`"well"`), assistantSays(list(result(a, "late"))), hello},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "late"), `{"type":"text","text":"well"}`)),
		assistantSays(list(empty)), hello)
	wantLabels(t, labels, normalize.LabelToolPairing, normalize.LabelEmptyText)
}

func TestRC25TheUsersResultWins(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a), result(a, "inline"))), userSays(list(result(a, "own")))},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "own"))))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC26NextMessageIsTheAssistants(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a), result(a, "ok"))), assistantSays(`"so"`), hello},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "ok"))), assistantSays(`"so"`), hello)
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestRC31ResultInALaterMessage(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(use(a))), userSays(`"wait"`), userSays(list(result(a, "late"), done))},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "late"), `{"type":"text","text":"wait"}`)), userSays(list(done)))
	wantLabels(t, labels, normalize.LabelToolPairing)

	messages(t, claude(), // what is left empty beside another message of the user's goes
		[]string{hello, assistantSays(list(use(a))), userSays(list(done)), userSays(list(result(a, "late")))},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "late"), done)))
}

func TestRC31LookingAheadStealsNothing(t *testing.T) {
	// A vendor that numbers its calls anew in every message: the second result is the second use's.
	got, labels := send(t, claude(), conversation(
		hello, assistantSays(list(use(a))), userSays(`"never mind"`),
		assistantSays(list(use(a))), userSays(list(result(a, "second")))))
	wantLabels(t, labels, normalize.LabelToolPairing, normalize.LabelToolIDs)
	first, second := at(got, "messages.2.content.0.content"), at(got, "messages.4.content.0.content")
	if first != "[no result]" || second != "second" {
		t.Errorf("results %q and %q", first, second)
	}
}

func TestRC32OrphanResult(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(done)), userSays(list(result(a, "whose?"), done))},
		hello, assistantSays(list(done)), userSays(list(done)))
	wantLabels(t, labels, normalize.LabelToolPairing)
}

func TestSystemMessageBetweenUseAndResult(t *testing.T) {
	reminder := `{"role":"system","content":"a reminder"}`
	unchanged(t, claude(), conversation(hello, assistantSays(list(use(a))), reminder, userSays(list(result(a, "ok")))))
	messages(t, plain(),
		[]string{hello, assistantSays(list(use(a))), reminder, userSays(list(result(a, "ok")))},
		hello, assistantSays(list(use(a))), userSays(list(result(a, "ok"), `{"type":"text","text":"a reminder"}`)))
}

func TestResultsInAnotherOrderThanTheUses(t *testing.T) {
	unchanged(t, claude(), conversation(hello, assistantSays(list(use(a), use(b))), userSays(list(result(b, "2"), result(a, "1"), done))))
}

func TestMoreUsesThanAWordHasBits(t *testing.T) {
	var uses, results []string
	for n := range 100 {
		id := a + string(rune('a'+n/10)) + string(rune('a'+n%10))
		uses, results = append(uses, use(id)), append(results, result(id, "ok"))
	}
	unchanged(t, claude(), conversation(hello, assistantSays(list(uses...)), userSays(list(results...))))
}
