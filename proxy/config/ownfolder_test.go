//go:build !windows

package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder into which another user may write, or that is theirs, holds what they want; one that is our own is closed.
func TestAStateFolderOfAnotherUserIsRefused(t *testing.T) {
	dir := t.TempDir()
	made := filepath.Join(dir, "new", "below")
	if err := OwnFolder(made); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(made); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}
	open := filepath.Join(dir, "open")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := OwnFolder(open); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(open); err != nil || info.Mode().Perm() != 0o755 {
		t.Error("others may still write there:", info.Mode(), err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(made, link); err != nil {
		t.Fatal(err)
	}
	if err := OwnFolder(link); err != nil {
		t.Error("the user's own link to a folder of their own:", err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only the administrator can give a folder away")
	}
	const other = 4711
	for name, give := range map[string]func() string{
		"a folder": func() string { return made },
		"a link":   func() string { os.Chown(made, 0, 0); os.Lchown(link, other, other); return link },
	} {
		if name == "a folder" {
			if err := os.Chown(made, other, other); err != nil {
				t.Fatal(err)
			}
		}
		path := give()
		var foreign *FolderError
		if err := OwnFolder(path); !errors.As(err, &foreign) || !strings.Contains(err.Error(), path+": it ") || !strings.Contains(err.Error(), "another user (4711)") || !strings.Contains(err.Error(), "of your own") {
			t.Errorf("%s: %v", name, err)
		}
		if state, err := OpenState(path); state != nil || !errors.As(err, &foreign) {
			t.Errorf("%s: %v", name, err)
		}
		os.Chown(made, 0, 0)
		os.Lchown(link, 0, 0)
	}
}
