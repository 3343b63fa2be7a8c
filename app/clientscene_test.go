package app

import (
	"errors"
	"runtime"

	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// clientFake is the part of fakeService that is behind the Clients page. It keeps silent unless it has clients, as
// vendorFake does, because what is read away from the UI's goroutine would be drawn there by Fyne's test driver.
type clientFake struct {
	clients   []connect.Status
	variables []connect.Variable
	asked     []string
	refuses   string            // what goes wrong with every change; "" = nothing
	left      *connect.Restored // what a disconnection leaves; nil = nothing
	hangs     chan struct{}     // what Suspend waits for; nil = for nothing
}

func (f *clientFake) Clients() []connect.Status {
	if f.clients == nil {
		runtime.Goexit()
	}
	return f.clients
}

func (f *clientFake) Variables(connect.Credentials) []connect.Variable { return f.variables }

func (f *clientFake) Connect(id string, with connect.Choice) error {
	asked := "connect " + id + " " + with.Vendor + string(with.Credentials)
	if with.SetAside {
		asked += " set aside"
	}
	err := f.turn(id, asked, connect.Connected)
	for i := range f.clients {
		if f.clients[i].ID == id && with.Credentials != connect.Usual {
			f.clients[i].Credentials = with.Credentials
		}
	}
	return err
}

func (f *clientFake) Disconnect(id string) ([]connect.Restored, error) {
	if err := f.turn(id, "disconnect "+id, connect.Apart); err != nil || f.left == nil {
		return nil, err
	}
	return []connect.Restored{*f.left}, nil
}

// Suspend disconnects those that are connected, but for what goes wrong.
func (f *clientFake) Suspend() (done []connect.Suspended, err error) {
	if f.hangs != nil {
		<-f.hangs
	}
	for _, c := range f.clients {
		if c.State != connect.Connected {
			continue
		}
		if err := f.turn(c.ID, "suspend "+c.ID, connect.Apart); err != nil {
			return done, err
		}
		now := connect.Suspended{Status: c}
		if f.left != nil {
			now.Files = []connect.Restored{*f.left}
		}
		done = append(done, now)
	}
	return done, nil
}

func (f *clientFake) turn(id, asked string, to connect.State) error {
	f.asked = append(f.asked, asked)
	if f.refuses != "" {
		return errors.New(f.refuses)
	}
	f.clients = append([]connect.Status(nil), f.clients...)
	for i := range f.clients {
		if f.clients[i].ID == id {
			f.clients[i].State = to
		}
	}
	return nil
}

// clientScene is a client in every state.
func clientScene(scene string) clientFake {
	f := clientFake{
		clients: []connect.Status{
			{ID: "claude-code", Name: "Claude Code", File: "/home/me/.claude/settings.json", State: connect.Connected, Chain: true},
			{ID: "codex", Name: "Codex", File: "/home/me/.codex/config.toml", State: connect.Apart},
			{ID: "opencode", Name: "opencode", File: "/home/me/.config/opencode/opencode.json", State: connect.Apart, Vendors: []string{"zhipu", "deepseek", "work-openrouter"}},
		},
		variables: []connect.Variable{{Name: "ANTHROPIC_BASE_URL", Value: "http://127.0.0.1:3392"}},
	}
	switch scene {
	case "found":
		f.clients[0].State, f.clients[0].Credentials, f.clients[0].LoginVendors = connect.Apart, connect.Placeholder, []string{"anthropic"}
		f.clients[0].Findings = []connect.Finding{
			{Kind: connect.Model, File: f.clients[0].File, Key: "env.ANTHROPIC_DEFAULT_OPUS_MODEL", Value: "glm-5.1", Aside: true},
			{Kind: connect.Credential, File: f.clients[0].File, Key: "env.ANTHROPIC_AUTH_TOKEN", Replaced: true},
			{Kind: connect.Cloud, File: f.clients[0].File, Key: "env.CLAUDE_CODE_USE_BEDROCK", Value: "BEDROCK", Overrides: true, Aside: true},
		}
		f.clients[1].State, f.clients[1].Vendors = connect.Connected, []string{"openai"}
		f.clients[1].Findings = []connect.Finding{{Kind: connect.Address, File: "/etc/codex/managed_config.toml", Key: "model_provider", Value: "corp", Overrides: true}}
		f.clients[2].State = connect.Connected
		f.clients[2].Findings = []connect.Finding{{Kind: connect.OtherModel, File: f.clients[2].File, Key: "model", Value: "corp/large", Overrides: true, Aside: true}}
		f.variables = append(f.variables, connect.Variable{Name: "ANTHROPIC_AUTH_TOKEN", Value: config.Placeholder})
	case "trouble":
		f.clients[0].State, f.clients[0].Address = connect.Elsewhere, "gateway.example:8443"
		f.clients[1].State, f.clients[1].Error = connect.Unreadable, "/home/me/.codex/config.toml: line 12: expected a value after \"=\"; nothing was changed. It is what Codex itself says when it starts."
		f.clients[1].File = "/home/me/work/a-long-way-down/through-many-folders/where-nobody-looks/.codex/config.toml"
		f.clients[2].State = connect.Connected
		f.variables = append(f.variables, connect.Variable{Name: "ANTHROPIC_CUSTOM_HEADERS", Value: connect.TokenHeader + ": planted-token-0123456789"})
	}
	return f
}
