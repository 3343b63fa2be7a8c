//go:build !(linux || freebsd || openbsd || netbsd)

package desktop

import "context"

// Notices sends notices to the desktop; see NewNotices.
type Notices struct{}

// NewNotices returns nil: Fyne sends them here.
func NewNotices(id, name string, clicked func()) *Notices { return nil }

// Send is never called.
func (*Notices) Send(context.Context, string, string) error { return nil }

// Close is never called.
func (*Notices) Close() {}
