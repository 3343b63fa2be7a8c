package config

import (
	"strings"
	"testing"
	"time"

	"afterglow/proxy/price"
)

// RC-83: the price list is in the binary, and it prices what the built-in vendors are asked for.
func TestBuiltInPrices(t *testing.T) {
	f, err := builtInPrices()
	if err != nil || len(f.Prices) == 0 {
		t.Fatal("no prices", err)
	}
	own, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range f.Prices {
		if _, known := presetNamed(own.Vendors, row.Vendor); !known {
			t.Errorf("%s/%s: the vendor is none of %s", row.Vendor, row.Model, names(own.Vendors))
		}
	}
	conf, err := Default(anyKey)
	if err != nil {
		t.Fatal(err)
	}
	if day, err := time.Parse(time.DateOnly, conf.PricesDate); err != nil || day.Year() < 2026 {
		t.Errorf("the list is of %q", conf.PricesDate)
	}
	for _, v := range conf.Vendors {
		for _, model := range []string{"claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-5-5", "claude-haiku-4-5-20251001"} {
			if _, ok := conf.Prices.Find(v.Name, v.Model(model)); !ok {
				t.Errorf("%s: %s has no price", v.Name, v.Model(model))
			}
		}
	}
	for _, unlisted := range []price.Key{{Vendor: "anthropic", Model: "claude-opus-4-1-20250805"}, {Vendor: "zhipu", Model: "glm-4.6"}, {Vendor: "google", Model: "claude-sonnet-4-6"}} {
		if p, ok := conf.Prices.Find(unlisted.Vendor, unlisted.Model); ok {
			t.Errorf("%v costs %+v", unlisted, p)
		}
	}
}

func TestPricesOfAConfiguration(t *testing.T) {
	conf := parse(t, `
tiers = ["zhipu", "second"]
[[vendors]]
name = "second"
preset = "zhipu"
[[prices]]
vendor = "zhipu"
model = "glm-5*"
input = "￥1"
output = "2"
cache_read = 0
[[prices]]
vendor = "lab"
model = "m"
input = "5"
output = 25.5
cache_write = 6
cache_write_1h = "$ 10"
`, env())
	find := func(vendor, model string) price.Price {
		t.Helper()
		p, ok := conf.Prices.Find(vendor, model)
		if !ok {
			t.Errorf("%s/%s has no price", vendor, model)
		}
		return p
	}
	if p := find("zhipu", "glm-5.1"); p.Currency != price.Yuan || p.Input != 1 || p.Output != 2 || *p.CacheRead != 0 || p.CacheWrite != nil {
		t.Errorf("the file's row does not go first: %+v", p)
	}
	if p := find("zhipu", "glm-4.7"); p.Input != 2 || *p.CacheRead != 0.4 {
		t.Errorf("the built-in rows are lost: %+v", p)
	}
	if p := find("second", "glm-5.1"); p.Currency != price.Yuan || p.Input != 6 {
		t.Errorf("a second account has not its preset's prices: %+v", p)
	}
	if p := find("lab", "M"); p.Currency != price.Dollar || p.Input != 5 || p.Output != 25.5 || *p.CacheWrite != 6 || *p.CacheWrite1h != 10 || p.CacheRead != nil {
		t.Errorf("%+v", p)
	}
}

// RC-84: a row has one currency, wherever its sign stands.
func TestAPriceHasOneCurrency(t *testing.T) {
	const row = "tiers = [\"kimi\"]\n[[prices]]\nvendor = \"kimi\"\nmodel = \"m\"\n"
	for _, amounts := range []string{
		"input = \"$1\"\noutput = \"¥2\"", "currency = \"¥\"\ninput = 1\noutput = \"$2\"", "input = 1\noutput = 2\ncache_read = \"$1\"\ncache_write = \"¥1\"",
	} {
		_, err := Parse("config.toml", row+amounts, env())
		if err == nil || !strings.Contains(err.Error(), "a row has one currency") {
			t.Errorf("%s: %v", amounts, err)
		}
	}
	for _, amounts := range []string{"input = \"¥1\"\noutput = 2", "currency = \"¥\"\ninput = \"¥1\"\noutput = 2"} {
		conf := parse(t, row+amounts, env())
		if p, _ := conf.Prices.Find("kimi", "m"); p.Currency != price.Yuan {
			t.Errorf("%s: %+v", amounts, p)
		}
	}
}
