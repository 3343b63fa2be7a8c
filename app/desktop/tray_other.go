//go:build !(linux || freebsd || openbsd || netbsd)

package desktop

import "context"

// HasTray tells whether the desktop has a place for tray icons: these systems always have.
func HasTray(context.Context) bool { return true }

// WatchTray has nothing to watch for.
func WatchTray(context.Context, func(has bool)) error { return nil }
