package price

import (
	"math"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"afterglow/proxy/anthropic"
)

func of(amount float64) *float64 { return &amount }

var opus = Price{Currency: Dollar, Input: 5, Output: 25, CacheRead: of(0.5), CacheWrite: of(6.25), CacheWrite1h: of(10)}

func row(vendor, model string, input float64) Row {
	return Row{Key{vendor, model}, Price{Currency: Dollar, Input: input}}
}

// RC-84: a served name is the listed one without its version, whatever its dots and its case.
func TestServedNamesFindTheListedPrice(t *testing.T) {
	table := Make([]Row{row("copilot", "claude-sonnet-4.6", 3), row("zhipu", "GLM-5.1", 6), row("kimi", "k2@latest", 1)})
	for _, served := range []string{"claude-sonnet-4.6", "claude-sonnet-4-6", "claude-sonnet-4-6@20260101", "Claude-Sonnet-4.6", "CLAUDE-SONNET-4-6@x@y"} {
		if p, ok := table.Find("copilot", served); !ok || p.Input != 3 {
			t.Errorf("%s: %+v %v", served, p, ok)
		}
	}
	for _, k := range []Key{{"zhipu", "glm-5-1"}, {"zhipu", "GLM-5.1"}, {"kimi", "k2"}, {"kimi", "k2@latest"}} {
		if _, ok := table.Find(k.Vendor, k.Model); !ok {
			t.Errorf("%v has no price", k)
		}
	}
	for _, k := range []Key{{"anthropic", "claude-sonnet-4-6"}, {"copilot", "claude-sonnet-4-60"}, {"copilot", "claude-sonnet-4"}, {"copilot", ""}} {
		if p, ok := table.Find(k.Vendor, k.Model); ok {
			t.Errorf("%v costs %+v", k, p)
		}
	}
	if p, ok := Table(nil).Find("a", "b"); ok {
		t.Errorf("no table: %+v", p)
	}
}

func TestNamesGoBeforePatternsAndTheFirstPatternCounts(t *testing.T) {
	own := []Row{row("v", "b-*", 1), row("v", "*-mini", 2), row("v", "b-exact", 3), row("v", "b-exact", 4), row("w", "*", 5)}
	builtin := []Row{row("v", "b-listed", 6), row("v", "c.5-listed", 7), row("v", "c.5-*", 8), row("v", "b-mini*", 9)}
	table := Make(own, builtin)
	for model, want := range map[string]float64{
		"b-exact": 3, "b-x": 1, "b-mini": 1, "a-mini": 2, "b-listed": 1, "c-5-listed": 7, "c.5-mini": 2, "c.5-other": 8, "C-5-Other@1": 8,
	} {
		if p, ok := table.Find("v", model); !ok || p.Input != want {
			t.Errorf("%s costs %v, want %v", model, p.Input, want)
		}
	}
	if p, ok := table.Find("v", "d"); ok {
		t.Errorf("d costs %+v", p)
	}
	if p, _ := table.Find("w", "anything"); p.Input != 5 {
		t.Errorf("%+v", p)
	}
}

func TestPatternsFitAsInAShell(t *testing.T) {
	text := rapid.StringMatching(`[ab*]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		pattern, name := text.Draw(t, "pattern"), strings.ReplaceAll(text.Draw(t, "name"), "*", "a")
		want, _ := path.Match(pattern, name)
		if got := fits(pattern, name); got != want {
			t.Fatalf("%q fits %q: %v, want %v", pattern, name, got, want)
		}
	})
}

func TestCacheWritesForAnHourHaveTheirPrice(t *testing.T) {
	usage := anthropic.Usage{Input: 1e6, Output: 2e6, CacheRead: 4e6, CacheCreation: 3e6, CacheCreation1h: 1e6, Reasoning: 1e6}
	plain := opus
	plain.CacheWrite1h = nil
	bare := Price{Input: 5, Output: 25}
	for name, tc := range map[string]struct {
		price Price
		usage anthropic.Usage
		want  float64
	}{
		"split":                       {opus, usage, 5 + 50 + 2 + 2*6.25 + 10},
		"one price of writes":         {plain, usage, 5 + 50 + 2 + 3*6.25},
		"no other price":              {bare, usage, 5 + 50 + 4*5 + 3*5},
		"more in an hour than in all": {opus, anthropic.Usage{CacheCreation1h: 9e6, CacheCreation: 1e6}, 10},
	} {
		if got := tc.price.Of(tc.usage); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// RC-84: a model without a price costs "–", not nothing.
func TestAnUnknownPriceIsNotZero(t *testing.T) {
	table := Make([]Row{{Key{"v", "m"}, opus}, {Key{"v", "free"}, Price{Currency: Yuan}}})
	used := anthropic.Usage{Input: 100}
	for name, tc := range map[string]struct {
		cost Cost
		want string
	}{
		"unknown":       {table.Cost("v", "other", 1, used), "–"},
		"known":         {table.Cost("v", "m", 1, anthropic.Usage{Output: 1e6}), "$25.00"},
		"little":        {table.Cost("v", "m", 1, used), "<$0.01"},
		"free":          {table.Cost("v", "free", 1, used), "$0.00"},
		"nothing used":  {table.Cost("v", "other", 1, anthropic.Usage{}), "–"},
		"nothing known": {Table(nil).Cost("v", "m", 1, used), "–"},
	} {
		if got := tc.cost.String(); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
	if got := table.Cost("v", "other", 7, used); got != (Cost{Unpriced: 7}) {
		t.Errorf("%+v", got)
	}
	if got := table.Cost("v", "other", 7, anthropic.Usage{}); got != (Cost{}) {
		t.Errorf("%+v", got)
	}
}

func TestSumsAreByCurrency(t *testing.T) {
	table := Make([]Row{{Key{"a", "m"}, opus}, {Key{"z", "m"}, Price{Currency: Yuan, Input: 3.4}}})
	var sum Cost
	sum.Add(table.Cost("a", "m", 2, anthropic.Usage{Input: 24000}))
	sum.Add(table.Cost("z", "m", 1, anthropic.Usage{Input: 1e6}))
	sum.Add(table.Cost("x", "m", 3, anthropic.Usage{Input: 1}))
	if got := sum.String(); got != "$0.12 + ¥3.40" || sum.Priced != 3 || sum.Unpriced != 3 {
		t.Errorf("%s, %+v", got, sum)
	}
	for want, c := range map[string]Cost{
		"¥3.40": {Yuan: 3.4}, "<$0.01 + ¥3.40": {Dollars: 0.004, Yuan: 3.4}, "$1.00 + <¥0.01": {Dollars: 0.999, Yuan: 0.0099},
		"–": {}, "$1234567.00": {Dollars: 1234567},
	} {
		if got := c.String(); got != want {
			t.Errorf("%+v is %s, want %s", c, got, want)
		}
	}
	var cent Cost
	for range 100 {
		cent.Add(Cost{Dollars: 0.0001, Priced: 1})
	}
	if got := cent.String(); got != "$0.01" {
		t.Errorf("a hundred hundredths of a cent are %s", got)
	}
}

func BenchmarkFindByPattern(b *testing.B) {
	var rows []Row
	for _, vendor := range []string{"a", "b", "c", "d", "e"} {
		for _, model := range []string{"m-1.5", "m-2.5", "m-3.5", "m-4.5", "x-*", "y-*", "z-*"} {
			rows = append(rows, row(vendor, model, 1))
		}
	}
	table := Make(rows)
	for b.Loop() {
		table.Find("c", "z-4.6@20260101")
	}
}
