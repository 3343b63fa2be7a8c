package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// imports runs "import" for a user whose home is a folder, with converters that tell what they were given.
type imports struct {
	home           string
	code           int
	stdout, stderr string
}

func (i *imports) run(args ...string) {
	set := proxy.Setup{Config: filepath.Join(i.home, "ours", "config.toml"), State: filepath.Join(i.home, "state")}
	root := &cobra.Command{Use: "afterglowd"}
	cli.PlaceFlags(root.PersistentFlags(), &proxy.Setup{}) // its --config is not import's
	root.AddCommand(importCommand(&set, converters{
		config: func(yaml []byte) (string, []string, error) {
			if string(yaml) == "bad" {
				return "", nil, errors.New("line 1: expected a mapping")
			}
			return "# " + string(yaml) + "\n", []string{"retry is not taken over"}, nil
		},
		usage: func(_ context.Context, ledgerPath, from string) (int, error) {
			if filepath.Base(ledgerPath) != "ledger.db" || filepath.Base(from) != "usage.db" {
				return 0, errors.New("wrong files")
			}
			return 1234, nil
		},
	}))
	var out, errs bytes.Buffer
	i.code = cli.Run(context.Background(), root, append([]string{"import"}, args...), &out, &errs)
	i.stdout, i.stderr = out.String(), errs.String()
}

func (i *imports) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(i.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportNeverOverwrites(t *testing.T) {
	i := &imports{home: t.TempDir()}
	t.Setenv("HOME", i.home)
	i.file(t, ".coding-proxy/config.yaml", "old")
	i.file(t, ".coding-proxy/usage.db", "")
	ours := filepath.Join(i.home, "ours", "config.toml")

	i.run()
	if text, err := os.ReadFile(ours); i.code != 0 || err != nil || string(text) != "# old\n" {
		t.Fatal(i, err)
	}
	for _, want := range []string{"was written to " + ours, "note: retry is not taken over", "Calls added to the call history: 1,234"} {
		if !strings.Contains(i.stdout, want) {
			t.Errorf("no %q in %s", want, i.stdout)
		}
	}

	i.file(t, "ours/config.toml", "mine")
	i.run("--json")
	beside := filepath.Join(i.home, "ours", "config.imported.toml")
	if !strings.Contains(i.stdout, `"config": "`+beside+`"`) || !strings.Contains(i.stdout, `"calls_added": 1234`) {
		t.Error(i)
	}
	if text, _ := os.ReadFile(ours); string(text) != "mine" {
		t.Errorf("overwritten: %s", text)
	}
	if info, err := os.Stat(beside); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	i.run()
	if i.code != 1 || !strings.Contains(i.stderr, beside+" already exists and was not overwritten") {
		t.Error(i)
	}
}

func TestImportOfNamedFiles(t *testing.T) {
	i := &imports{home: t.TempDir()}
	t.Setenv("HOME", i.home)
	good, bad := i.file(t, "a.yaml", "named"), i.file(t, "b.yaml", "bad")
	i.run("--config", good, "--out", "-")
	if i.code != 0 || i.stdout != "# named\n" || !strings.Contains(i.stderr, "note: retry") {
		t.Error(i)
	}
	i.run("--config", bad, "--out", "-")
	if i.code != 1 || !strings.Contains(i.stderr, bad+": line 1: expected a mapping") {
		t.Error(i)
	}
	i.run("--usage", filepath.Join(i.home, "none.db"))
	if i.code != 1 || !strings.Contains(i.stderr, "none.db: no such file") {
		t.Error(i)
	}
}
