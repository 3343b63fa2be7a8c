//go:build !windows

package desktop

// runKey is for Windows.
func runKey() entries { return nil }
