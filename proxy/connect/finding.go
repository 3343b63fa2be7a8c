package connect

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Kind is what a finding is about.
type Kind string

const (
	Address    Kind = "address"     // another address for the client's calls
	Credential Kind = "credential"  // a key that is not one of Anthropic's
	Helper     Kind = "helper"      // a program that prints the key
	Model      Kind = "model"       // a model that is not one of Claude's
	Cloud      Kind = "cloud"       // Bedrock, Vertex and others, which Claude Code calls without the address
	WebProxy   Kind = "web_proxy"   // an HTTP proxy that is asked for addresses of this machine too
	Ignored    Kind = "ignored"     // the client does not read the file as it is written
	Profile    Kind = "profile"     // a profile of Codex
	Provider   Kind = "provider"    // opencode's provider "afterglow" is off
	OtherModel Kind = "other_model" // opencode begins with another provider's model
)

// Finding is a setting outside Afterglow that decides where a client's calls go, or what they carry.
type Finding struct {
	Kind      Kind   `json:"kind"`
	File      string `json:"file,omitempty"`  // "" = a variable of the shell
	Key       string `json:"key,omitempty"`   // "env.ANTHROPIC_BASE_URL"
	Value     string `json:"value,omitempty"` // a host, a model or a name; never a secret
	Overrides bool   `json:"overrides"`       // calls do not come to Afterglow, though the client is connected
	Replaced  bool   `json:"replaced"`        // connecting writes something else there in any case
	Aside     bool   `json:"aside"`           // Connect can set it aside

	in   string // the file in which it is set aside; "" = the client's own
	edit edit
}

// String says what the setting does, in a sentence or two. It holds no secret.
func (f Finding) String() string {
	text := f.where() + " " + f.does()
	if f.Replaced {
		text += " Connecting replaces it, and disconnecting restores it."
	}
	return text
}

func (f Finding) where() string {
	switch {
	case f.File == "":
		return f.Key + " in the shell"
	case f.Key == "":
		return f.File
	}
	return f.File + ": " + f.Key
}

func (f Finding) does() string {
	switch f.Kind {
	case Address:
		return "sends calls to " + f.Value + "."
	case Credential:
		return "holds a key that is not Anthropic's."
	case Helper:
		return "runs a program that supplies a key. The key goes to vendors that use the client's own credentials."
	case Model:
		return fmt.Sprintf("asks for %s, which is not a Claude model. Vendors without this model use their default model.", f.Value)
	case Cloud:
		return "makes Claude Code call a cloud provider instead of Afterglow."
	case WebProxy:
		return fmt.Sprintf("sends all calls to the HTTP proxy %s. NO_PROXY has to name 127.0.0.1.", f.Value)
	case Ignored:
		return "has comments or trailing commas, so Claude Code ignores the whole file."
	case Profile:
		return fmt.Sprintf("chooses the profile %s. It may use another provider, and newer versions of Codex do not start with it.", f.Value)
	case Provider:
		return `turns the provider "afterglow" off.`
	}
	return fmt.Sprintf("chooses %s, which does not go through Afterglow.", f.Value)
}

// Shell is where a client is started.
type Shell struct {
	Dir string                   // the working directory; "" = not known
	Env func(name string) string // nil = not known
}

// ThisShell is where this process was started.
func ThisShell() Shell {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return Shell{Dir: dir, Env: os.Getenv}
}

func (s Shell) env(name string) string {
	if s.Env == nil {
		return ""
	}
	return s.Env(name)
}

// sight is all that decides where a client's calls go.
type sight struct {
	file        string
	text        []byte // of the client's own file, as it is without what was set aside
	to          route
	target      Target
	credentials Credentials
	shell       Shell
	root        string
}

// Look returns what connecting a client would find. It reads files and changes none.
func (d *Desk) Look(id string, with Choice, t Target) ([]Finding, error) {
	c, err := lookUp(id)
	if err != nil {
		return nil, err
	}
	to, err := c.choose(with.Vendor, t)
	if err != nil {
		return nil, err
	}
	file, text, _, err := c.read()
	if err != nil {
		return nil, err
	}
	return c.look(sight{file, text, to, t, t.settle(with.Credentials, d.Shell), d.Shell, d.root})
}

func (c client) look(s sight) (all []Finding, err error) {
	at, err := c.calls(s.text)
	if err != nil {
		return nil, inFile(s.file, err)
	}
	if host := hostOf(at); host != "" && !leads(at, s.target.Address) {
		all = append(all, Finding{Kind: Address, File: s.file, Key: strings.Join(c.addressKey, "."), Value: host, Replaced: true})
	}
	return append(all, c.finds(s)...), nil
}

// layer is a file of settings that counts for a client.
type layer struct {
	file  string // "" = the client's own
	fixed bool   // an administrator's: it is not ours to change
	all   map[string]any
}

// layers are those files that are there and can be read.
func (c client) layers(fixed bool, files ...string) (all []layer) {
	for _, file := range files {
		text, err := readText(file)
		if err != nil {
			continue
		}
		if values, err := c.text.read(text); err == nil && c.reads(text) {
			all = append(all, layer{file, fixed, values})
		}
	}
	return all
}

// found is a finding at a key of a layer, which a value in its place sets aside; "" = nothing does.
func (s sight) found(l layer, kind Kind, value, instead string, key ...string) Finding {
	f := Finding{Kind: kind, File: l.file, Key: strings.Join(key, "."), Value: value, in: l.file}
	if l.file == "" {
		f.File = s.file
	}
	if instead != "" && !l.fixed {
		f.Aside, f.edit = true, edit{Key: key, New: instead, Put: true}
	}
	return f
}

// system are the folders of an operating system in which an administrator's settings are.
func system(root, linux, mac, windows string) string {
	switch runtime.GOOS {
	case "darwin":
		linux = mac
	case "windows":
		linux = windows
	}
	return filepath.Join(root, linux)
}

// bypasses reports whether a list of NO_PROXY names the host of an address.
func bypasses(list, address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	for part := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if part == "*" || strings.EqualFold(part, host) || part == net.JoinHostPort(host, port) || part == "["+host+"]" {
			return true
		}
	}
	return false
}

// webProxy finds the first of some variables of the shell that names an HTTP proxy for an address.
func (s sight) webProxy(names ...string) []Finding {
	if bypasses(s.shell.env("NO_PROXY"), s.target.Address) || bypasses(s.shell.env("no_proxy"), s.target.Address) {
		return nil
	}
	for _, name := range names {
		if value := s.shell.env(name); value != "" {
			return []Finding{{Kind: WebProxy, Key: name, Value: proxyHost(value), Overrides: true}}
		}
	}
	return nil
}

// proxyHost is the host and port of a proxy, without the password that may stand before it.
func proxyHost(value string) string {
	_, rest, found := strings.Cut(value, "://")
	if !found {
		rest = value
	}
	rest, _, _ = strings.Cut(rest, "/")
	return rest[strings.LastIndexByte(rest, '@')+1:]
}
