package cli

import (
	"math"
	"strings"
	"testing"
)

func TestTableAlignsWideText(t *testing.T) {
	table := NewTable("MODEL", "CALLS", "REASON").Right(1)
	table.Row("glm-5.1", "1,234", "")
	table.Row("智谱清言", "7", "busy\x1b[31m")
	var out strings.Builder
	if _, err := table.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	const want = "MODEL     CALLS  REASON\n" +
		"glm-5.1   1,234  -\n" +
		"智谱清言      7  busy\\x1b[31m\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -1: "-1", -100: "-100", -1000: "-1,000",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := Thousands(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

func TestNoColourOffATerminal(t *testing.T) {
	if got := Red(&strings.Builder{}, "out"); got != "out" {
		t.Errorf("%q", got)
	}
}
