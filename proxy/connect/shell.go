package connect

import "strings"

// Shells are those that Line knows.
var Shells = []string{"bash", "zsh", "fish", "powershell", "cmd"}

// Line sets a variable in a shell, for its session. The value is quoted so that the shell takes nothing in it as its own.
func (v Variable) Line(shell string) string {
	switch shell {
	case "fish":
		return "set -gx " + v.Name + " '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(v.Value) + "'"
	case "powershell":
		return "$Env:" + v.Name + " = '" + strings.ReplaceAll(v.Value, `'`, `''`) + "'"
	case "cmd":
		return `set "` + v.Name + "=" + v.Value + `"`
	}
	return "export " + v.Name + "='" + strings.ReplaceAll(v.Value, `'`, `'\''`) + "'"
}
