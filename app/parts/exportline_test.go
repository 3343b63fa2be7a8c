package parts_test

import (
	"testing"

	"afterglow/app/parts"
)

func TestExportLine(t *testing.T) {
	for addr, want := range map[string]string{
		"":               "",
		"127.0.0.1:3392": "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
		"[::1]:3392":     "export ANTHROPIC_BASE_URL=http://[::1]:3392",
		"0.0.0.0:80":     "export ANTHROPIC_BASE_URL=http://127.0.0.1:80",
		"[::]:3392":      "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
		":3392":          "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392",
	} {
		if got := parts.ExportLine(addr, false); got != want {
			t.Errorf("%q: %q, want %q", addr, got, want)
		}
	}
	if got, want := parts.ExportLine(":3392", true), "export ANTHROPIC_BASE_URL=http://127.0.0.1:3392\nexport ANTHROPIC_AUTH_TOKEN=afterglow"; got != want {
		t.Errorf("without a login: %q, want %q", got, want)
	}
}
