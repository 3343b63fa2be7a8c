package migrate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// models makes the rules of model names. One that names no vendor is Zhipu's, as it was.
func (c *converter) models() {
	rules := map[string][]string{}
	for _, from := range c.root.get("model_mapping").items() {
		pattern, target := from.get("pattern").text(), from.get("target").text()
		vendors := []string{}
		for _, v := range from.get("vendors").items() {
			vendors = append(vendors, v.text())
		}
		if len(vendors) == 0 {
			vendors = []string{"zhipu"}
		}
		switch {
		case pattern == "" || target == "":
			c.note(from, "it has no pattern or no target; skipped")
			continue
		case from.get("is_regex").is(false):
			if _, err := regexp.Compile(pattern); err != nil {
				c.note(from, "this form of regular expression is not supported; skipped")
				continue
			}
			pattern = "/" + pattern + "/"
		case strings.ContainsAny(pattern, "?["):
			c.note(from, "a pattern may only contain *; skipped")
			continue
		}
		if !slices.ContainsFunc(vendors, func(v string) bool { return slices.Contains(c.tiers, v) }) {
			c.note(from, "none of its vendors is in the chain; skipped")
		}
		for _, v := range vendors {
			rules[v] = append(rules[v], "  { match = "+quote(pattern)+", to = "+quote(target)+" },")
		}
	}
	for _, name := range c.tiers {
		if len(rules[name]) == 0 {
			continue
		}
		t := c.row(name)
		if name == "zhipu" {
			t.set("default_model", quote("glm-5.1")) // what coding-proxy took where no rule fits
		}
		t.set("models", "[\n"+strings.Join(rules[name], "\n")+"\n]")
	}
}

// row is a vendor's, made where there is none yet.
func (c *converter) row(name string) *table {
	for _, t := range c.rows {
		if t.lines[0] == "name = "+quote(name) {
			return t
		}
	}
	t := newTable("[[vendors]]").set("name", quote(name))
	c.rows = append(c.rows, t)
	return t
}

// prices makes the rows of the price list. What an error would have been is left out.
func (c *converter) prices() {
	var given []string
	for _, from := range c.root.get("pricing").items() {
		vendor, model := from.get("vendor", "backend").text(), from.get("model").text()
		t := newTable("[[prices]]").set("vendor", quote(vendor)).set("model", quote(model))
		signs, problem := "", ""
		for _, kind := range []string{"input", "output", "cache_write", "cache_read"} {
			amount := from.get(kind + "_cost_per_mtok").text()
			digits := strings.TrimLeft(amount, "$¥￥")
			n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
			switch {
			case amount == "" && kind != "input" && kind != "output":
				continue
			case amount == "":
				amount, digits = "0", "0"
			case err != nil || !(n >= 0 && n <= 100_000):
				problem = kind + " is not a price"
			}
			if sign := strings.TrimSuffix(amount, digits); sign != "" {
				signs += sign
				amount = quote(amount)
			}
			t.set(kind, amount)
		}
		if strings.Contains(signs, "$") && strings.ContainsAny(signs, "¥￥") {
			problem = "it has two currencies"
		}
		key := vendor + "/" + model
		switch {
		case vendor == "" || model == "":
			problem = "it has no vendor or no model"
		case slices.Contains(given, key):
			problem = "the model appears twice"
		}
		if problem != "" {
			c.note(from, "%s; skipped", problem)
			continue
		}
		given = append(given, key)
		c.after = append(c.after, t)
	}
}
