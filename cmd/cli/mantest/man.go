// Package mantest writes manual pages of commands. Only tests import it: what it needs is in no program.
package mantest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// Write writes the manual pages of a command and of those below it, and fails the test if one of want is missing
// or no page. AFTERGLOW_MAN names the folder that keeps them; without it they are gone when the test ends. Their
// date is SOURCE_DATE_EPOCH, or today.
func Write(t *testing.T, root *cobra.Command, want []string) {
	t.Helper()
	dir := os.Getenv("AFTERGLOW_MAN")
	if dir == "" {
		dir = t.TempDir()
	}
	root.DisableAutoGenTag = true
	// The version has the commit in it, and Go gives a test none: the page says what the package is.
	header := doc.GenManHeader{Section: "1", Source: "Afterglow " + os.Getenv("AFTERGLOW_VERSION"), Manual: "Afterglow"}
	if err := doc.GenManTree(root, &header, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range want {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if len(page) < 400 || page[0] != '.' {
			t.Errorf("%s is no manual page:\n%s", name, page)
		}
	}
}
