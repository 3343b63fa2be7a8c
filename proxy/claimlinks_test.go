package proxy

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"afterglow/proxy/config"
)

// A lock that is a link would be written through: another file would lose what it holds.
func TestALockThatIsALinkIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("making a link takes a right")
	}
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	writeFile(t, precious, "of the user's")
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{precious, filepath.Join(dir, "not-there")} {
		lock := filepath.Join(state, lockFile)
		if err := os.Symlink(to, lock); err != nil {
			t.Fatal(err)
		}
		claim, err := Setup{State: state}.Claim()
		var foreign *config.FolderError
		if claim != nil || !errors.As(err, &foreign) || !strings.Contains(err.Error(), lock+": it is a link") {
			t.Errorf("%v %v", claim, err)
		}
		if err := os.Remove(lock); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "of the user's" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "not-there")); err == nil {
		t.Error("a file was made behind the link")
	}
	claim, err := Setup{State: state}.Claim()
	if err != nil || claim.Problem() != nil {
		t.Fatal(err)
	}
	claim.Release()
	// One who was faster than the check: the lock itself follows no link.
	if err := os.Remove(filepath.Join(state, lockFile)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, filepath.Join(state, lockFile)); err != nil {
		t.Fatal(err)
	}
	if held, err := config.Lock(filepath.Join(state, lockFile)).TryLock(); held || err == nil {
		t.Error("a link was locked")
	}
}

func TestAStateFolderThatIsNotOursIsNotClaimed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the administrator can give a folder away")
	}
	dir := filepath.Join(t.TempDir(), "theirs")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{os.Chmod(dir, 0o777), os.Chown(dir, 4711, 4711)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	claim, err := Setup{State: dir}.Claim()
	if claim != nil || err == nil || !strings.Contains(err.Error(), "it belongs to another user (4711)") {
		t.Errorf("%v %v", claim, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%v %v", files, err)
	}
}
