package cli

import (
	"cmp"
	"runtime/debug"
)

// Version is what a program is told to be: the version it was built as, or in a plain go build what Go made
// of the commit.
func Version(built string) string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return cmp.Or(built, "unknown")
	}
	return cmp.Or(built, info.Main.Version, "unknown")
}

// VersionAndCommit is Version with the first twelve digits of the commit after it, where Go knows the commit:
// "0.1.0 (98f31617bb21)". A plus says that files were changed since.
func VersionAndCommit(built string) string {
	info, _ := debug.ReadBuildInfo()
	return withCommit(Version(built), info)
}

func withCommit(version string, info *debug.BuildInfo) string {
	if info == nil {
		return version
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	if commit == "" {
		return version
	}
	return version + " (" + commit + changed + ")"
}
