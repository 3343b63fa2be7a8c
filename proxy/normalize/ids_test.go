package normalize_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
)

func at(body, path string) string { return gjson.Get(body, path).String() }

var good = regexp.MustCompile(`^toolu_[A-Za-z0-9_-]+$`)

// sameNewID checks that use and result have the same new id, and returns it.
func sameNewID(t *testing.T, body string) string {
	t.Helper()
	id := at(body, "messages.1.content.0.id")
	if ref := at(body, "messages.2.content.0.tool_use_id"); !good.MatchString(id) || ref != id {
		t.Fatalf("use %q, result %q", id, ref)
	}
	return id
}

func serverUse(id, name string) string {
	return `{"type":"server_tool_use","id":"` + id + `","name":"` + name + `","input":{}}`
}

func TestRC15ClientToolUnderAServersName(t *testing.T) {
	turns := []string{hello, assistantSays(list(serverUse("srvtoolu_A", "Bash"))), userSays(list(result("srvtoolu_A", "ok")))}
	got, labels := send(t, claude(), conversation(turns...))
	wantLabels(t, labels, normalize.LabelToolIDs)
	id := sameNewID(t, got)
	if kind := at(got, "messages.1.content.0.type"); kind != "tool_use" {
		t.Errorf("type %q", kind)
	}
	next, _ := send(t, claude(), conversation(append(turns, assistantSays(list(use(a))), userSays(list(result(a, "ok"))))...))
	if again := sameNewID(t, next); again != id {
		t.Errorf("on the next turn %q instead of %q", again, id)
	}
}

func TestRC15UnansweredClientTool(t *testing.T) {
	got, labels := send(t, claude(), conversation(hello, assistantSays(list(serverUse("srvtoolu_A", "Bash")))))
	wantLabels(t, labels, normalize.LabelToolPairing, normalize.LabelToolIDs)
	sameNewID(t, got)
}

func TestRC15ToolThatIsNoLongerOffered(t *testing.T) {
	got, _ := send(t, claude(), conversation(hello, assistantSays(list(serverUse("srvtoolu_A", "Gone"))), userSays(list(result("srvtoolu_A", "ok")))))
	sameNewID(t, got)
}

func TestRC16IDsOfAnotherShape(t *testing.T) {
	for _, id := range []string{"call_9f", "functions.Bash:0", "call_x|y", "toolu_", "toolu_ä", ""} {
		got, labels := send(t, claude(), conversation(hello, assistantSays(list(use(id))), userSays(list(result(id, "ok")))))
		wantLabels(t, labels, normalize.LabelToolIDs)
		sameNewID(t, got)
	}
	unchanged(t, claude(), conversation(hello, assistantSays(list(use("toolu_01ab"))), userSays(list(result("toolu_01ab", "ok")))))
}

func TestRC16IDOfNoString(t *testing.T) {
	got, _ := send(t, claude(), conversation(hello,
		assistantSays(`[{"type":"tool_use","id":7,"name":"Bash","input":{}}]`),
		userSays(`[{"type":"tool_result","tool_use_id":7,"content":"ok"}]`)))
	sameNewID(t, got)
	got, _ = send(t, claude(), conversation(hello,
		assistantSays(`[{"type":"tool_use","name":"Bash","input":{}}]`),
		userSays(`[{"type":"tool_result","content":"ok"}]`)))
	sameNewID(t, got)
}

func TestRC17OnlyTheType(t *testing.T) {
	labels := messages(t, claude(),
		[]string{hello, assistantSays(list(serverUse("toolu_1", "Bash"))), userSays(list(result("toolu_1", "ok")))},
		hello, assistantSays(list(use("toolu_1"))), userSays(list(result("toolu_1", "ok"))))
	wantLabels(t, labels, normalize.LabelToolIDs)
}

func TestRepeatedIDs(t *testing.T) {
	got, labels := send(t, claude(), conversation(hello,
		assistantSays(list(use(a), use(a))), userSays(list(result(a, "1"), result(a, "2"))),
		assistantSays(list(use(a))), userSays(list(result(a, "3")))))
	wantLabels(t, labels, normalize.LabelToolIDs)
	for place, want := range map[string]string{"1.content.0.id": "2.content.0", "1.content.1.id": "2.content.1", "3.content.0.id": "4.content.0"} {
		if id, ref := at(got, "messages."+place), at(got, "messages."+want+".tool_use_id"); id != ref {
			t.Errorf("%s is %q, its result %q", place, id, ref)
		}
	}
	if first := at(got, "messages.1.content.0.id"); first != a {
		t.Errorf("the first use became %q", first)
	}
	got, _ = send(t, claude(), conversation(hello, assistantSays(list(use(a), use(a))), userSays(list(result(a, "1"), result(b, "orphan")))))
	if second := at(got, "messages.2.content.1.content"); second != "[no result]" {
		t.Errorf("the second use's result is %q", second)
	}
}

const search = `{"type":"server_tool_use","id":"srvtoolu_W","name":"web_search","input":{"query":"x"}},` +
	`{"type":"web_search_tool_result","tool_use_id":"srvtoolu_W","content":[{"type":"web_search_result","url":"u"}]},` + done

func TestRC29AnthropicsOwnTools(t *testing.T) {
	unchanged(t, claude(), conversation(hello, assistantSays(list(search)), hello))
	// A pause: the search is under way and its result not there yet.
	unchanged(t, claude(), conversation(hello, assistantSays(list(serverUse("srvtoolu_W", "web_search")))))
	// The client has a tool of the same name.
	unchanged(t, claude(), strings.Replace(conversation(hello, assistantSays(list(search)), hello), `"Read"`, `"web_search"`, 1))
	// A result that answers the client's own use.
	unchanged(t, claude(), conversation(hello, assistantSays(list(use(a))), userSays(list(result(a, "ok"))),
		assistantSays(list(serverUse(a, "web_search")))))
}

func TestRC29LeavingAnthropic(t *testing.T) {
	body := `{"model":"m","tools":[{"type":"web_search_20250305","name":"web_search"},{"name":"Bash","input_schema":{}}],` +
		`"tool_choice":{"type":"tool","name":"web_search"},"messages":[` + hello + `,` + assistantSays(list(search)) + `,` + hello + `]}`
	got, labels := send(t, plain(), body)
	wantLabels(t, labels, normalize.LabelServerTools)
	want := `{"model":"m","tools":[{"name":"Bash","input_schema":{}}],` +
		`"messages":[` + hello + `,` + assistantSays(list(done)) + `,` + hello + `]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	unchanged(t, claude(), body)
}

func TestRC30InputThatIsNoObject(t *testing.T) {
	for input, want := range map[string]string{
		`[]`: `{}`, `[ ]`: `{}`, `null`: `{}`, `[1]`: `{"value":[1]}`, `[[]]`: `{"value":[[]]}`, `"ls"`: `{"value":"ls"}`, `7`: `{"value":7}`,
	} {
		labels := messages(t, claude(),
			[]string{hello, assistantSays(`[{"type":"tool_use","id":"toolu_a","name":"Bash","input":` + input + `}]`), userSays(list(result(a, "ok")))},
			hello, assistantSays(`[{"type":"tool_use","id":"toolu_a","name":"Bash","input":`+want+`}]`), userSays(list(result(a, "ok"))))
		wantLabels(t, labels, normalize.LabelToolInput)
	}
	messages(t, claude(),
		[]string{hello, assistantSays(`[{"type":"tool_use","id":"toolu_a","name":"Bash"}]`), userSays(list(result(a, "ok")))},
		hello, assistantSays(`[{"input":{},"type":"tool_use","id":"toolu_a","name":"Bash"}]`), userSays(list(result(a, "ok"))))
}

func TestRC33NormalisedWhereverItCameFrom(t *testing.T) {
	body := conversation(hello, assistantSays(list(serverUse("srvtoolu_A", "Bash"))), userSays(list(result("srvtoolu_A", "ok"))))
	toClaude, _ := send(t, claude(), body)
	toPlain, _ := send(t, plain(), body)
	if toClaude != toPlain || toClaude == body {
		t.Errorf("to one  %s\nto other %s", toClaude, toPlain)
	}
}

func TestRC34CleanBody(t *testing.T) {
	unchanged(t, claude(), conversation(hello, assistantSays(list(use(a))), userSays(list(result(a, "srvtoolu_x server_tool_use")))))
	unchanged(t, plain(), conversation(hello, assistantSays(list(use(a))), userSays(list(result(a, "ok")))))
}

func TestIDsOfAnyFormStayWhereTheTargetTakesThem(t *testing.T) {
	body := `{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"functions.Bash:0","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"functions.Bash:0","content":"ok"}]}]}`
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	lax := normalize.Everything()
	lax.AnyToolIDs = true
	if mended, labels := normalize.Mend(req, normalize.Target{Accepts: lax}); mended != req {
		t.Error(labels, mended.Body)
	}
	twice := strings.Replace(body, `]}]}`, `]},{"role":"assistant","content":[{"type":"tool_use","id":"functions.Bash:0","name":"Bash","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"functions.Bash:0","content":"ok"}]}]}`, 1)
	if req, err = anthropic.ParseRequest(twice); err != nil {
		t.Fatal(err)
	}
	if _, labels := normalize.Mend(req, normalize.Target{Accepts: lax}); len(labels) != 1 || labels[0] != normalize.LabelToolIDs {
		t.Error(labels)
	}
}
