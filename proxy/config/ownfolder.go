package config

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// FolderError says that a folder of ours, or a file in it, may be somebody else's: what is read there may not be ours, and
// what is written may be written elsewhere.
type FolderError struct{ Path, Problem string }

// Error names the path and what was expected.
func (e *FolderError) Error() string { return e.Path + ": " + e.Problem }

// OwnFolder makes a folder if need be, with mode 0700, and checks that it is the user's own. Where it is and others may
// write into it, that right is taken away. The error is a *FolderError where it is not, else it says that the folder cannot
// be made.
func OwnFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return CheckOwn(dir)
}

// NoLink checks that there is no link at a path: what is written there must stay there. The error is a *FolderError.
func NoLink(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return &FolderError{path, "it is a link, and nothing of ours is one: remove it"}
	}
	return nil
}

// Lock is a lock on a file of ours, which it makes if need be. It follows no link.
func Lock(path string) *flock.Flock {
	return flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDWR|NoFollow))
}

// OwnFile opens a file of ours to be written. It follows no link at the path itself; the error is a *FolderError then.
func OwnFile(path string, flag int) (*os.File, error) {
	if err := NoLink(path); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, flag|NoFollow, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return file, nil
}
