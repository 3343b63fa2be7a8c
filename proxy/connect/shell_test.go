package connect

import (
	"os/exec"
	"testing"
)

// TestShellsReadTheirLines asks the shells that are installed what they understand.
func TestShellsReadTheirLines(t *testing.T) {
	v := Variable{"AFTERGLOW_LINE", `X-Afterglow-Token: it's $HOME \ "q" %PATH%`}
	tried := 0
	for _, shell := range []string{"bash", "zsh", "fish"} {
		program, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		tried++
		out, err := exec.Command(program, "-c", v.Line(shell)+"\n"+`printf %s "$AFTERGLOW_LINE"`).Output() // without what it says of a language that the machine lacks
		if err != nil || string(out) != v.Value {
			t.Errorf("%s understands %q (%v), want %q", shell, out, err, v.Value)
		}
	}
	if tried == 0 {
		t.Skip("none of these shells is installed")
	}
	for shell, want := range map[string]string{
		"fish": `set -gx N 'it\'s'`, "powershell": `$Env:N = 'it''s'`, "cmd": `set "N=it's"`, "zsh": `export N='it'\''s'`,
	} {
		if got := (Variable{"N", "it's"}).Line(shell); got != want {
			t.Errorf("%s: %s, want %s", shell, got, want)
		}
	}
}
