package desktop

import (
	"encoding/xml"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// oddPaths are places where people keep programs.
var oddPaths = []string{
	"/usr/bin/afterglow", "/home/lu/Meine Programme/after glow", `/opt/a"b'c`, "/opt/100%/$HOME/`x`", `/opt/back\slash\`, "/opt/程序/余晖", "/opt/a;b&c|d(e)#f*?<g>~",
}

func testProgram(path string) Program {
	return Program{ID: "app.afterglow.Afterglow", Name: "Afterglow", Comment: "Shows calls & limits them", Path: path, Args: []string{"--hidden"}}
}

// memory keeps entries as the registry does.
type memory map[string]string

func (m memory) read(name string) (string, error) {
	text, ok := m[name]
	if !ok {
		return "", fs.ErrNotExist
	}
	return text, nil
}

func (m memory) write(name, text string) error { m[name] = text; return nil }

func (m memory) remove(name string) error {
	if _, ok := m[name]; !ok {
		return fs.ErrNotExist
	}
	delete(m, name)
	return nil
}

func state(t *testing.T, a *Autostart, p Program, want StartAtLogin, when string) {
	t.Helper()
	got, err := a.State(p)
	if err != nil || got != want {
		t.Errorf("%s, %s, %s: %d, %v, want %d", a.system, p.Path, when, got, err, want)
	}
}

func TestAutostartIsWhatItWasSetTo(t *testing.T) {
	for _, path := range oddPaths {
		for _, a := range []*Autostart{
			{"linux", folder(filepath.Join(t.TempDir(), "autostart"))},
			{"darwin", folder(filepath.Join(t.TempDir(), "Library", "LaunchAgents"))},
			{"windows", memory{}},
		} {
			p := testProgram(path)
			state(t, a, p, NotAtLogin, "before")
			for range 2 { // the second time it is replaced
				if err := a.Enable(p); err != nil {
					t.Fatal(err)
				}
			}
			state(t, a, p, AtLogin, "enabled")
			moved := p
			moved.Path = "/elsewhere/afterglow"
			state(t, a, moved, OtherAtLogin, "moved")
			if err := a.Enable(moved); err != nil {
				t.Fatal(err)
			}
			state(t, a, moved, AtLogin, "repaired")
			for range 2 { // the second time there is nothing to undo
				if err := a.Disable(p); err != nil {
					t.Fatal(err)
				}
			}
			state(t, a, p, NotAtLogin, "disabled")
		}
	}
}

// A file of a version before, or of a person, is none that starts us as we are.
func TestAutostartOfAnotherHand(t *testing.T) {
	dir := t.TempDir()
	a, p := &Autostart{"linux", folder(dir)}, testProgram("/usr/bin/afterglow")
	file := filepath.Join(dir, "app.afterglow.Afterglow.desktop")
	for text, want := range map[string]StartAtLogin{
		"[Desktop Entry]\nExec=/usr/bin/afterglow --hidden\n":                                          AtLogin,
		"[Desktop Entry]\n  Exec = \"/usr/bin/afterglow\"  --hidden \nName=x\n":                        AtLogin,
		"[Desktop Entry]\nExec=/usr/bin/afterglow\n":                                                   OtherAtLogin,
		"[Desktop Entry]\nExec=/usr/bin/afterglow --hidden\nHidden=true\n":                             NotAtLogin,
		"[Desktop Entry]\nX-GNOME-Autostart-enabled=false\nExec=/usr/bin/afterglow --hidden\n":         NotAtLogin,
		"[Desktop Action x]\nExec=/usr/bin/afterglow --hidden\n":                                       OtherAtLogin,
		"[Desktop Entry]\nExec=/usr/bin/afterglow --hidden\n[Desktop Action new]\nExec=/bin/other x\n": AtLogin,
		"": OtherAtLogin,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		state(t, a, p, want, text)
	}
}

// What a tool of freedesktop.org says of the file, and what a shell would start.
func TestDesktopEntryIsValid(t *testing.T) {
	validate, err := exec.LookPath("desktop-file-validate")
	if err != nil {
		t.Skip("desktop-file-validate is not installed")
	}
	for i, path := range oddPaths {
		file := filepath.Join(t.TempDir(), "app.afterglow.Afterglow.desktop")
		if err := os.WriteFile(file, []byte(desktopEntry(testProgram(path))), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(validate, file).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("path %d, %s: %v: %s", i, path, err, out)
		}
	}
}

func TestDesktopEntryQuotesAsTheSpecificationSays(t *testing.T) {
	entry := desktopEntry(testProgram(`/opt/my $5 "100%" \x`))
	if want := `Exec="/opt/my \\$5 \\"100%%\\" \\\\x" --hidden`; !strings.Contains(entry, "\n"+want+"\n") {
		t.Errorf("want %s in\n%s", want, entry)
	}
}

func TestLaunchAgentIsXML(t *testing.T) {
	for _, path := range oddPaths {
		var any struct {
			XMLName xml.Name `xml:"plist"`
			Strings []string `xml:"dict>array>string"`
		}
		if err := xml.Unmarshal([]byte(launchAgent(testProgram(path))), &any); err != nil {
			t.Error(err)
		}
		if !slices.Equal(any.Strings, []string{path, "--hidden"}) {
			t.Errorf("%q", any.Strings)
		}
	}
}

// The examples are those of Microsoft's page on how a command line is taken apart.
func TestWindowsCommandLine(t *testing.T) {
	for line, want := range map[string][]string{
		`"a b c" d e`:                        {"a b c", "d", "e"},
		`"ab\"c" "\\" d`:                     {`ab"c`, `\`, "d"},
		`a\\\b d"e f"g h`:                    {`a\\\b`, "de fg", "h"},
		`a\\\"b c d`:                         {`a\"b`, "c", "d"},
		`a\\\\"b c" d e`:                     {`a\\b c`, "d", "e"},
		`"C:\Program Files\Afterglow\" -x`:   {`C:\Program Files\Afterglow" -x`},
		`"C:\Program Files\A.exe"  --hidden`: {`C:\Program Files\A.exe`, "--hidden"},
	} {
		if got := splitWindows(line); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
	p := testProgram(`C:\Program Files\Afterglow\afterglow.exe`)
	if got, want := windowsCommand(p), `"C:\Program Files\Afterglow\afterglow.exe" --hidden`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestThisProgramIsTheAppImageItCameOutOf(t *testing.T) {
	t.Setenv("APPIMAGE", "")
	p, err := ThisProgram("id", "name", "", "--hidden")
	if own, _ := os.Executable(); err != nil || p.Path != own {
		t.Errorf("%q, %v", p.Path, err)
	}
	t.Setenv("APPIMAGE", "/home/lu/Afterglow.AppImage")
	if p, err = ThisProgram("id", "name", ""); err != nil || p.Path != "/home/lu/Afterglow.AppImage" {
		t.Errorf("%q, %v", p.Path, err)
	}
	t.Setenv("APPIMAGE", "Afterglow.AppImage")
	if _, err = ThisProgram("id", "name", ""); err == nil {
		t.Error("a path that depends on the folder is taken")
	}
}

func TestAutostartIsInTheUsersFolder(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("a test must not write there")
	}
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	a, err := NewAutostart()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Enable(testProgram("/usr/bin/afterglow")); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(os.Getenv("XDG_CONFIG_HOME"), "autostart")
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 1 || list[0].Name() != "app.afterglow.Afterglow.desktop" {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	if os.Getuid() != 0 {
		if err := a.Disable(testProgram("/usr/bin/afterglow")); err == nil {
			t.Error("what could not be undone is no error")
		}
	}
}
