package cmd_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// make install puts afterglowd where the documents say that it is, with its pages, and make uninstall leaves nothing. The
// program without a desktop is enough for it.
func TestInstallPutsAfterglowdOnThePath(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("make install is for Linux")
	}
	tree, dest := t.TempDir(), t.TempDir()
	run := func(dir, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "VERSION=0.0.1", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	run(root, "go", "build", "-ldflags", "-X main.version=0.0.1", "-o", tree+"/bin/afterglowd", "./cmd/afterglowd")
	run(root, ".ci/tree-linux", tree)
	makefile := root + "/assets/linux/Makefile"
	for _, prefix := range []string{"/usr/local", "/usr", "~/.local"} {
		at := strings.ReplaceAll(prefix, "~", os.Getenv("HOME"))
		run(tree, "make", "-f", makefile, "install", "PREFIX="+prefix, "DESTDIR="+dest)
		if got := run(dest, dest+at+"/bin/afterglowd", "--version"); !strings.Contains(got, "0.0.1") {
			t.Errorf("%s: the program says %s", prefix, got)
		}
		for _, file := range []string{"share/man/man1/afterglowd.1.gz", "share/bash-completion/completions/afterglowd", "lib/systemd/user/afterglowd.service"} {
			if _, err := os.Stat(dest + at + "/" + file); err != nil {
				t.Error(err)
			}
		}
		if service := read(t, dest+at+"/lib/systemd/user/afterglowd.service"); !strings.Contains(service, at+"/bin/afterglowd") {
			t.Errorf("%s: the service starts another program:\n%s", prefix, service)
		}
		run(root, "make", "-f", makefile, "uninstall", "PREFIX="+prefix, "DESTDIR="+dest)
		filepath.WalkDir(dest, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				t.Errorf("%s: left behind: %s %v", prefix, path, err)
			}
			return nil
		})
	}
}
