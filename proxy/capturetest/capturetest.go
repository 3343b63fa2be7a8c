// Package capturetest gives tests the bodies that a real client sent.
package capturetest

import (
	"os"
	"path/filepath"
	"testing"
)

// count is how many captures there are: with fewer, a test would hold less than it says.
const count = 8

// Bodies are the captures in proxy/testdata by the names of their files. The test has to be in a package
// directly below proxy, because it runs in its folder.
func Bodies(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../testdata/captures/*.json")
	if err != nil || len(files) < count {
		t.Fatalf("captures: found %d, expected %d: %v", len(files), count, err)
	}
	bodies := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bodies[filepath.Base(file)] = string(body)
	}
	return bodies
}
