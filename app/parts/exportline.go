package parts

import (
	"net"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// ExportAll are the lines for bash and zsh that set these variables, as they may be seen or as they are copied.
func ExportAll(variables []connect.Variable, hidden bool) string {
	var lines []string
	for _, v := range variables {
		if hidden {
			v.Value = Masked(v)
		}
		lines = append(lines, v.Line("bash"))
	}
	return strings.Join(lines, "\n")
}

// Masked is a variable's value as it may be seen: a person who looks at the screen must not read a token. What is copied
// is the whole.
func Masked(v connect.Variable) string {
	if v.Value == config.Placeholder || !strings.HasSuffix(v.Name, "_TOKEN") && !strings.HasSuffix(v.Name, "_HEADERS") {
		return v.Value
	}
	if name, _, found := strings.Cut(v.Value, ": "); found {
		return name + ": ••••••••"
	}
	return "••••••••"
}

// ExportLine is what a shell must run before Claude Code, so that it calls the proxy at addr: a line, or two where it
// needs no login, because Claude Code wants something that stands for a key.
func ExportLine(addr string, noLogin bool) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	line := "export ANTHROPIC_BASE_URL=http://" + net.JoinHostPort(host, port)
	if noLogin {
		line += "\nexport ANTHROPIC_AUTH_TOKEN=" + config.Placeholder
	}
	return line
}
