//go:build agents && linux

package agentstest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// install brings an agent into its own folder below out, and returns its program and what that says of its version.
// Where npm fails and an earlier run has left a program, that is returned with the error.
func install(t *testing.T, out string, a agent) (program, version string, err error) {
	t.Helper()
	dir := filepath.Join(out, a.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), bound)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--cache", filepath.Join(out, "npm"),
		"--no-audit", "--no-fund", "--no-package-lock", "--no-update-notifier", "--fetch-retries=1", a.pkg)
	npm.Dir = dir
	text, err := npm.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("npm install: %w\n%s", err, text)
	}
	program = filepath.Join(dir, "node_modules", ".bin", a.program)
	if _, missing := os.Stat(program); missing != nil {
		if err == nil {
			err = fmt.Errorf("npm install brought no %s\n%s", a.program, text)
		}
		return "", "", err
	}
	home := t.TempDir()
	ask := exec.CommandContext(ctx, program, "--version")
	ask.Dir, ask.Env = home, []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	said, broken := ask.Output()
	if broken != nil {
		return "", "", fmt.Errorf("%s --version: %w", a.program, broken)
	}
	return program, strings.TrimSpace(string(said)), err
}
