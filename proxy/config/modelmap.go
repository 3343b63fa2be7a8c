package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
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
// patterns the first; else the client's own name if it is a model of the vendor's, else DefaultModel, else the client's own name.
//
// Spellings of one model are one name: upper and lower case, and Claude Code's suffix for a long context, such as "[1m]", which is
// no part of any vendor's name.
func (v Vendor) Model(name string) string {
	name = withoutContext(name)
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
	if v.DefaultModel != "" && !v.Has(name) {
		return v.DefaultModel
	}
	return v.spelled(name)
}

// contextSuffix is how Claude Code writes that a model is to be used with a long context.
var contextSuffix = regexp.MustCompile(`\[[0-9]+[kKmM]\]$`)

func withoutContext(name string) string {
	if !strings.HasSuffix(name, "]") {
		return name
	}
	return contextSuffix.ReplaceAllString(name, "")
}

// spelled is a model's name as the vendor's row spells it.
func (v Vendor) spelled(name string) string {
	for model := range v.Limit.Models {
		if strings.EqualFold(model, name) {
			return model
		}
	}
	for i := range v.Models {
		if strings.EqualFold(v.Models[i].To, name) {
			return v.Models[i].To
		}
	}
	for _, known := range append([]string{v.DefaultModel}, v.OwnModels...) {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return name
}

// Has reports whether a model is known to be the vendor's: its row names it as the goal of a rule, as the default, with a
// limit, or in OwnModels. Upper and lower case are the same, as they are to vendors.
func (v Vendor) Has(model string) bool {
	if _, limited := v.Limit.Models[model]; limited || strings.EqualFold(model, v.DefaultModel) {
		return true
	}
	return slices.ContainsFunc(v.Models, func(r Rule) bool { return strings.EqualFold(r.To, model) }) || anyMatches(v.OwnModels, model)
}

// Lacks reports whether the vendor cannot be asked for a client's model: it is known which models are the vendor's own,
// this is one of another built-in vendor's, and there is no default in its place.
func (v Vendor) Lacks(name string) bool {
	if len(v.OwnModels) == 0 || v.DefaultModel != "" {
		return false
	}
	model := v.Model(name)
	return model == name && !v.Has(model) && anyMatches(builtInModels(), model)
}

// builtInModels are the patterns of all built-in vendors' own models, but for those that say nothing of whose a name is.
var builtInModels = sync.OnceValue(func() (all []string) {
	own, err := builtIn()
	if err != nil {
		panic(err) // it is a part of the program
	}
	for _, row := range own.Vendors {
		for _, p := range or(row.OwnModels, nil) {
			if !strings.HasPrefix(p, "*") {
				all = append(all, p)
			}
		}
	}
	return all
})

func anyMatches(patterns []string, model string) bool {
	model = strings.ToLower(model)
	return slices.ContainsFunc(patterns, func(p string) bool { return Matches(strings.ToLower(p), model) })
}

// Matches compares a name with a pattern in which "*" stands for any text. An empty name matches none.
func Matches(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(name, parts[0])
	if len(parts) == 1 || !ok {
		return ok && rest == "" && name != ""
	}
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return name != "" && strings.HasSuffix(rest, parts[last])
}
