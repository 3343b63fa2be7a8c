package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLedgerAndLogWithoutAWord(t *testing.T) {
	conf := parse(t, anyTier, env())
	if want := (Ledger{Enabled: true, Retention: 180 * 24 * time.Hour}); conf.Ledger != want {
		t.Errorf("%+v", conf.Ledger)
	}
	if want := (Log{Format: "text", MaxSize: 5 << 20, Keep: 5}); conf.Log != want || conf.Log.Level != slog.LevelInfo || DefaultLog() != want {
		t.Errorf("%+v", conf.Log)
	}
	dir := t.TempDir()
	for got, want := range map[string]string{
		conf.Ledger.Path(dir):                     filepath.Join(dir, "ledger.db"),
		conf.Log.Path(dir, "a.log"):               filepath.Join(dir, "a.log"),
		conf.Log.Path(dir, ""):                    "",
		Log{File: "x/b.log"}.Path(dir, ""):        filepath.Join(dir, "x", "b.log"),
		Ledger{File: dir + "/c.db"}.Path("other"): dir + "/c.db",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestLedgerAndLog(t *testing.T) {
	t.Setenv("HOME", "/home/u")
	conf := parse(t, anyTier+`
[ledger]
enabled = false
file = "${DB}/l.db"
retention = "1d12h"
evidence = true
[log]
level = "debug"
format = "json"
file = "~/a.log"
max_size = "5MB"
keep = 9
`, env("DB", "/var"))
	if d := cmp.Diff(Ledger{File: "/var/l.db", Retention: 36 * time.Hour, Evidence: true}, conf.Ledger); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(Log{Level: slog.LevelDebug, Format: "json", File: "/home/u/a.log", MaxSize: 5_000_000, Keep: 9}, conf.Log); d != "" {
		t.Error(d)
	}
	if got := parse(t, anyTier+"[ledger]\nretention = 0", env()).Ledger.Retention; got != 0 {
		t.Errorf("for ever is %v", got)
	}
}

func TestDurationsHaveDays(t *testing.T) {
	for text, want := range map[string]time.Duration{"180d": 180 * day, "1d12h": 36 * time.Hour, "0d": 0, "2d1m30s": 2*day + 90*time.Second, "90s": 90 * time.Second} {
		var d duration
		if err := d.UnmarshalTOML(text); err != nil || time.Duration(d) != want {
			t.Errorf("%s: %v %v", text, time.Duration(d), err)
		}
	}
	for _, text := range []string{"d", "1.5d", "-1d", "1d24h", "1d-1h", "1dd", "200000d", "1d 2h", "99999999999999999999d", ""} {
		var d duration
		if err := d.UnmarshalTOML(text); err == nil {
			t.Errorf("%s is taken as %v", text, time.Duration(d))
		}
	}
}

func TestSettingsSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	s := openState(t, dir)
	if d := cmp.Diff(Settings{}, s.Settings()); d != "" {
		t.Fatal(d)
	}
	level, retention, evidence := "debug", 48*time.Hour, true
	must(t, s.SetLimit("v", "m", 2))
	must(t, s.SetSettings(Settings{&level, &retention, &evidence}))
	level = "changed afterwards"
	got := openState(t, dir)
	if d := cmp.Diff(s.Settings(), got.Settings()); d != "" || *got.Settings().LogLevel != "debug" || got.Limits()["v"]["m"] != 2 {
		t.Fatal(d)
	}
	conf := got.Settings().Over(parse(t, anyTier, env()))
	if conf.Log.Level != slog.LevelDebug || conf.Ledger.Retention != retention || !conf.Ledger.Evidence {
		t.Errorf("%+v %+v", conf.Log, conf.Ledger)
	}
	off := false
	must(t, got.SetSettings(Settings{Evidence: &off}))
	if d := cmp.Diff(Settings{Evidence: &off}, openState(t, dir).Settings()); d != "" {
		t.Fatal(d)
	}
	if conf := got.Settings().Over(conf); conf.Ledger.Evidence || conf.Log.Level != slog.LevelDebug {
		t.Errorf("%+v", conf)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	s := openState(t, dir)
	level, short := "loud", time.Hour
	for want, set := range map[string]Settings{
		`log.level: expected "debug", "info", "warn" or "error", got "loud"`: {LogLevel: &level},
		"ledger.retention: expected 0 (forever) or 1 to 3650 days":           {Retention: &short},
	} {
		if err := s.SetSettings(set); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if d := cmp.Diff(Settings{}, s.Settings()); d != "" {
		t.Error(d)
	}
}

func TestAStateFileOfAnOlderAfterglowLoads(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "state.json"), []byte(`{"version":1,"limits":{"v":{"m":2}}}`), 0o600))
	s := openState(t, dir)
	if s.Settings() != (Settings{}) || s.Limits()["v"]["m"] != 2 {
		t.Errorf("%+v", s.copy())
	}
}
