package config

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a file must stay as it is before it is read: editors write in several steps.
const settle = 100 * time.Millisecond

// Watch calls changed with the configuration, or with why it cannot be taken, each time the file's
// content changes, until ctx ends. A file that is removed keeps the configuration in force. It
// watches the folder, because editors replace files, and makes it where there is none yet: the first
// file of a new user must be noticed too. The error says that it cannot.
func Watch(ctx context.Context, path string, getenv func(string) string, changed func(Config, error)) error {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch configuration: %w", err)
	}
	err = os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = watcher.Add(filepath.Dir(path))
	}
	if err != nil {
		watcher.Close()
		return fmt.Errorf("watch configuration folder: %w", err)
	}
	before, _ := readText(path)
	go func() {
		defer watcher.Close()
		timer := time.NewTimer(0)
		<-timer.C
		for {
			select {
			case <-ctx.Done():
				timer.Stop()
				return
			case _, ok := <-watcher.Events:
				if !ok {
					return
				}
				timer.Reset(settle) // also for other names: the file may be a link through one of them
			case <-watcher.Errors:
				timer.Reset(settle) // events were lost: look
			case <-timer.C:
				text, err := readText(path)
				if errors.Is(err, os.ErrNotExist) || err == nil && text == before {
					continue
				}
				before = text
				if err != nil {
					changed(Config{}, fmt.Errorf("read configuration: %w", err))
					continue
				}
				changed(Parse(path, text, getenv))
			}
		}
	}()
	return nil
}
