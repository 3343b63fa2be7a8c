package main

import (
	"encoding/xml"
	"os"
	"slices"
	"strings"
	"testing"
)

// desktopEntry reads the first group of the desktop entry.
func desktopEntry(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../assets/linux/" + appID + ".desktop")
	if err != nil {
		t.Fatal(err)
	}
	entry := map[string]string{}
	first, _, _ := strings.Cut(string(data), "\n\n")
	for line := range strings.Lines(first) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			entry[key] = value
		}
	}
	return entry
}

func TestDesktopEntryIsOfThisProgram(t *testing.T) {
	entry := desktopEntry(t)
	for key, want := range map[string]string{
		"Type": "Application", "Exec": rootCommand(nil).Name(), "TryExec": rootCommand(nil).Name(), "Icon": appID, "Terminal": "false",
		"Name": detail(t, "Name"), "GenericName": detail(t, "GenericName"), "Comment": detail(t, "Comment"),
	} {
		if entry[key] != want {
			t.Errorf("%s is %q, want %q", key, entry[key], want)
		}
	}
	for _, key := range []string{"Name", "GenericName", "Comment", "Keywords"} {
		if entry[key] == "" || entry[key+"[zh_CN]"] == "" {
			t.Errorf("%s is %q, in Chinese %q", key, entry[key], entry[key+"[zh_CN]"])
		}
	}
}

func TestMetadataIsOfThisVersion(t *testing.T) {
	data, err := os.ReadFile("../../assets/linux/" + appID + ".metainfo.xml")
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		ID         string   `xml:"id"`
		Launchable string   `xml:"launchable"`
		Binaries   []string `xml:"provides>binary"`
		Categories []string `xml:"categories>category"`
		Releases   []struct {
			Version string `xml:"version,attr"`
			Date    string `xml:"date,attr"`
		} `xml:"releases>release"`
	}
	if err := xml.Unmarshal(data, &info); err != nil {
		t.Fatal(err)
	}
	if info.ID != appID || info.Launchable != appID+".desktop" {
		t.Errorf("the metadata is of %s, started by %s", info.ID, info.Launchable)
	}
	if !slices.Equal(info.Binaries, []string{"afterglow", "afterglowd"}) {
		t.Errorf("the programs are %q", info.Binaries)
	}
	if got := strings.Join(info.Categories, ";") + ";"; got != desktopEntry(t)["Categories"] {
		t.Errorf("the categories are %q, the desktop entry's %q", got, desktopEntry(t)["Categories"])
	}
	if len(info.Releases) == 0 || info.Releases[0].Version != detail(t, "Version") || info.Releases[0].Date == "" {
		t.Errorf("the releases are %v, FyneApp.toml's version is %s", info.Releases, detail(t, "Version"))
	}
}
