package main

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// A user of coding-proxy comes over with both of its files: the chain is the one that was configured there, and its
// calls are in the usage, with what they cost by the prices there.
func TestComingOverFromCodingProxy(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	t.Setenv("XDG_STATE_HOME", filepath.Join(home, ".state"))
	t.Setenv("AFTERGLOW_CONFIG", "")
	t.Setenv("AFTERGLOW_STATE", "")
	old := filepath.Join(home, ".coding-proxy")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	const yaml = `
tiers: [zhipu, anthropic]
vendors:
  - {vendor: zhipu, api_key: "${ZHIPU_API_KEY}", concurrency: {default: 2}}
  - {vendor: anthropic}
pricing:
  - {vendor: zhipu, model: glm-5.1, input_cost_per_mtok: "¥10000", output_cost_per_mtok: "¥20000"}
`
	if err := os.WriteFile(filepath.Join(old, "config.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../proxy/ledger/testdata/reference-0.4.0.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(old, "usage.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(script)); err != nil {
		t.Fatal(err)
	}
	db.Close()
	afterglowd := func(args ...string) string {
		var out bytes.Buffer
		if code := run(context.Background(), args, &out, &out); code != 0 {
			t.Fatalf("%v: %d %s", args, code, out.String())
		}
		return out.String()
	}
	if out := afterglowd("import"); !strings.Contains(out, "Calls added to the call history: 2") {
		t.Error(out)
	}
	if out := afterglowd("import", "--usage", filepath.Join(old, "usage.db"), "--config", filepath.Join(old, "config.yaml"), "--out", filepath.Join(home, "again.toml")); !strings.Contains(out, "Calls added to the call history: 0") {
		t.Error(out)
	}
	if out := afterglowd("check"); !strings.Contains(out, "1     zhipu") || !strings.Contains(out, "2     anthropic") {
		t.Error(out)
	}
	if out := afterglowd("usage", "-m", "1000"); !strings.Contains(out, "glm-5.1") || !strings.Contains(out, "¥1.47") {
		t.Error(out) // (100 + 3 + 4) x 1 cent of input and what the cache did, 20 x 2 cents of output
	}
}
