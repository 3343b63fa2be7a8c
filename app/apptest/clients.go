package apptest

import (
	"errors"
	"runtime"

	"afterglow/app/desktop"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/reason"
)

// ClientPart is the part of Proxy that is behind the Clients page. It keeps silent unless it has clients, as
// VendorPart does, because what is read away from the UI's goroutine would be drawn there by Fyne's test driver.
type ClientPart struct {
	ClientList   []connect.Status
	VariableList []connect.Variable
	Asked        []string
	Refuses      string            // what goes wrong with every change; "" = nothing
	Left         *connect.Restored // what a disconnection leaves; nil = nothing
	Hangs        chan struct{}     // what Suspend waits for; nil = for nothing
}

func (f *ClientPart) Clients() []connect.Status {
	if f.ClientList == nil {
		runtime.Goexit()
	}
	return f.ClientList
}

func (f *ClientPart) Variables(connect.Credentials) []connect.Variable { return f.VariableList }

func (f *ClientPart) Connect(id string, with connect.Choice) error {
	asked := "connect " + id + " " + with.Vendor + string(with.Credentials)
	if with.SetAside {
		asked += " set aside"
	}
	err := f.turn(id, asked, connect.Connected)
	for i := range f.ClientList {
		if f.ClientList[i].ID == id && with.Credentials != connect.Usual {
			f.ClientList[i].Credentials = with.Credentials
		}
	}
	return err
}

func (f *ClientPart) Disconnect(id string) ([]connect.Restored, error) {
	if err := f.turn(id, "disconnect "+id, connect.Apart); err != nil || f.Left == nil {
		return nil, err
	}
	return []connect.Restored{*f.Left}, nil
}

// Suspend disconnects those that are connected, but for what goes wrong.
func (f *ClientPart) Suspend() (done []connect.Suspended, err error) {
	if f.Hangs != nil {
		<-f.Hangs
	}
	for _, c := range f.ClientList {
		if c.State != connect.Connected {
			continue
		}
		if err := f.turn(c.ID, "suspend "+c.ID, connect.Apart); err != nil {
			return done, err
		}
		now := connect.Suspended{Status: c}
		if f.Left != nil {
			now.Files = []connect.Restored{*f.Left}
		}
		done = append(done, now)
	}
	return done, nil
}

func (f *ClientPart) turn(id, asked string, to connect.State) error {
	f.Asked = append(f.Asked, asked)
	if f.Refuses != "" {
		return errors.New(f.Refuses)
	}
	f.ClientList = append([]connect.Status(nil), f.ClientList...)
	for i := range f.ClientList {
		if f.ClientList[i].ID == id {
			f.ClientList[i].State = to
		}
	}
	return nil
}

// ClientScene is a client in every state.
func ClientScene(scene string) ClientPart {
	f := ClientPart{
		ClientList: []connect.Status{
			{ID: "claude-code", Name: "Claude Code", File: "/home/me/.claude/settings.json", State: connect.Connected, Chain: true},
			{ID: "codex", Name: "Codex", File: "/home/me/.codex/config.toml", State: connect.Apart},
			{ID: "opencode", Name: "opencode", File: "/home/me/.config/opencode/opencode.json", State: connect.Apart, Vendors: []string{"zhipu", "deepseek", "work-openrouter"}},
		},
		VariableList: []connect.Variable{{Name: "ANTHROPIC_BASE_URL", Value: "http://127.0.0.1:3392"}},
	}
	switch scene {
	case "found":
		f.ClientList[0].State, f.ClientList[0].Credentials, f.ClientList[0].LoginVendors = connect.Apart, connect.Placeholder, []string{"anthropic"}
		f.ClientList[0].Findings = []connect.Finding{
			{Kind: connect.Model, File: f.ClientList[0].File, Key: "env.ANTHROPIC_DEFAULT_OPUS_MODEL", Value: "glm-5.1", Aside: true},
			{Kind: connect.Credential, File: f.ClientList[0].File, Key: "env.ANTHROPIC_AUTH_TOKEN", Replaced: true},
			{Kind: connect.Cloud, File: f.ClientList[0].File, Key: "env.CLAUDE_CODE_USE_BEDROCK", Value: "BEDROCK", Overrides: true, Aside: true},
		}
		f.ClientList[1].State, f.ClientList[1].Vendors = connect.Connected, []string{"openai"}
		f.ClientList[1].Findings = []connect.Finding{{Kind: connect.Address, File: "/etc/codex/managed_config.toml", Key: "model_provider", Value: "corp", Overrides: true}}
		f.ClientList[2].State = connect.Connected
		f.ClientList[2].Findings = []connect.Finding{{Kind: connect.OtherModel, File: f.ClientList[2].File, Key: "model", Value: "corp/large", Overrides: true, Aside: true}}
		f.VariableList = append(f.VariableList, connect.Variable{Name: "ANTHROPIC_AUTH_TOKEN", Value: config.Placeholder})
	case "trouble":
		f.ClientList[0].State, f.ClientList[0].Address = connect.Elsewhere, "gateway.example:8443"
		f.ClientList[1].State = connect.Unreadable
		f.ClientList[1].Cause = reason.InFile{File: "/home/me/.codex/config.toml",
			Err: reason.New(reason.BadTOML, "toml: line 12 (last key \"model_providers.corp.http_headers\"): expected value but found \"\\n\" instead", "not valid TOML")}
		f.ClientList[1].File = "/home/me/work/a-long-way-down/through-many-folders/where-nobody-looks/.codex/config.toml"
		f.ClientList[2].State = connect.Connected
		f.VariableList = append(f.VariableList, connect.Variable{Name: "ANTHROPIC_CUSTOM_HEADERS", Value: connect.TokenHeader + ": planted-token-0123456789"})
	}
	return f
}

// DesktopPart keeps the desktop's choices.
type DesktopPart struct {
	Chosen config.Desktop

	Listens  []string // what SetListen was asked
	Listen   error    // what it answers
	Mistake  error    // in the configuration
	noConfig bool
}

func (f *DesktopPart) ConfigFile() (string, bool) {
	return "/home/lu/.config/afterglow/config.toml", !f.noConfig
}

func (f *DesktopPart) CheckConfig() error { return f.Mistake }

func (f *DesktopPart) SetListen(addr string) error {
	f.Listens = append(f.Listens, addr)
	return f.Listen
}

func (f *DesktopPart) Desktop() config.Desktop { return f.Chosen }

func (f *DesktopPart) ChangeDesktop(edit func(*config.Desktop)) error {
	next := f.Chosen
	edit(&next)
	if err := next.Check(); err != nil {
		return err
	}
	f.Chosen = next
	return nil
}

// Login keeps what is started at login.
type Login struct {
	At  desktop.StartAtLogin
	Err error
}

func (f *Login) State() (desktop.StartAtLogin, error) { return f.At, nil }

func (f *Login) Set(on bool) error {
	if f.Err != nil {
		return f.Err
	}
	f.At = desktop.NotAtLogin
	if on {
		f.At = desktop.AtLogin
	}
	return nil
}
