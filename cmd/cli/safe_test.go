package cli

import (
	"encoding/json"
	"testing"
)

// RC-78: what a client or a vendor names a thing must not speak to the terminal.
func TestSafeShowsWhatATerminalWouldObey(t *testing.T) {
	for given, want := range map[string]string{
		"glm-5.1":                   "glm-5.1",
		"模型 — ¥3.40":                "模型 — ¥3.40",
		"\x1b[2J\x1b]0;title\x07":   `\x1b[2J\x1b]0;title\x07`,
		"two\nlines\tand a tab":     `two\x0alines\x09and a tab`,
		"\u009b31mred":              `\x9b31mred`,
		"\x9b broken":               `\x9b broken`,
		"gpt\u202e4":                `gpt\u202e4`,
		"<img onerror=alert(1)>":    "<img onerror=alert(1)>",
		"del\x7f line\u2028end":     `del\x7f line\u2028end`,
		"a replacement \ufffd sign": "a replacement \ufffd sign",
	} {
		if got := Safe(given); got != want {
			t.Errorf("%q: got %s, want %s", given, got, want)
		}
	}
	if got := SafeLines("a\x1b\nb"); got != "a\\x1b\nb" {
		t.Errorf("%q", got)
	}
}

func TestSafeJSONIsTheSameDocument(t *testing.T) {
	const given = "a\u009b31m \u202e \x7f 模型 \U000e0041 \n"
	text, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	safe := SafeJSON(text)
	if want := `"a\u009b31m \u202e \u007f 模型 \udb40\udc41 \n"`; string(safe) != want {
		t.Errorf("got %s, want %s", safe, want)
	}
	var back string
	if err := json.Unmarshal(safe, &back); err != nil || back != given {
		t.Errorf("%q, %v", back, err)
	}
	if got := SafeJSON([]byte("\"\x9b\"")); string(got) != `"\ufffd"` {
		t.Errorf("%s", got)
	}
}
