package connect

import (
	"strings"
	"testing"
)

// ours is the header that Connect adds.
const ours = `X-Afterglow-Token: s3cret`

func TestHeadersOfTheUserStay(t *testing.T) {
	for before, want := range map[string]string{
		`"A: b"`:       `"A: b\n` + ours + `"`,
		`"A: b\nC: d"`: `"A: b\nC: d\n` + ours + `"`,
		`""`:           `"` + ours + `"`,
		`"x-afterglow-token: of another\nA: \u0062"`: `"A: b\n` + ours + `"`,
	} {
		d, file := home(t, "claude-code")
		text := "{\n  \"env\": {\n    \"ANTHROPIC_CUSTOM_HEADERS\": " + before + "\n  }\n}\n"
		put(t, file, text)
		must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
		if got := content(t, file); !strings.Contains(got, `"ANTHROPIC_CUSTOM_HEADERS": `+want+"\n") {
			t.Errorf("%s became %s", before, got)
		}
		put(t, file, content(t, file)+"\n") // not as it was left: key by key
		must(t, off(d, "claude-code", target("127.0.0.1:1")))
		if got := content(t, file); got != text+"\n" {
			t.Errorf("got %q, want %q", got, text)
		}
	}
}

// The user has changed the headers meanwhile: only our line goes.
func TestOnlyOurHeaderGoes(t *testing.T) {
	for _, c := range []struct{ before, now, after string }{
		{`"A: b"`, `"A: b\n` + ours + `\nC: d"`, `"ANTHROPIC_CUSTOM_HEADERS": "A: b\nC: d"`},
		{`"A: b"`, `"` + ours + `\nA: b"`, `"ANTHROPIC_CUSTOM_HEADERS": "A: b"`},
		{`"A: b"`, `"` + ours + `"`, `"ANTHROPIC_CUSTOM_HEADERS": ""`},
		{`"A: b"`, `"C: d"`, `"ANTHROPIC_CUSTOM_HEADERS": "C: d"`},
		{"", `"C: d\n` + ours + `"`, `"ANTHROPIC_CUSTOM_HEADERS": "C: d"`},
		{"", `"X-Afterglow-Token:another"`, ``},
	} {
		d, file := home(t, "claude-code")
		put(t, file, "{}\n")
		if c.before != "" {
			put(t, file, `{"env": {"ANTHROPIC_CUSTOM_HEADERS": `+c.before+"}}\n")
		}
		must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
		edited, err := (jsonText{}).set([]byte(content(t, file)), []string{"env", "ANTHROPIC_CUSTOM_HEADERS"}, c.now)
		must(t, err)
		put(t, file, string(edited))
		must(t, off(d, "claude-code", target("127.0.0.1:1")))
		got := content(t, file)
		if !strings.Contains(got, c.after) || c.after == "" && got != "{}\n" || strings.Contains(got, "fterglow") {
			t.Errorf("%s: %s", c.now, got)
		}
	}
}

func TestHeadersThatAreNoText(t *testing.T) {
	d, file := home(t, "claude-code")
	put(t, file, `{"env": {"ANTHROPIC_CUSTOM_HEADERS": ["A: b"]}}`)
	err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1"))
	if err == nil || !strings.Contains(err.Error(), file+": env.ANTHROPIC_CUSTOM_HEADERS: expected a string") {
		t.Error(err)
	}
}
