package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// detail reads a text of FyneApp.toml.
func detail(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("../../FyneApp.toml")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` = "(.+)"$`).FindSubmatch(data)
	if found == nil {
		t.Fatalf("FyneApp.toml has no %s", name)
	}
	return string(found[1])
}

func TestPackagedAppIsThisOne(t *testing.T) {
	if id := detail(t, "ID"); id != appID {
		t.Errorf("FyneApp.toml has the ID %s, the program %s", id, appID)
	}
	if _, err := os.Stat(filepath.Join("../..", detail(t, "Icon"))); err != nil {
		t.Error(err)
	}
	if version := detail(t, "Version"); !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(version) {
		t.Errorf("version %q, want three numbers, as Fyne's packager does", version)
	}
}
