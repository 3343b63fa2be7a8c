package desktop

import (
	"strings"
)

// desktopEntry is an autostart file of freedesktop.org:
// https://specifications.freedesktop.org/autostart-spec/latest/ and https://specifications.freedesktop.org/desktop-entry-spec/latest/
func desktopEntry(p Program) string {
	var exec []string
	for _, arg := range append([]string{p.Path}, p.Args...) {
		exec = append(exec, execQuoted(arg))
	}
	return "[Desktop Entry]\nType=Application\nName=" + entryString(p.Name) + "\nComment=" + entryString(p.Comment) +
		"\nExec=" + entryString(strings.Join(exec, " ")) + "\nIcon=" + entryString(p.ID) +
		"\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
}

// execQuoted is an argument of Exec: in quotes, where a backslash stands before what the shell would take, and a
// percent sign doubled, because one alone is a field code.
func execQuoted(arg string) string {
	quoted := `"` + strings.NewReplacer(`"`, `\"`, "`", "\\`", `$`, `\$`, `\`, `\\`).Replace(arg) + `"`
	if strings.IndexFunc(arg, reserved) < 0 && arg != "" {
		quoted = arg
	}
	return strings.ReplaceAll(quoted, "%", "%%")
}

// reserved are the characters for which an argument of Exec must be quoted.
func reserved(r rune) bool { return strings.ContainsRune(" \t\n\"'\\><~|&;$*?#()`", r) }

// entryString is a value of the type string, in which a backslash begins an escape.
func entryString(s string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(s)
}

// desktopEntryCommand reads Exec. Entries are switched off with one of two keys.
func desktopEntryCommand(text string) (off bool, command []string) {
	group := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		}
		key, value, ok := strings.Cut(line, "=")
		if group != "[Desktop Entry]" || !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "Hidden":
			off = off || value == "true"
		case "X-GNOME-Autostart-enabled":
			off = off || value == "false"
		case "Exec":
			command = splitExec(entryText(value))
		}
	}
	return off, command
}

// entryText undoes entryString.
func entryText(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\s`, " ").Replace(s)
}

// splitExec undoes execQuoted, for each argument.
func splitExec(exec string) (args []string) {
	exec = strings.ReplaceAll(exec, "%%", "%")
	var arg strings.Builder
	begun, quoted := false, false
	for i := 0; i < len(exec); i++ {
		c := exec[i]
		switch {
		case c == '"':
			begun, quoted = true, !quoted
		case c == '\\' && quoted && i+1 < len(exec):
			i++
			arg.WriteByte(exec[i])
		case c == ' ' && !quoted:
			if begun {
				args = append(args, arg.String())
			}
			arg.Reset()
			begun = false
		default:
			arg.WriteByte(c)
			begun = true
		}
	}
	if begun {
		args = append(args, arg.String())
	}
	return args
}
