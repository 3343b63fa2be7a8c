//go:build agents && linux

// Package agentstest runs the real coding agents from npm through the built afterglowd, as the README tells it to
// somebody who has one key and an empty home folder. Vendors are played on this machine: afterglowd is led to them by
// HTTPS_PROXY, and an agent finds no way to any other host.
package agentstest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

// outDir keeps what was installed, the report, and what each agent printed in the last run.
const outDir = "../../out/agents"

// bound is how long anything may take. It ends what would never end, and no machine is that slow.
const bound = 6 * time.Minute

// agent is a program from npm, and how the documents say to use it.
type agent struct {
	name, pkg string // the package with its version
	program   string
	client    string // as "afterglowd connect" has it
	ask       []string
	variable  string   // of the key
	vendor    string   // whose key it is
	refusals  int      // how often it calls a vendor that refuses the key
	tiers     string   // of the configuration; "" where there is none
	file      string   // its settings, below the home folder
	mine      string   // what a user may have in them
	astray    []string // variables of a shell that keep its calls away from Afterglow, and that connect can set aside
}

var agents = []agent{
	{name: "claude-code", pkg: "@anthropic-ai/claude-code@latest", program: "claude", client: "claude-code", ask: []string{"-p"},
		variable: "ZHIPU_API_KEY", vendor: "zhipu", refusals: 1, file: ".claude/settings.json", mine: mineOfClaudeCode, astray: bedrock},
	{name: "claude-code-2.1.112", pkg: "@anthropic-ai/claude-code@2.1.112", program: "claude", client: "claude-code", ask: []string{"-p"},
		variable: "ZHIPU_API_KEY", vendor: "zhipu", refusals: 1, file: ".claude/settings.json", mine: mineOfClaudeCode, astray: bedrock},
	{name: "codex", pkg: "@openai/codex@latest", program: "codex", client: "codex", ask: []string{"exec", "--skip-git-repo-check"},
		variable: "OPENAI_API_KEY", vendor: "openai", refusals: 6, tiers: `tiers = ["openai"]`, file: ".codex/config.toml",
		mine: "# mine\nmodel = \"gpt-5.5\"\n\n[analytics]\nenabled = false # not here\n"},
	{name: "opencode", pkg: "opencode-ai@latest", program: "opencode", client: "opencode", ask: []string{"run"},
		variable: "ZHIPU_API_KEY", vendor: "zhipu", refusals: 2, file: ".config/opencode/opencode.jsonc",
		// It adds $schema itself where that is missing.
		mine: "{\n  // mine\n  \"$schema\": \"https://opencode.ai/config.json\",\n  \"autoupdate\": false,\n  \"share\": \"disabled\",\n}\n"},
}

var bedrock = []string{"CLAUDE_CODE_USE_BEDROCK=1", "ANTHROPIC_MODEL=" + foreignModel}

const foreignModel = "model-of-another-vendor"

const mineOfClaudeCode = "{\n  \"env\": {\"DISABLE_ERROR_REPORTING\": \"1\"},\n  \"includeCoAuthoredBy\": false\n}\n"

// visits are what is tried with each agent.
var visits = []struct {
	name string
	long bool // it may take minutes of waiting, so it runs beside others; the rest is timed, one after the other
	try  func(*visit)
}{
	{"first answer", false, (*visit).firstAnswer},
	{"answer after reading a file", false, (*visit).tool},
	{"three at once, limit 1", false, (*visit).limited},
	{"429 twice", false, (*visit).busy},
	{elsewhere, false, (*visit).astray},
	{"rejected key", true, (*visit).refusedKey},
	{"Afterglow not running", true, (*visit).notRunning},
}

const elsewhere = "a shell with other settings"

func TestRealAgents(t *testing.T) {
	out, err := filepath.Abs(outDir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	// The agents see their folder without symbolic links, and take what is outside for another's.
	if out, err = filepath.EvalSymlinks(out); err != nil {
		t.Fatal(err)
	}
	rep := newReport(out)
	t.Cleanup(func() { rep.write(t) })
	installed := map[string]string{} // the program, by the agent's name
	for _, a := range agents {
		program, version, err := install(t, out, a)
		switch {
		case program == "":
			t.Errorf("%s cannot be tried: %v", a.pkg, err)
			version = "cannot be installed"
		case err != nil:
			t.Errorf("%s is the one of an earlier run: %v", a.pkg, err)
			version += ", of an earlier run"
			fallthrough
		default:
			installed[a.name] = program
		}
		rep.version(a.pkg, version)
	}
	for _, kind := range visits {
		for _, a := range agents {
			program := installed[a.name]
			t.Run(a.name+" "+kind.name, func(t *testing.T) {
				if program == "" {
					t.Skip("not installed")
				}
				if kind.name == elsewhere && a.astray == nil {
					t.Skip("connect cannot set aside what its shell has")
				}
				if kind.long {
					t.Parallel()
				}
				v := newVisit(t, a, program, out)
				defer rep.add(a.name, kind.name, v)
				kind.try(v)
				select {
				case <-v.glow.ended:
				default:
					v.say("calls")
				}
				v.glow.stop()
				v.said += fmt.Sprintf("-- afterglowd serve\n%s", v.masked(end(v.glow.out.String(), 2000)))
			})
		}
	}
}

// visit is one agent in one empty home folder, with an Afterglow and vendors of its own.
type visit struct {
	t       *testing.T
	agent   agent
	program string
	home    string
	project string
	net     *network
	glow    *afterglow
	shell   []string // variables of the terminal in which the agent is connected and run
	runs    []*run
	said    string // what afterglowd's commands printed
}

func newVisit(t *testing.T, a agent, program, out string) *visit {
	// Not in the system's folder for temporary files: Codex has less there.
	home, err := os.MkdirTemp(out, "home-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(home) })
	v := &visit{t: t, agent: a, program: program, home: home, project: filepath.Join(home, "project"), net: newNetwork(t)}
	v.net.project = v.project
	v.shell = []string{"HTTPS_PROXY=" + v.net.nowhere.URL, "HTTP_PROXY=" + v.net.nowhere.URL, "NO_PROXY=127.0.0.1,localhost"}
	v.write("project/notes.txt", v.net.note+"\n")
	if a.tiers != "" {
		v.write(".config/afterglow/config.toml", a.tiers+"\n")
	}
	return v
}

func (v *visit) write(name, text string) {
	v.t.Helper()
	path := filepath.Join(v.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		v.t.Fatal(err)
	}
}

// firstAnswer is the README from its beginning to the first answer, and the way back.
func (v *visit) firstAnswer() {
	v.start()
	back := v.connect()
	r := v.ask("hello", hello)
	v.answered(r)
	back()
}

// tool is a user who has settings, and a model that reads a file before it answers.
func (v *visit) tool() {
	v.write(v.agent.file, v.agent.mine)
	v.start()
	back := v.connect()
	r := v.ask("Read notes.txt and tell me what it says.", v.net.note)
	v.answered(r)
	back()
}

// limited is three terminals over a vendor that takes one call at a time. One call was made before: when they are started
// for the first time of all, three opencode at once fail to make their database.
func (v *visit) limited() {
	const conf = "tiers = [%q]\n\n[[vendors]]\nname = %[1]q\nlimit = { default = 1 }\n"
	v.write(".config/afterglow/config.toml", fmt.Sprintf(conf, v.agent.vendor))
	v.start()
	back := v.connect()
	v.answered(v.asked("hello", hello))
	const terminals = 3
	open := v.net.hold()
	all := make(chan *run, terminals)
	for range terminals {
		go func() { all <- v.asked("hello", hello) }()
	}
	v.glow.awaitPending(terminals - 1)
	open()
	for range terminals {
		r := <-all
		v.runs = append(v.runs, r)
		v.answered(r)
	}
	for _, model := range slices.Sorted(maps.Keys(v.net.peak)) {
		if peak := v.net.peak[model]; peak != 1 {
			v.t.Errorf("%d calls of %s at once, and the limit is 1", peak, model)
		}
	}
	back()
}

// busy is a vendor that refuses two calls because it has too many, and then answers.
func (v *visit) busy() {
	v.net.busy = 2
	v.start()
	back := v.connect()
	v.answered(v.ask("hello", hello))
	back()
}

// astray is a terminal whose variables send the agent's calls to another vendor, and through an HTTP proxy.
func (v *visit) astray() {
	v.shell = append(v.shell[:2], v.agent.astray...)
	v.start()
	back := v.connect("--set-aside")
	v.answered(v.ask("hello", hello))
	for _, c := range v.net.callsOf(v.agent.vendor) {
		if c.model == foreignModel {
			v.t.Errorf("the vendor was asked for %s", c.model)
		}
	}
	back()
}

// refusedKey is a key that the vendor does not take.
func (v *visit) refusedKey() {
	v.net.refuse = true
	v.start()
	back := v.connect()
	r := v.ask("hello", hello)
	v.failed(r)
	if text := strings.ToLower(r.text()); !strings.Contains(text, v.agent.vendor) {
		v.t.Errorf("what it printed does not name %s:\n%s", v.agent.vendor, r.text())
	}
	if r.stopped {
		v.t.Errorf("it did not end in %v:\n%s", bound, r.text())
	}
	if n := len(v.net.callsOf(v.agent.vendor)); n < 1 || n > v.agent.refusals {
		v.t.Errorf("the vendor was called %d times, expected at most %d, with a key that it refuses", n, v.agent.refusals)
	}
	back()
}

// notRunning is an agent that is still connected when Afterglow has ended. How long it tries is its own decision: Codex
// never ends.
func (v *visit) notRunning() {
	v.start()
	back := v.connect()
	v.glow.stop()
	r := v.ask("hello", hello)
	v.failed(r)
	back()
}

// ask runs the agent once, in its project's folder.
func (v *visit) ask(prompt, want string) *run {
	r := v.asked(prompt, want)
	v.runs = append(v.runs, r)
	return r
}

func (v *visit) asked(prompt, want string) *run {
	ctx, cancel := context.WithTimeout(context.Background(), bound)
	defer cancel()
	cmd := exec.CommandContext(ctx, v.program, append(slices.Clone(v.agent.ask), prompt)...)
	cmd.Dir = v.project
	cmd.Env = append(v.env(v.agent.variable+"="+v.net.clientKey), v.shell...)
	return start(cmd, want).wait(ctx)
}

// env is an environment with nothing of this one's but where programs are. Agents have another key in the variable than
// afterglowd, so that it is seen if it goes to a vendor.
func (v *visit) env(more ...string) []string {
	return append([]string{
		"HOME=" + v.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=dumb",
		"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "DISABLE_AUTOUPDATER=1", "DISABLE_TELEMETRY=1",
		"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1",
	}, more...)
}

// answered checks a run that should have gone well.
func (v *visit) answered(r *run) {
	v.t.Helper()
	if r.answer == 0 || r.exit != "0" {
		v.t.Errorf("no answer, exit %s:\n%s", r.exit, r.text())
	}
	v.checkKeys(r)
	if len(v.net.callsOf(v.agent.vendor)) == 0 {
		v.t.Error("the vendor was not asked")
	}
	v.checkSessions()
}

// failed checks a run that has nothing to answer with.
func (v *visit) failed(r *run) {
	v.t.Helper()
	if r.answer != 0 || r.exit == "0" {
		v.t.Errorf("it ended well, exit %s:\n%s", r.exit, r.text())
	}
	v.checkKeys(r)
}

// checkSessions checks that Afterglow knows which session each call is of.
func (v *visit) checkSessions() {
	v.t.Helper()
	out, err := v.afterglowd("calls", "--json").Output()
	if err != nil {
		v.t.Errorf("afterglowd calls: %v", err)
	}
	all := gjson.GetBytes(out, "calls.#.session").Array()
	if len(all) == 0 || slices.ContainsFunc(all, func(session gjson.Result) bool { return session.Str == "" }) {
		v.t.Errorf("calls without a session: %v", all)
	}
}

// checkKeys checks that the vendor was sent its key and nothing else that is one, and that nobody else was asked.
func (v *visit) checkKeys(r *run) {
	v.t.Helper()
	for _, c := range v.net.calls {
		if c.vendor != v.agent.vendor {
			v.t.Errorf("%s was asked, with %q", c.vendor, c.credentials)
		} else if !slices.Equal(c.credentials, []string{v.net.key}) {
			v.t.Errorf("%s was sent %q, which is not only its key", c.vendor, c.credentials)
		}
	}
	if strings.Contains(r.text(), v.net.key) {
		v.t.Error("the agent printed the vendor's key")
	}
}
