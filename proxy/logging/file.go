package logging

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/DeRuina/timberjack"
)

// file is a log file that is put aside and compressed when it is full. timberjack counts in whole megabytes,
// so the bytes are counted here.
type file struct {
	mu   sync.Mutex
	out  *timberjack.Logger
	size int64 // of the file, bytes
	full int64
}

// longestLine is more than any line has, in megabytes; timberjack refuses what is longer than a file may be.
const longestLine = 64

// openFile opens a file to write at its end, mode 0600.
func openFile(path string, full int64, keep int) (*file, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make log folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return &file{size: info.Size(), full: full, out: &timberjack.Logger{
		Filename: path, MaxSize: int(full>>20) + longestLine, MaxBackups: keep, Compression: "gzip", FileMode: 0o600,
	}}, nil
}

// Write implements io.Writer. A line is never torn in two.
func (f *file) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size > 0 && f.size+int64(len(p)) > f.full {
		if err := f.out.RotateWithReason("full"); err == nil { // else the file grows: no line is lost
			f.size = 0
		}
	}
	n, err := f.out.Write(p)
	f.size += int64(n)
	return n, err
}

func (f *file) Close() error { return f.out.Close() }
