// Package migrate turns a configuration of coding-proxy, the reference, into one of Afterglow's.
package migrate

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"sort"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Convert returns the TOML that means what a config.yaml does, and a note for each thing in it that has no
// counterpart or became something else: "line 12, failover.status_codes: …". Keys stay as they are written,
// ${NAME} too, and none is in a note. The error says that the text is no such file.
func Convert(yaml []byte) (toml string, notes []string, err error) {
	root, err := parse(yaml)
	if err != nil {
		return "", nil, err
	}
	if root.fields == nil && !root.null {
		return "", nil, errors.New("read YAML: expected a mapping with keys such as server and vendors")
	}
	root.read = true
	c := &converter{root: root, builtin: builtin()}
	c.server()
	c.chain()
	c.models()
	c.sessions()
	c.prices()
	c.natives()
	c.log()
	for _, name := range []string{"database", "failover", "auth", "native_api", "session_policies"} {
		if n := root.get(name); n != nil {
			n.read = true // a note for each key in it
		}
	}
	root.unread(func(n *node) { c.note(n, "%s", why(n.path)) })
	sort.SliceStable(c.notes, func(i, j int) bool { return c.notes[i].line < c.notes[j].line })
	for _, n := range c.notes {
		notes = append(notes, n.text)
	}
	return c.toml(), notes, nil
}

type converter struct {
	root    *node
	builtin config.Config // what Afterglow has without a word
	listen  string
	token   bool
	tiers   []string
	rows    []*table // of vendors
	after   []*table // what follows them
	notes   []note
}

// builtin is a configuration of all vendors that coding-proxy knows.
func builtin() config.Config {
	names := []string{"anthropic", "copilot", "antigravity"}
	for name := range keyed {
		names = append(names, name)
	}
	conf, _ := config.Parse("", "tiers = "+list(names), func(string) string { return "" }) // always correct: a test has it
	return conf
}

// preset is the built-in vendor of that name.
func (c *converter) preset(name string) config.Vendor {
	for _, v := range c.builtin.Vendors {
		if v.Name == name {
			return v
		}
	}
	return config.Vendor{}
}

type note struct {
	line int
	text string
}

func (c *converter) note(n *node, format string, args ...any) {
	c.notes = append(c.notes, note{n.line, fmt.Sprintf("line %d, %s: %s", n.line, n.path, fmt.Sprintf(format, args...))})
}

// reasons are why something has no counterpart, by the end or the beginning of its path.
var reasons = []struct{ pattern, why string }{
	{`^failover\b`, "Afterglow decides by the meaning of the vendor's answer"},
	{`\.retry\b`, "it had no effect; see retry in docs/configuration.md"},
	{`^database\.path$`, "Afterglow has its own call history; old calls can be imported"},
	{`^database\b`, "Afterglow stores no such state"},
	{`^auth\b|token_url$`, "Afterglow has its own sign-in"},
	{`\.models_cache_ttl_seconds$`, "Afterglow decides when it asks for the models"},
	{`title_exempt_prefixes|title_vendor_bindings`, "sessions are matched by their key"},
	{`^session_policies.*\.(quota|client_category)$`, "policies are by session only"},
}

func why(path string) string {
	for _, r := range reasons {
		if regexp.MustCompile(r.pattern).MatchString(path) {
			return r.why
		}
	}
	return "Afterglow has no such setting"
}

// server makes the address. One that others reach needs a token.
func (c *converter) server() {
	server := c.root.get("server")
	host, port := server.get("host").text(), server.get("port").text()
	if host == "" && port == "" {
		return
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "3392"
	}
	c.listen = net.JoinHostPort(host, port)
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		c.token = true
		c.note(server.get("host"), "other machines can reach this address, so every request must carry a token. Set AFTERGLOW_TOKEN, at least 16 characters")
	}
}

// sessions makes a policy for each session that one names.
func (c *converter) sessions() {
	policies := c.root.get("session_policies")
	if inner := policies.get("policies"); inner != nil {
		policies = inner
	}
	for _, p := range policies.items() {
		match := p.get("match")
		p.get("name").text() // only a label
		keys := match.get("session_keys").items()
		var vendors []string
		for _, tier := range p.get("tiers").items() {
			if name := tier.text(); slices.Contains(c.tiers, name) {
				vendors = append(vendors, name)
			} else {
				c.note(tier, "%q is not in the chain", name)
			}
		}
		var matches []string
		for _, key := range keys {
			matches = append(matches, key.text())
		}
		if category := match.get("client_category"); len(keys) == 0 && category.text() == "cc" {
			matches = []string{"*"}
		}
		if len(vendors) == 0 {
			continue
		}
		for _, m := range matches {
			c.after = append(c.after, newTable("[[sessions]]").set("match", quote(m)).set("vendors", list(vendors)))
		}
	}
}

func (c *converter) natives() {
	for _, name := range []string{"openai", "gemini", "anthropic"} {
		from, to := c.root.get("native_api").get(name), newTable("[native."+name+"]")
		if from == nil {
			continue
		}
		from.read = true
		if !from.get("enabled").is(true) {
			to.set("enabled", "false")
		}
		if url := strings.TrimRight(from.get("base_url").text(), "/"); url != "" && url != c.builtin.Native[name].BaseURL && c.mayGo(from.get("base_url"), url) {
			to.set("base_url", quote(url))
		}
		if ms := from.get("timeout_ms").number(300000); ms != 300000 {
			to.set("timeout", milliseconds(ms))
		}
		if ms := from.get("connect_timeout_ms").number(15000); ms != 15000 {
			to.set("connect_timeout", milliseconds(ms))
		}
		if len(to.lines) > 0 {
			c.after = append(c.after, to)
		}
	}
}

// mayGo reports whether the client's own credentials may go to a URL. One that they may not go to becomes a note.
func (c *converter) mayGo(n *node, url string) bool {
	err := config.MayGo(config.Destination{Secret: config.ClientsOwn, Origin: config.OriginOf(url)}, config.Change{By: config.ByFile})
	if err != nil {
		var why reason.Reason
		errors.As(err, &why)
		c.note(n, "%s; skipped", why.Words)
	}
	return err == nil
}

// levels of the log that have another name here.
var levels = map[string]string{"WARNING": "warn", "CRITICAL": "error", "FATAL": "error", "DEBUG": "debug", "INFO": "info", "WARN": "warn", "ERROR": "error"}

func (c *converter) log() {
	from, to := c.root.get("logging"), newTable("[log]")
	if level := levels[strings.ToUpper(from.get("level").text())]; level != "" && level != "info" {
		to.set("level", quote(level))
	}
	if file := from.get("file").text(); file != "" {
		to.set("file", quote(file))
		c.note(from.get("file"), "a relative path is now in the state folder")
	}
	if size := from.get("max_bytes").number(5 << 20); size != 5<<20 {
		to.set("max_size", whole(min(max(size, 64<<10), 1<<30)))
	}
	if keep := from.get("backup_count").number(5); keep != 5 {
		to.set("keep", whole(min(max(keep, 1), 1000)))
	}
	if len(to.lines) > 0 {
		c.after = append(c.after, to)
	}
}
