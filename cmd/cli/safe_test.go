package cli

import "testing"

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
