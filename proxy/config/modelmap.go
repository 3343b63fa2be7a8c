package config

import (
	"fmt"
	"regexp"
	"strings"
)

// Rule maps the client's model name. Match is exact, a glob when it holds '*', or a regular
// expression of the whole name between slashes.
type Rule struct {
	Match string `toml:"match"`
	To    string `toml:"to"`

	pattern *regexp.Regexp // nil for an exact rule
}

// compile checks the rule and prepares its pattern.
func (r *Rule) compile() error {
	expression := ""
	switch {
	case r.Match == "" || r.To == "":
		return fmt.Errorf("expected both match and to")
	case len(r.Match) > 2 && r.Match[0] == '/' && strings.HasSuffix(r.Match, "/"):
		expression = r.Match[1 : len(r.Match)-1]
	case strings.Contains(r.Match, "*"):
		expression = strings.ReplaceAll(regexp.QuoteMeta(r.Match), `\*`, `.*`)
	default:
		return nil
	}
	pattern, err := regexp.Compile(`^(?s:` + expression + `)$`)
	if err != nil {
		return fmt.Errorf("match: expected a regular expression between the slashes: %w", err)
	}
	r.pattern = pattern
	return nil
}

// Model is the name that a vendor is asked for: of the exact rules the first that fits, else of the
// patterns the first, else DefaultModel, else the client's own name.
func (v Vendor) Model(name string) string {
	for i := range v.Models {
		if v.Models[i].Match == name {
			return v.Models[i].To
		}
	}
	for i := range v.Models {
		if p := v.Models[i].pattern; p != nil && p.MatchString(name) {
			return v.Models[i].To
		}
	}
	if v.DefaultModel != "" {
		return v.DefaultModel
	}
	return name
}
