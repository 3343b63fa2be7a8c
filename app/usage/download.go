package usage

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// downloads is the user's folder for downloads, or the home folder where there is none.
func downloads() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find home folder: %w", err)
	}
	dir := filepath.Join(home, "Downloads")
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		dir = xdgDownloads(home, dir)
	}
	if isDir(dir) {
		return dir, nil
	}
	return home, nil
}

// xdgDownloads reads where a desktop of freedesktop.org keeps downloads: the folder has a name in the user's
// language.
func xdgDownloads(home, otherwise string) string {
	conf := os.Getenv("XDG_CONFIG_HOME")
	if conf == "" {
		conf = filepath.Join(home, ".config")
	}
	text, err := os.ReadFile(filepath.Join(conf, "user-dirs.dirs"))
	if err != nil {
		return otherwise
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "XDG_DOWNLOAD_DIR="); ok {
			return strings.ReplaceAll(strings.Trim(value, `"`), "$HOME", home)
		}
	}
	return otherwise
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// saveNew writes a new file and returns its path. A file that is there is left alone: the new one gets a number.
func saveNew(dir, name, ext string, write func(io.Writer) error) (string, error) {
	path := filepath.Join(dir, name+"."+ext)
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			path = filepath.Join(dir, name+"-"+strconv.Itoa(n)+"."+ext)
			continue
		}
		if err != nil {
			return "", fmt.Errorf("create file: %w", err)
		}
		buffer := bufio.NewWriter(f)
		err = errors.Join(write(buffer), buffer.Flush(), f.Close())
		if err != nil {
			return "", errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(path))
		}
		return path, nil
	}
}
