package desktop

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// showFile is the file in the state folder by which a second start asks the first to show its window. A file needs no
// port, no token and no bus, and is the same on every system.
const showFile = "show"

// Whoever is asked takes the file away at once; a start may take so long before it hears.
const showPatience = 5 * time.Second

// showLook is how often the file is looked for where the system does not tell of it.
const showLook = time.Second

// AskToShow asks the desktop application that has a state folder to show its window, and reports whether it heard: a
// proxy without a desktop does not.
func AskToShow(ctx context.Context, dir string) (bool, error) {
	return askToShow(ctx, dir, showPatience)
}

func askToShow(ctx context.Context, dir string, patience time.Duration) (bool, error) {
	path := filepath.Join(dir, showFile)
	if err := putShow(path); err != nil {
		return false, fmt.Errorf("ask for the window: %w", err)
	}
	deadline := time.After(patience)
	for {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
			continue
		case <-deadline:
		case <-ctx.Done():
		}
		if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
			return true, nil // in the last moment
		}
		return false, nil
	}
}

// putShow makes the file, unless another start has done it. It follows no link: that would empty another file.
func putShow(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		return file.Close()
	}
	if info, there := os.Lstat(path); there == nil && info.Mode().IsRegular() {
		return nil
	}
	return err
}

// WatchShow calls show whenever another start asks for the window, until ctx ends. show must not block.
func WatchShow(ctx context.Context, dir string, show func()) {
	var told <-chan fsnotify.Event
	var lost <-chan error
	look := time.NewTicker(showLook)
	defer look.Stop()
	if w, err := fsnotify.NewWatcher(); err == nil {
		defer w.Close()
		if w.Add(dir) == nil {
			told, lost = w.Events, w.Errors
			look.Stop()
		}
	}
	for {
		if os.Remove(filepath.Join(dir, showFile)) == nil {
			show()
		}
		select {
		case <-ctx.Done():
			return
		case <-told:
		case <-lost: // events were: look
		case <-look.C:
		}
	}
}
