package logging

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"afterglow/proxy/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, conf config.Log, path string, stderr io.Writer) *Log {
	t.Helper()
	l, err := Open(conf, path, stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestTheLevelChangesWhileLogging(t *testing.T) {
	var out bytes.Buffer
	l := open(t, config.DefaultLog(), "", &out)
	before := l.With("of", "before")
	before.Debug("one")
	l.SetLevel(slog.LevelDebug)
	before.Debug("two")
	l.SetLevel(slog.LevelError)
	before.Warn("three")
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "msg=two") || l.Level() != slog.LevelError {
		t.Error(got)
	}
}

func TestJSONIsAnObjectALine(t *testing.T) {
	conf := config.DefaultLog()
	conf.Format = "json"
	var out bytes.Buffer
	l := open(t, conf, "", &out)
	l.Hide("a-secret-of-mine")
	l.Info("m", "a", "a-secret-of-mine")
	var got struct{ Msg, Level, A string }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got.Msg != "m" || got.Level != "INFO" || got.A != masked {
		t.Errorf("%s: %v", out.String(), err)
	}
}

// A full file is put aside and compressed, no line is torn or lost, and as many are kept as the configuration says.
func TestAFullFileIsPutAside(t *testing.T) {
	conf := config.DefaultLog()
	conf.MaxSize, conf.Keep = 64<<10, 2
	path := filepath.Join(t.TempDir(), "new", "afterglow.log")
	var stderr bytes.Buffer
	l := open(t, conf, path, &stderr)
	for i := range 1000 {
		if i%100 == 0 { // files that are put aside within one millisecond count as one
			<-time.After(2 * time.Millisecond)
		}
		l.Info("line", "text", strings.Repeat("x", 200))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	aside, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "afterglow-*.log.gz"))
	files, _ := os.ReadDir(filepath.Dir(path))
	if len(aside) != 2 || len(files) != 3 {
		t.Fatalf("%v", files)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() > conf.MaxSize {
			t.Errorf("%s: %v, %d bytes, %v", f.Name(), info.Mode(), info.Size(), err)
		}
	}
	f, err := os.Open(aside[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil || int64(len(text)) > conf.MaxSize || int64(len(text)) < conf.MaxSize-1000 || !bytes.HasSuffix(text, []byte("x\n")) {
		t.Errorf("%d bytes: %v", len(text), err)
	}
	if got := strings.Count(stderr.String(), "\n"); got != 1000 {
		t.Errorf("%d lines on stderr", got)
	}
}

func TestAFileGoesOnWhereItEnded(t *testing.T) {
	conf := config.DefaultLog()
	conf.MaxSize = 64 << 10
	path := filepath.Join(t.TempDir(), "a.log")
	if err := os.WriteFile(path, bytes.Repeat([]byte("old line\n"), 7000), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, conf, path, io.Discard)
	for range 50 {
		l.Info("line", "text", strings.Repeat("x", 200))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l.Info("after the end")
	text, err := os.ReadFile(path)
	if aside, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "a-*.gz")); err != nil || len(aside) != 1 || bytes.Contains(text, []byte("old line")) || !bytes.Contains(text, []byte("after the end")) {
		t.Errorf("%v, %v: %.100s", aside, err, text)
	}
}

type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestAStderrThatIsClosedKeepsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	open(t, config.DefaultLog(), path, deaf{}).Info("one")
	if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), "msg=one") {
		t.Errorf("%s %v", text, err)
	}
}

func TestAFileThatCannotBeIsAnError(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(config.DefaultLog(), dir, io.Discard); err == nil || !strings.Contains(err.Error(), dir) {
		t.Error(err)
	}
}
