package cli

import (
	"os"
	"strings"
	"testing"
	"testing/iotest"
)

func TestAskReadsYesAndNo(t *testing.T) {
	for _, c := range []struct {
		typed       string
		usual, want bool
		fails       bool
		hints       int
	}{
		{"y\n", false, true, false, 1}, {"YES\n", false, true, false, 1}, {"n\n", true, false, false, 1}, {" no \n", true, false, false, 1},
		{"\n", true, true, false, 1}, {"\n", false, false, false, 1}, {"what\ny\n", false, true, false, 2}, {"y", false, true, false, 1},
		{"", true, false, true, 1}, {"what", true, false, true, 1},
	} {
		var out strings.Builder
		got, err := ask(iotest.OneByteReader(strings.NewReader(c.typed)), &out, "Really?", c.usual)
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%q: %v %v", c.typed, got, err)
		}
		if n := strings.Count(out.String(), "Really? ["); n != c.hints {
			t.Errorf("%q: it asked %d times: %s", c.typed, n, &out)
		}
	}
}

// A script is not asked: it would wait without end, or take the next line of its input for the answer.
func TestAskDoesNotAskScripts(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	var out strings.Builder
	if yes, asked, err := Ask(r, &out, "Really?", true); !yes || asked || err != nil || out.Len() > 0 {
		t.Errorf("%v %v %v %q", yes, asked, err, &out)
	}
}
