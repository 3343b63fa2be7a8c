package settings

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"afterglow/app/ui"
)

// Places are where the program has its things, and which program it is. What is "" is not known, or there is none.
type Places struct {
	State   string // the folder of the state, the ledger and the log
	Log     string // the log's file
	Listen  string // the address of the command line, which counts in place of the configuration's
	Version string
}

// commit is the source that the program was built from, "" where that is not known; with + where it had been changed.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	hash, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			hash = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if hash == "" {
		return ""
	}
	return hash + changed
}

// docsFolder is where a package has put the documentation, "" where none has.
func docsFolder() string {
	var list []string
	if program, err := os.Executable(); err == nil {
		dir := filepath.Dir(program)
		list = append(list, filepath.Join(dir, "docs"), filepath.Join(dir, "..", "share", "doc", "afterglow"))
	}
	if runtime.GOOS != "windows" {
		list = append(list, "/usr/share/doc/afterglow")
	}
	for _, dir := range list {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return filepath.Clean(dir)
		}
	}
	return ""
}

// report are what a report of a mistake should say. There is nothing secret in them, and no path: those have names.
func (p Places) report() string {
	lines := []string{ui.AppName + " " + p.Version}
	if c := commit(); c != "" {
		lines = append(lines, "commit "+c)
	}
	lines = append(lines, runtime.Version()+" "+runtime.GOOS+"/"+runtime.GOARCH)
	if runtime.GOOS == "linux" {
		for _, name := range []string{"XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE"} {
			if value := os.Getenv(name); value != "" {
				lines = append(lines, fmt.Sprintf("%s=%s", name, value))
			}
		}
	}
	return strings.Join(lines, "\n")
}
