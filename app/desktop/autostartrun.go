package desktop

import "strings"

// windowsCommand is a value of the Run key: a command line, quoted as programs on Windows take theirs apart.
func windowsCommand(p Program) string {
	line := windowsQuoted(p.Path, true)
	for _, arg := range p.Args {
		line += " " + windowsQuoted(arg, false)
	}
	return line
}

// windowsQuoted follows the rules of CommandLineToArgvW: backslashes count only before a quotation mark.
func windowsQuoted(arg string, always bool) string {
	if !always && arg != "" && !strings.ContainsAny(arg, " \t\"") {
		return arg
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for i := range len(arg) {
		switch c := arg[i]; c {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1))
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteByte(arg[i])
	}
	b.WriteString(strings.Repeat(`\`, slashes) + `"`)
	return b.String()
}

// splitWindows takes a command line apart.
func splitWindows(line string) (args []string) {
	var arg strings.Builder
	begun, quoted, slashes := false, false, 0
	flush := func(n int) { arg.WriteString(strings.Repeat(`\`, n)); slashes = 0 }
	for i := range len(line) {
		switch c := line[i]; {
		case c == '\\':
			slashes++
			begun = true
		case c == '"' && slashes%2 == 1:
			flush(slashes / 2)
			arg.WriteByte('"')
		case c == '"':
			flush(slashes / 2)
			begun, quoted = true, !quoted
		case (c == ' ' || c == '\t') && !quoted:
			flush(slashes)
			if begun {
				args = append(args, arg.String())
			}
			arg.Reset()
			begun = false
		default:
			flush(slashes)
			arg.WriteByte(c)
			begun = true
		}
	}
	flush(slashes)
	if begun {
		args = append(args, arg.String())
	}
	return args
}
