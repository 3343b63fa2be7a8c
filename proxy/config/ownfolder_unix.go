//go:build !windows

package config

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// NoFollow is a flag of os.OpenFile: it fails where the path is a link.
const NoFollow = syscall.O_NOFOLLOW

// CheckOwn is OwnFolder for a folder that is there; one that is not is nobody's. A link to it may be the user's own or
// the administrator's.
func CheckOwn(dir string) error {
	link, err := os.Lstat(dir)
	if err != nil {
		return nil // whoever uses it says so
	}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil
	}
	if owner := ownerOf(link); link.Mode()&fs.ModeSymlink != 0 && !trusted(owner) {
		return &FolderError{dir, fmt.Sprintf("it is a link of another user (%d): expected a folder of your own", owner)}
	}
	owner, writable := ownerOf(info), info.Mode().Perm()&0o002 != 0
	switch {
	case !trusted(owner):
		return &FolderError{dir, fmt.Sprintf("it belongs to another user (%d), who could read what is kept there and change it: expected a folder of your own", owner)}
	case writable && owner != os.Geteuid():
		return &FolderError{dir, "every user may write into it: expected a folder of your own"}
	case writable:
		if err := os.Chmod(dir, info.Mode().Perm()&^0o022); err != nil {
			return &FolderError{dir, fmt.Sprintf("every user may write into it (%v): expected mode 0700", err)}
		}
	}
	return nil
}

// trusted reports whether a user may own what we read: we, or the administrator.
func trusted(owner int) bool { return owner == os.Geteuid() || owner == 0 }

func ownerOf(info fs.FileInfo) int {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Uid)
	}
	return os.Geteuid() // a system that knows no owners
}
