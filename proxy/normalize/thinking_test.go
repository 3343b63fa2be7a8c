package normalize_test

import (
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
)

func thinks(signature string) string {
	return `{"type":"thinking","thinking":"hm","signature":"` + signature + `"}`
}

const unsigned = `{"type":"thinking","thinking":"hm"}`

// knowing is a target with a memory of who signed what in the test's session.
func knowing(to normalize.Target, made map[string]string) normalize.Target {
	to.Provenance = normalize.NewProvenance()
	for signature, vendor := range made {
		to.Provenance.Remember(to.Session, vendor, signature)
	}
	return to
}

func TestRC35ForeignSignature(t *testing.T) {
	to := knowing(claude(), map[string]string{"zhipus": "zhipu", "ours": "anthropic"})
	labels := messages(t, to,
		[]string{hello, assistantSays(list(thinks("zhipus"), done)), hello, assistantSays(list(thinks("ours"), done)), hello},
		hello, assistantSays(list(done)), hello, assistantSays(list(thinks("ours"), done)), hello)
	wantLabels(t, labels, normalize.LabelThinkingDropped)
}

func TestRC35BackToTheMaker(t *testing.T) {
	made := map[string]string{"zhipus": "zhipu", "ours": "anthropic"}
	to := knowing(plain(), made)
	to.Vendor = "zhipu"
	messages(t, to,
		[]string{hello, assistantSays(list(thinks("zhipus"), done)), hello, assistantSays(list(thinks("ours"), done)), hello},
		hello, assistantSays(list(thinks("zhipus"), done)), hello, assistantSays(list(done)), hello)
}

func TestRC36OnlyThinking(t *testing.T) {
	to := knowing(claude(), map[string]string{"zhipus": "zhipu"})
	labels := messages(t, to,
		[]string{hello, assistantSays(list(thinks("zhipus"))), hello},
		hello, assistantSays(`[{"type":"text","text":"[thinking]"}]`), hello)
	wantLabels(t, labels, normalize.LabelThinkingDropped)
}

func TestRC37OwnSignature(t *testing.T) {
	body := conversation(hello, assistantSays(list(thinks("ours"), `{"type":"redacted_thinking","data":"sealed"}`, use(a))), userSays(list(result(a, "ok"))))
	unchanged(t, claude(), body)                                                     // nobody remembers
	unchanged(t, knowing(claude(), nil), body)                                       // nothing is known
	unchanged(t, knowing(claude(), map[string]string{"ours": "anthropic"}), body)    // part of it is
	unchanged(t, knowing(claude(), map[string]string{"another": "anthropic"}), body) // other thinking is
	other := knowing(claude(), nil)
	other.Provenance.Remember("another session", "zhipu", "ours")
	unchanged(t, other, body)
}

func TestUnknownThinkingInAMixedSession(t *testing.T) {
	to := knowing(claude(), map[string]string{"zhipus": "zhipu"})
	labels := messages(t, to,
		[]string{hello, assistantSays(list(thinks("whose"), `{"type":"redacted_thinking","data":"sealed"}`, done)), hello},
		hello, assistantSays(list(done)), hello)
	wantLabels(t, labels, normalize.LabelThinkingDropped)
}

func TestUnsignedThinking(t *testing.T) {
	body := conversation(hello, assistantSays(list(unsigned, done)), hello)
	if _, labels := send(t, claude(), body); len(labels) != 1 {
		t.Errorf("to a vendor that signs: %q", labels)
	}
	loose := plain()
	loose.Accepts.Unsigned = true
	unchanged(t, loose, body)
	loose = knowing(loose, map[string]string{"hm": "kimi"})
	if _, labels := send(t, loose, body); len(labels) != 1 {
		t.Errorf("another vendor's: %q", labels)
	}
	loose.Vendor = "kimi"
	unchanged(t, loose, body)
}

func thinkingBody(thinking, rest string) string {
	return `{"model":"m","max_tokens":32000,"thinking":` + thinking + rest + `,"messages":[` + hello + `]}`
}

func TestRC38AdaptiveThinkingBecomesABudget(t *testing.T) {
	to := plain()
	to.Accepts.Thinking = "enabled"
	got, labels := send(t, to, thinkingBody(`{"type":"adaptive","display":"updates"}`, ""))
	wantLabels(t, labels, normalize.LabelThinkingBudget)
	if want := thinkingBody(`{"type":"enabled","budget_tokens":16000}`, ""); got != want {
		t.Errorf("got %s", got)
	}
	unchanged(t, to, thinkingBody(`{"type":"enabled","budget_tokens":1024}`, ""))
	unchanged(t, to, thinkingBody(`{"type":"disabled"}`, ""))
	unchanged(t, claude(), thinkingBody(`{"type":"adaptive"}`, ""))

	got, _ = send(t, to, `{"max_tokens":2000,"model":"m","thinking":{"type":"adaptive"},"messages":[`+hello+`]}`)
	if at(got, "thinking.budget_tokens") != "1999" {
		t.Errorf("a small max_tokens: %s", got)
	}
	got, labels = send(t, to, `{"max_tokens":1,"model":"m","thinking":{"type":"adaptive"},"messages":[`+hello+`]}`)
	if at(got, "thinking") != `{"type":"disabled"}` {
		t.Errorf("max_tokens of 1: %s", got)
	}
	wantLabels(t, labels, normalize.LabelThinkingDisabled)
}

func TestVendorWithoutThinking(t *testing.T) {
	to := plain()
	to.Accepts.Thinking = "none"
	got, labels := send(t, to, `{"model":"m","thinking":{"type":"adaptive"},"messages":[`+hello+`,`+assistantSays(list(thinks("x"), done))+`,`+hello+`]}`)
	wantLabels(t, labels, normalize.LabelThinkingDropped, normalize.LabelThinkingDisabled)
	if want := `{"model":"m","messages":[` + hello + `,` + assistantSays(list(done)) + `,` + hello + `]}`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestToolLoopThatLostItsThinking(t *testing.T) {
	loop := func(thinking string, more ...string) string {
		turns := append([]string{hello, assistantSays(list(thinks("zhipus"), use(a))), userSays(list(result(a, "ok")))}, more...)
		return `{"thinking":` + thinking + `,` + conversation(turns...)[1:]
	}
	to := knowing(claude(), map[string]string{"zhipus": "zhipu"})
	budget := `{"type":"enabled","budget_tokens":1024}`
	got, labels := send(t, to, loop(budget))
	wantLabels(t, labels, normalize.LabelThinkingDropped, normalize.LabelThinkingDisabled)
	if at(got, "thinking.type") != "disabled" {
		t.Errorf("thinking: %s", at(got, "thinking"))
	}
	if got, _ = send(t, to, loop(`{"type":"adaptive"}`)); at(got, "thinking.type") != "adaptive" {
		t.Errorf("adaptive thinking may begin anywhere, got %s", at(got, "thinking"))
	}
	if got, _ = send(t, to, loop(budget, assistantSays(`"so"`), hello)); at(got, "thinking.type") != "enabled" {
		t.Errorf("the loop has ended, got %s", at(got, "thinking"))
	}
	got, _ = send(t, to, loop(budget, `{"role":"system","content":"a reminder"}`, assistantSays(list(use(b))), userSays(list(result(b, "ok"), done))))
	if at(got, "thinking.type") != "disabled" {
		t.Errorf("the loop goes on, got %s", at(got, "thinking"))
	}
	to.Accepts.Unsigned = true
	if got, _ = send(t, to, loop(budget)); at(got, "thinking.type") != "enabled" {
		t.Errorf("a vendor that does not mind, got %s", at(got, "thinking"))
	}
}

// A vendor that takes shorter answers only: max_tokens is cut, and a thinking budget with it.
func TestTheAnswerMayBeAsLongAsTheVendorAllows(t *testing.T) {
	const messages = `"messages":[{"role":"user","content":"hi"}]`
	for in, want := range map[string]string{
		`{"model":"m","max_tokens":128000,` + messages + `}`:                                                     `{"model":"m","max_tokens":8192,` + messages + `}`,
		`{"model":"m",` + messages + `,"max_tokens":128000,"thinking":{"type":"enabled","budget_tokens":32000}}`: `{"model":"m",` + messages + `,"max_tokens":8192,"thinking":{"type":"enabled","budget_tokens":8191}}`,
		`{"model":"m",` + messages + `,"max_tokens":128000,"thinking":{"type":"enabled","budget_tokens":1024}}`:  `{"model":"m",` + messages + `,"max_tokens":8192,"thinking":{"type":"enabled","budget_tokens":1024}}`,
		`{"model":"m","max_tokens":8192,` + messages + `}`:                                                       `{"model":"m","max_tokens":8192,` + messages + `}`,
		`{"model":"m",` + messages + `}`:                                                                         `{"model":"m",` + messages + `}`,
	} {
		to := normalize.Target{Vendor: "v", Accepts: normalize.Everything()}
		to.Accepts.MaxTokens = 8192
		req, err := anthropic.ParseRequest(in)
		if err != nil {
			t.Fatal(err)
		}
		got, labels := normalize.Mend(req, to)
		if got.Body != want || (in != want) != (len(labels) > 0 && labels[len(labels)-1] == normalize.LabelMaxTokens) {
			t.Errorf("%s became %s, want %s; %v", in, got.Body, want, labels)
		}
	}
}
