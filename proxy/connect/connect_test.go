package connect

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy/boundtest"
	"afterglow/proxy/config"
)

var jsonFiles = map[string]string{
	"empty":       "",
	"blank":       "\n",
	"object":      "{}",
	"spread":      "{\n}\n",
	"others":      "{\n  \"model\": \"opus\",\n  \"x\": [1, 2.50, 1e3]\n}\n",
	"no newline":  "{\n  \"model\": \"opus\"\n}",
	"tabs":        "{\n\t\"model\": \"opus\",\n\t\"env\": {\n\t\t\"A\": \"b\"\n\t}\n}\n",
	"four":        "{\n    \"env\": {},\n    \"z\": null\n}\n",
	"inline":      "{\"a\":1,\"env\":{ \"B\" : \"c\" }}",
	"CRLF":        "{\r\n  \"env\": {\r\n    \"A\": \"b\"\r\n  }\r\n}\r\n",
	"BOM":         "\xef\xbb\xbf{\n  \"a\": 1\n}\n",
	"comments":    "// first\n{ // second\n  /* third */ \"a\": 1, // fourth\n  \"env\": { // fifth\n    \"A\": \"b\", // sixth\n  },\n  // last\n}\n",
	"own":         "{\n  \"env\": {\n    \"ANTHROPIC_BASE_URL\" :  \"https://gateway.example\",\n    \"A\": \"b\"\n  },\n  \"provider\": {\"afterglow\": {\"mine\": true}}\n}\n",
	"remark":      "{/*alone*/}",
	"remarks":     "{\n  // alone\n  \"env\": { // alone\n  },\n  \"provider\": {/* alone */}\n}\n",
	"odd spacing": "  {  \"a\"\n:1 ,\n\n\"env\"  : {  }\n }  ",
}

var tomlFiles = map[string]string{
	"empty":      "",
	"top":        "model = \"o\" # why\n",
	"no newline": "model = \"o\"",
	"own":        "# mine\nmodel_provider = \"other\" # keep\n\n[model_providers.other]\nname = \"Other\"\n\n[[list]]\na = [\n  1,\n]\n",
	"same table": "[model_providers.afterglow]\nname = \"old\"\n\n[x]\ny = '''\n[model_providers.afterglow]\n'''\n",
	"CRLF":       "model = \"o\"\r\n\r\n[x]\r\na = 1\r\n",
	"BOM":        "\xef\xbb\xbfmodel = \"o\"\n",
	"inline":     "model_provider = 'corp' # mine\nmodel_providers = { corp = { name = \"C\", base_url = \"https://corp.example/v1\" } } # all\n\n[x]\ny = 1\n",
	"inline own": "model_providers = {corp = {name = \"C\"},afterglow = {name = \"mine\", x = [1, 2]}}\n",
	"hollow":     "model_providers = {}\n",
	"spaced":     "model_providers = { }\n",
	"dotted":     "model_providers.corp.name = \"C\"\nmodel_providers.corp.base_url = \"https://corp.example/v1\"\n",
	"quoted":     "\"model_provider\" = \"corp\"\n\n['model_providers'.\"corp\"]\nname = \"C\"\n\n[ model_providers . \"afterglow\" ]\nname = \"mine\"\n",
	"one name":   "[\"model_providers.afterglow\"]\nname = \"of something else\"\n",
	"header":     "[model_providers]\nafterglow = { name = \"mine\" } # mine\ncorp.name = \"C\"\n",
	"values":     "model_provider = \"\"\"corp\"\"\" # said\nt = 1979-05-27T07:32:00Z\nn = nan\n[[x]]\na = 1\n[[x]]\na = 2\n",
	"long":       "text = \"\"\"\nmodel_provider = \"no\"\n\"\"\"\nlist = [\n  \"model_provider\",\n]\n",
}

func target(address string) Target {
	t := To(address, config.Config{Token: "s3cret", Vendors: []config.Vendor{
		{Name: "zhipu", Title: "Zhipu", Endpoints: map[string]config.Endpoint{"openai": {}}, DefaultModel: "glm-5.1"},
		{Name: "openai", Title: "OpenAI", Preset: "openai", Dialect: "openai", DefaultModel: "gpt"},
	}})
	t.ClientAuth = true
	return t
}

// home is a home folder with a desk; it returns where a client's file is.
func home(t testing.TB, id string) (d *Desk, file string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("USERPROFILE", dir)
	for _, name := range []string{"CLAUDE_CONFIG_DIR", "CODEX_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(name, "")
	}
	c, err := lookUp(id)
	if err != nil {
		t.Fatal(err)
	}
	if file, err = c.path(); err != nil {
		t.Fatal(err)
	}
	return New(filepath.Join(dir, "state")), file
}

func put(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func content(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// off disconnects a client, for tests that look only at what went wrong.
func off(d *Desk, id string, t Target) error {
	_, err := d.Disconnect(id, false, t)
	return err
}

// applied makes a record's file as connecting does.
func applied(c client, r *record, t Target, to route) ([]byte, error) {
	edits, err := c.edits(t, to, t.settle(Usual, Shell{}))
	if err != nil {
		return nil, err
	}
	return r.apply(c, edits)
}

func state(t testing.TB, d *Desk, id, address string) Status {
	t.Helper()
	for _, s := range d.List(target(address)) {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no client %s", id)
	return Status{}
}

func filesOf(id string) map[string]string {
	if id == "codex" {
		return tomlFiles
	}
	return jsonFiles
}

func TestDisconnectRestoresEveryByte(t *testing.T) {
	for _, id := range IDs() {
		for name, before := range filesOf(id) {
			t.Run(id+"/"+name, func(t *testing.T) {
				d, file := home(t, id)
				put(t, file, before)
				must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
				if s := state(t, d, id, "127.0.0.1:1"); s.State != Connected {
					t.Fatalf("after connect: %+v\n%s", s, content(t, file))
				}
				must(t, d.Connect(id, Choice{}, target("127.0.0.1:2"))) // another port
				if s := state(t, d, id, "127.0.0.1:1"); s.State != Elsewhere {
					t.Errorf("seen from the old port: %+v", s)
				}
				info, err := os.Stat(file)
				must(t, err)
				if info.Mode().Perm() != 0o640 {
					t.Errorf("mode %v", info.Mode())
				}
				must(t, off(d, id, target("127.0.0.1:1")))
				if got := content(t, file); got != before {
					t.Errorf("got  %q\nwant %q", got, before)
				}
			})
		}
	}
}

// What another wrote in between stays, and all else is as if Connect had never been.
func TestDisconnectKeepsForeignEdit(t *testing.T) {
	for _, id := range IDs() {
		for name, before := range filesOf(id) {
			t.Run(id+"/"+name, func(t *testing.T) {
				d, file := home(t, id)
				put(t, file, before)
				must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
				const remark = "// theirs\n"
				mark := remark
				if id == "codex" {
					mark = "# theirs\n"
				}
				text := content(t, file)
				lead := ""
				if strings.HasPrefix(text, string(bom)) {
					lead = string(bom)
				}
				put(t, file, lead+mark+strings.TrimPrefix(text, lead))
				must(t, off(d, id, target("127.0.0.1:1")))
				want := lead + mark + strings.TrimPrefix(before, lead)
				if id != "codex" && strings.TrimSpace(before) == "" {
					want = lead + mark + "{}\n" // an object must be left to hold what was added
				}
				got := content(t, file)
				if id != "codex" && strings.TrimSpace(before) == "" {
					got = strings.ReplaceAll(got, "{\n}", "{}")
				}
				if got != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
			})
		}
	}
}

func TestFileThatWasNotThere(t *testing.T) {
	for _, id := range IDs() {
		d, file := home(t, id)
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		for _, secret := range []string{file, d.backup(id, file)} {
			info, err := os.Stat(secret)
			must(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s: mode %v", secret, info.Mode())
			}
		}
		must(t, off(d, id, target("127.0.0.1:1")))
		if _, err := os.Stat(filepath.Dir(file)); err == nil {
			t.Errorf("%s: its folder is still there", id)
		}
		must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
		must(t, os.Remove(file)) // meanwhile
		must(t, off(d, id, target("127.0.0.1:1")))
	}
}

func TestBrokenFileStays(t *testing.T) {
	for id, text := range map[string]string{"claude-code": "{\n  \"a\": 1\n  oops\n}", "opencode": "[]", "codex": "a = 1\nb = \n"} {
		d, file := home(t, id)
		put(t, file, text)
		err := d.Connect(id, Choice{}, target("127.0.0.1:1"))
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "line") {
			t.Errorf("%s: %v", id, err)
		}
		if content(t, file) != text {
			t.Errorf("%s: the file was changed", id)
		}
		if s := state(t, d, id, "127.0.0.1:1"); s.State != Unreadable {
			t.Errorf("%s: %+v", id, s)
		}
	}
}

// Connect wrote the backup and was ended before the file.
func TestCrashBetweenBackupAndFile(t *testing.T) {
	d, file := home(t, "claude-code")
	before := jsonFiles["comments"]
	put(t, file, before)
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	first := content(t, file)
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:2")))
	put(t, file, first) // as if the second had not come so far
	must(t, off(d, "claude-code", target("127.0.0.1:1")))
	if got := content(t, file); got != before {
		t.Errorf("got %q", got)
	}
}

func TestLinkIsFollowed(t *testing.T) {
	d, file := home(t, "claude-code")
	real := filepath.Join(filepath.Dir(filepath.Dir(file)), "dotfiles.json")
	put(t, real, "{}\n")
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.Symlink(real, file))
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
	must(t, off(d, "claude-code", target("127.0.0.1:1")))
	if _, err := os.Readlink(file); err != nil || content(t, real) != "{}\n" {
		t.Errorf("link: %v, file %q", err, content(t, real))
	}
}

// A home folder, or a client's folder in it, may be a link. A file that connecting made is found by the same name later.
func TestAFileThatWasMadeBelowALinkIsRemoved(t *testing.T) {
	for _, id := range IDs() {
		for _, linked := range []string{"home", "folder"} {
			t.Run(id+" "+linked, func(t *testing.T) {
				d, _ := home(t, id)
				real, dir := filepath.Join(t.TempDir(), "real"), filepath.Join(t.TempDir(), "home")
				c, err := lookUp(id)
				must(t, err)
				t.Setenv("HOME", dir)
				t.Setenv("USERPROFILE", dir)
				file, err := c.path()
				must(t, err)
				link := dir
				if linked == "folder" {
					link = filepath.Dir(file)
				}
				must(t, os.MkdirAll(filepath.Dir(link), 0o755))
				must(t, os.MkdirAll(real, 0o755))
				must(t, os.Symlink(real, link))
				must(t, d.Connect(id, Choice{}, target("127.0.0.1:1")))
				if now := state(t, d, id, "127.0.0.1:1"); now.State != Connected {
					t.Errorf("%+v", now)
				}
				all, err := d.Disconnect(id, false, target("127.0.0.1:1"))
				must(t, err)
				if len(all) != 1 || all[0].How != Removed {
					t.Errorf("%v", all)
				}
				if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("it is still there: %q, %v", content(t, file), err)
				}
			})
		}
	}
}

// A client's file that is nested without end, or is as long, is neither read whole nor changed.
func TestADeepOrLongFileOfAClientIsLeft(t *testing.T) {
	for id, text := range map[string]string{
		"claude-code": "{\"a\": // [\n" + strings.Repeat("[", 100_000),
		"opencode":    strings.Repeat(`{"a":`, 100_000),
		"codex":       "x = " + strings.Repeat("[", 100_000),
	} {
		t.Run(id, func(t *testing.T) {
			d, file := home(t, id)
			for _, text := range []string{text, strings.Repeat("#", longestFile+1)} {
				must(t, os.MkdirAll(filepath.Dir(file), 0o700))
				must(t, os.WriteFile(file, []byte(text), 0o600))
				boundtest.Within(t, 64<<20, func() {
					if err := d.Connect(id, Choice{}, target("127.0.0.1:1")); err == nil || !strings.Contains(err.Error(), file) {
						t.Errorf("%.200v", err)
					}
				})
				if now, err := os.ReadFile(file); err != nil || string(now) != text {
					t.Errorf("the file is another: %v, %d bytes", err, len(now))
				}
			}
		})
	}
}

// The folder of backups says what is written into clients' files: it must be a folder of ours, and no link.
func TestALinkInPlaceOfTheBackupsIsRefused(t *testing.T) {
	d, file := home(t, "claude-code")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	precious := filepath.Join(elsewhere, "precious")
	for _, err := range []error{os.MkdirAll(elsewhere, 0o755), os.WriteFile(precious, []byte("of the user's"), 0o600), os.RemoveAll(d.dir), os.MkdirAll(filepath.Dir(d.dir), 0o700)} {
		must(t, err)
	}
	refused := func(what string) {
		t.Helper()
		if err := d.Connect("claude-code", Choice{}, target("127.0.0.1:1")); err == nil || !strings.Contains(err.Error(), "it is a link") {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Lstat(file); err == nil {
			t.Errorf("%s: the client's file was written", what)
		}
	}
	must(t, os.Symlink(elsewhere, d.dir))
	refused("the folder")
	must(t, os.Remove(d.dir))
	must(t, os.Mkdir(d.dir, 0o700))
	must(t, os.Symlink(precious, filepath.Join(d.dir, "lock")))
	refused("the lock")
	must(t, os.Remove(filepath.Join(d.dir, "lock")))
	must(t, os.Symlink(precious, filepath.Join(d.dir, "claude-code-0123456789abcdef.json")))
	refused("a backup")
	text, err := os.ReadFile(precious)
	if files, _ := os.ReadDir(elsewhere); err != nil || string(text) != "of the user's" || len(files) != 1 {
		t.Errorf("%q %v %v", text, err, files)
	}
	must(t, os.Remove(filepath.Join(d.dir, "claude-code-0123456789abcdef.json")))
	must(t, d.Connect("claude-code", Choice{}, target("127.0.0.1:1")))
}
