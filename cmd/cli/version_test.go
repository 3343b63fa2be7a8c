package cli

import (
	"runtime/debug"
	"testing"
)

func TestVersionAndCommit(t *testing.T) {
	set := func(pairs ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{}
		for i := 0; i < len(pairs); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return info
	}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "0.1.0"},
		{set("GOOS", "linux"), "0.1.0"},
		{set("vcs.revision", "98f31617bb2112345678", "vcs.modified", "false"), "0.1.0 (98f31617bb21)"},
		{set("vcs.revision", "98f31617bb2112345678", "vcs.modified", "true"), "0.1.0 (98f31617bb21+)"},
		{set("vcs.revision", "98f3"), "0.1.0 (98f3)"},
	} {
		if got := withCommit("0.1.0", c.info); got != c.want {
			t.Errorf("%v: %q, want %q", c.info, got, c.want)
		}
	}
}

func TestVersionIsTheOneBuilt(t *testing.T) {
	if got := Version("1.2.3"); got != "1.2.3" {
		t.Errorf("Version = %q, want 1.2.3", got)
	}
	if Version("") == "" {
		t.Error("a plain go build has no version at all")
	}
}
