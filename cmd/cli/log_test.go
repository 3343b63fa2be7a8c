package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

func write(t *testing.T, text string) proxy.Setup {
	t.Helper()
	dir := t.TempDir()
	set := proxy.Setup{Config: filepath.Join(dir, "config.toml"), State: filepath.Join(dir, "state"), Demo: proxy.DemoOff}
	if err := os.WriteFile(set.Config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return set
}

func TestTheLogIsTheConfigurations(t *testing.T) {
	set := write(t, "tiers = [\"kimi\"]\n[[vendors]]\nname = \"kimi\"\nkey = \"a-literal-key\"\n[log]\nlevel = \"warn\"\nformat = \"json\"\nfile = \"own.log\"\n")
	var stderr bytes.Buffer
	log, err := OpenLog(set, "", &stderr)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("not written")
	log.Warn("written", "body", "a-literal-key")
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(set.State, "own.log"))
	if got := stderr.String(); err != nil || got != string(file) || !strings.HasPrefix(got, "{") || strings.Count(got, "\n") != 1 || strings.Contains(got, "a-literal-key") {
		t.Errorf("%s%s%v", got, file, err)
	}
}

func TestAWrongConfigurationIsTheCommandsError(t *testing.T) {
	set := write(t, "lisen = 1")
	var problem *config.Error
	if _, err := OpenLog(set, "a.log", &bytes.Buffer{}); !errors.As(err, &problem) {
		t.Error(err)
	}
	set.Demo = proxy.DemoOn // needs none
	log, err := OpenLog(set, "a.log", &bytes.Buffer{})
	if err != nil || log.Level() != slog.LevelInfo {
		t.Fatal(err)
	}
	log.Close()
	if _, err := os.Stat(filepath.Join(set.State, "a.log")); err != nil {
		t.Error(err)
	}
}
