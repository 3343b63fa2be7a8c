package normalize_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/normalize"
	"afterglow/proxy/normalize/strict"
)

// claude is what Anthropic itself takes.
func claude() normalize.Target {
	a := normalize.Everything()
	a.Unsigned = false
	return normalize.Target{Vendor: "anthropic", Accepts: a, Session: "s"}
}

// plain is a vendor that takes as little as possible.
func plain() normalize.Target { return normalize.Target{Vendor: "plain", Session: "s"} }

// tools are two client tools; what tests call "Bash" and "Read".
const tools = `"tools":[{"name":"Bash","input_schema":{"type":"object"}},{"name":"Read","input_schema":{"type":"object"}}]`

// conversation is a body with these messages.
func conversation(messages ...string) string {
	return `{"model":"claude-opus-5-5","max_tokens":32000,` + tools + `,"messages":[` + strings.Join(messages, ",") + `]}`
}

func userSays(content string) string      { return `{"role":"user","content":` + content + `}` }
func assistantSays(content string) string { return `{"role":"assistant","content":` + content + `}` }
func use(id string) string {
	return `{"type":"tool_use","id":"` + id + `","name":"Bash","input":{}}`
}
func result(id, content string) string {
	return `{"type":"tool_result","tool_use_id":"` + id + `","content":"` + content + `"}`
}
func list(blocks ...string) string { return "[" + strings.Join(blocks, ",") + "]" }

const (
	hello = `{"role":"user","content":"hello"}`
	done  = `{"type":"text","text":"done"}`
)

// send mends a body, and checks what is true of every mended body: the target takes it, mending it
// again changes nothing, and labels tell of every change.
func send(t *testing.T, to normalize.Target, body string) (string, []string) {
	t.Helper()
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Clone(body)
	got, labels := normalize.Mend(req, to)
	if body != before {
		t.Fatal("the input was changed")
	}
	if (len(labels) == 0) != (got == req) {
		t.Fatalf("labels %q, but the same request: %v", labels, got == req)
	}
	if err := strict.Check([]byte(got.Body), strict.Rules{Accepts: to.Accepts}); err != nil {
		t.Fatalf("%v\nin  %s\nout %s", err, body, got.Body)
	}
	if again, labels := normalize.Mend(got, to); again != got || len(labels) > 0 {
		t.Fatalf("the second time it changed again, %q\nfirst  %s\nsecond %s", labels, got.Body, again.Body)
	}
	return got.Body, labels
}

// unchanged sends a body that needs nothing.
func unchanged(t *testing.T, to normalize.Target, body string) {
	t.Helper()
	if got, labels := send(t, to, body); got != body || len(labels) > 0 {
		t.Fatalf("changed, %q:\n%s", labels, got)
	}
}

// messages sends a conversation and compares the messages that come out.
func messages(t *testing.T, to normalize.Target, in []string, want ...string) (labels []string) {
	t.Helper()
	got, labels := send(t, to, conversation(in...))
	if got := gjson.Get(got, "messages").Raw; got != list(want...) {
		t.Fatalf("got  %s\nwant %s", got, list(want...))
	}
	return labels
}

func wantLabels(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
}

func TestRC27MendingTwice(t *testing.T) {
	body := conversation(assistantSays(list(use("call_1"), result("call_1", "ok"))), userSays(list(done, result("call_2", "whose?"))),
		assistantSays(`[{"type":"tool_use","id":"call_2","name":"Bash","input":[]},`+unsigned+`]`))
	before := strings.Clone(body)
	req, err := anthropic.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	once, labels := normalize.Mend(req, claude())
	wantLabels(t, labels, normalize.LabelThinkingDropped, normalize.LabelToolPairing, normalize.LabelToolIDs, normalize.LabelToolInput, normalize.LabelFirstUser)
	if twice, labels := normalize.Mend(once, claude()); twice != once || labels != nil {
		t.Errorf("the second time: %q\n%s", labels, twice.Body)
	}
	if same, _ := normalize.Mend(req, claude()); same.Body != once.Body || req.Body != before {
		t.Error("the input was changed, or two runs differ")
	}
}

func TestInvalidJSONIsTheVendorsToRefuse(t *testing.T) {
	for _, body := range []string{
		conversation(hello, assistantSays(list(use("call_1")))) + "x}",
		`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":""},]}]}`,
		`{"model":"m","messages":[{"role":"user","content":""}],"tools":[}}`,
		`{"model":"m","messages":[{"role":"user","content":"a` + "\x01" + `"},{"role":"user","content":""}]}`,
		`{"model":"m","messages":[{"role":"user","content":""}],"messages":[]}`,
		`{"model":"m","tools":[],"messages":[{"role":"user","content":""}],"tools":[{"type":"x"}]}`,
	} {
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			continue
		}
		for _, to := range []normalize.Target{plain(), claude()} {
			if got, labels := normalize.Mend(req, to); got != req || labels != nil {
				t.Errorf("%s became %s, %q", body, got.Body, labels)
			}
		}
	}
}

func TestUnknownShapesPass(t *testing.T) {
	for _, body := range []string{
		`{"model":"m"}`,
		`{"model":"m","messages":{}}`,
		`{"model":"m","messages":[]}`,
		`{"model":"m","messages":[1,"x",null,[]]}`,
		`{"model":"m","messages":[{"role":"user","content":null},{"role":"moderator","content":"x"}]}`,
		`{"model":"m","messages":[{"role":"user","content":[1,null,{"type":5},{"kind":"x"}]}]}`,
		`{"model":"m","messages":[{"role":"user","role":"assistant","content":""},{"role":"user","content":"x","content":""}]}`,
		`{"model":"m","system":5,"tools":{},"messages":[{"role":"user","content":"x"}]}`,
	} {
		req, err := anthropic.ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		if got, labels := normalize.Mend(req, plain()); got != req || labels != nil {
			t.Errorf("%s became %s, %q", body, got.Body, labels)
		}
	}
}

func TestUsesBeforeAMessageOfUnknownShape(t *testing.T) {
	odd := `{"role":"user","content":null}`
	req, err := anthropic.ParseRequest(conversation(hello, assistantSays(list(use(a))), odd))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := normalize.Mend(req, claude())
	if want := conversation(hello, assistantSays(list(use(a))), userSays(list(lostA)), odd); got.Body != want {
		t.Errorf("got  %s\nwant %s", got.Body, want)
	}
}
