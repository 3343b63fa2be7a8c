package anthropic_test

import (
	"regexp"
	"strings"
	"testing"

	"afterglow/proxy/anthropic"
)

var taken = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

func TestEveryToolHasANameThatVendorsTakeAndGetsItsOwnBack(t *testing.T) {
	long := strings.Repeat("long_name_", 12)
	var n anthropic.Names
	seen := map[string]bool{}
	for _, name := range []string{"Bash", long + "a", long + "b", "21st_magic", "read/file", "read.file", "文件", "", "-x", "Bash", "read/file", strings.Repeat("a", 64), strings.Repeat("a", 65)} {
		sent := n.Tool(name)
		if !taken.MatchString(sent) || seen[sent] {
			t.Errorf("%q is sent as %q", name, sent)
		}
		seen[sent] = true
		if back, renamed := n.Back()[sent]; renamed && back != name || !renamed && sent != name {
			t.Errorf("%q is sent as %q and comes back as %q", name, sent, back)
		}
	}
}

func TestAToolsNameIsTheSameOnEveryTurn(t *testing.T) {
	var one, other, none anthropic.Names
	other.Tool("read.file")
	if a, b := one.Tool("read/file"), other.Tool("read/file"); a != b || a != none.Sent("read/file") || a != one.Sent("read/file") {
		t.Error(a, b)
	}
}

func TestANameThatFitsKeepsItWhereAnotherWasShortenedToIt(t *testing.T) {
	var n anthropic.Names
	short := n.Sent("read/file")
	if kept, other := n.Tool(short), n.Tool("read/file"); kept != short || other == short || n.Back()[other] != "read/file" {
		t.Error(kept, other)
	}
}

func TestThousandsOfToolsOfOneNameCostLittle(t *testing.T) {
	var n anthropic.Names
	for range 100_000 { // with a search for each it would take hours
		n.Tool("a/b")
	}
	if len(n.Back()) != 100_000 {
		t.Error(len(n.Back()))
	}
}

func TestAMessageHasTheClientsNamesAgain(t *testing.T) {
	back := map[string]string{"a_1": "a/b"}
	got := string(anthropic.MessageWithNames([]byte(`{"content":[{"type":"text","text":"a_1"},{"type":"tool_use","name":"a_1","input":{"name":"a_1"}},{"type":"tool_use","name":"c"}]}`), back))
	if got != `{"content":[{"type":"text","text":"a_1"},{"type":"tool_use","name":"a/b","input":{"name":"a_1"}},{"type":"tool_use","name":"c"}]}` {
		t.Error(got)
	}
}
