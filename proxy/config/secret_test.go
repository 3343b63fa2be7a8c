package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecretsDoNotShow(t *testing.T) {
	s := Secret("s3cret")
	v := Vendor{Key: s}
	text, _ := s.MarshalText()
	for _, shown := range []string{fmt.Sprint(s), fmt.Sprintf("%s %q %v %+v %#v %x %d", s, s, s, s, s, s, s), fmt.Sprintf("%+v %#v", v, v), string(text), s.LogValue().String()} {
		if strings.Contains(shown, "s3cret") || strings.Contains(shown, "733363726574") {
			t.Errorf("shown: %s", shown)
		}
	}
	if s.Reveal() != "s3cret" {
		t.Error("lost")
	}
}

func TestSecretsOfAConfiguration(t *testing.T) {
	conf := parse(t, `
token = "a-token-of-16-characters"
tiers = ["zhipu", "kimi", "antigravity", "anthropic"]
[[vendors]]
name = "kimi"
key = "literal"
`, env("ZHIPU_API_KEY", "z", "GOOG_CLIENT_ID", "id", "GOOG_CLIENT_SECRET", "g"))
	if d := cmp.Diff([]string{"a-token-of-16-characters", "z", "literal", "g"}, conf.Secrets()); d != "" {
		t.Error(d)
	}
}
