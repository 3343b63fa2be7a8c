package migrate

import (
	"slices"
	"strings"

	"afterglow/proxy/config"
)

// keyed are the vendors with a key of their own, and the variable that it is in unless somebody says otherwise.
var keyed = map[string]string{
	"zhipu": "ZHIPU_API_KEY", "minimax": "MINIMAX_API_KEY", "kimi": "KIMI_API_KEY", "doubao": "ARK_API_KEY", "xiaomi": "XIAOMI_API_KEY", "alibaba": "ALIBABA_API_KEY",
}

func known(name string) bool {
	return keyed[name] != "" || name == "anthropic" || name == "copilot" || name == "antigravity"
}

// usual is the chain of a configuration that names no vendors.
var usual = []string{"zhipu", "anthropic", "copilot"}

// source is where a vendor's settings stand: in a list, or in the oldest form at the top.
type source struct {
	name                   string
	row                    *node
	breaker, quota, weekly *node
}

// sources finds the vendors in whatever form they are written.
func (c *converter) sources() []source {
	var found []source
	rows := c.root.get("vendors")
	if tiers := c.root.get("tiers"); rows == nil && len(tiers.items()) > 0 && tiers.list[0].fields != nil {
		rows = tiers // the older form: a tier is a vendor
	}
	for _, row := range rows.items() {
		row.read = true
		name := row.get("vendor", "backend", "name")
		found = append(found, source{name.text(), row, row.get("circuit_breaker"), row.get("quota_guard"), row.get("weekly_quota_guard")})
	}
	for _, old := range []struct {
		vendor string
		names  []string
	}{{"anthropic", []string{"primary", "anthropic"}}, {"copilot", []string{"copilot"}}, {"antigravity", []string{"antigravity"}}, {"zhipu", []string{"fallback", "zhipu"}}} {
		row := c.root.get(old.names...)
		if row == nil || rows != nil {
			continue
		}
		row.read = true
		with := func(suffix string) *node {
			var names []string
			for _, name := range old.names {
				names = append(names, name+suffix)
			}
			return c.root.get(names...)
		}
		found = append(found, source{old.vendor, row, with("_circuit_breaker"), with("_quota_guard"), with("_weekly_quota_guard")})
	}
	return found
}

// chain makes the rows and the order of the tiers. Vendors without tiers are in their own order.
func (c *converter) chain() {
	var order, off []string
	sources := c.sources()
	for _, s := range sources {
		switch {
		case !known(s.name):
			c.note(s.row, "%q is not a vendor of coding-proxy; skipped", s.name)
		case slices.Contains(order, s.name) || slices.Contains(off, s.name):
			c.note(s.row, "%q appears twice; the first one is used", s.name)
		case !s.row.get("enabled").is(true):
			off = append(off, s.name)
			c.note(s.row, "%q is not enabled; skipped", s.name)
		default:
			order = append(order, s.name)
			c.rows = append(c.rows, c.vendor(s))
			continue
		}
		for _, n := range []*node{s.row, s.breaker, s.quota, s.weekly} {
			n.skip()
		}
	}
	if len(sources) == 0 {
		order = usual
	}
	c.tiers = order
	tiers := c.root.get("tiers")
	if len(tiers.items()) == 0 || tiers.list[0].fields != nil {
		return
	}
	c.tiers = nil
	for _, tier := range tiers.list {
		name := tier.text()
		switch {
		case slices.Contains(c.tiers, name):
		case slices.Contains(order, name), len(sources) == 0 && known(name):
			c.tiers = append(c.tiers, name)
		default:
			c.note(tier, "%q is not among the vendors that are enabled; skipped", name)
		}
	}
}

func (c *converter) vendor(s source) *table {
	t := newTable("[[vendors]]").set("name", quote(s.name))
	if url := s.row.get("base_url").text(); url != "" && url != c.preset(s.name).BaseURL &&
		(c.preset(s.name).Auth != config.AuthClient || c.mayGo(s.row.get("base_url"), url)) {
		t.set("base_url", quote(url))
	}
	c.key(t, s)
	if ms := s.row.get("timeout_ms").number(0); ms > 0 && ms != 300000 { // what coding-proxy has by itself
		t.set("message_timeout", milliseconds(ms))
	}
	c.limit(t, s.row.get("concurrency"))
	c.breaker(t, s.breaker, c.preset(s.name).Breaker)
	c.quota(t, "quota", s.quota, 5)
	c.quota(t, "weekly_quota", s.weekly, 168)
	return t
}

// key makes what a vendor is called with. What the built-in vendor has anyhow is left out.
func (c *converter) key(t *table, s source) {
	fields := map[string]string{"github_token": "key", "account_type": "account_type"}
	switch s.name {
	case "copilot":
	case "antigravity":
		fields = map[string]string{"refresh_token": "key", "client_id": "client_id", "client_secret": "client_secret"}
		if model := strings.TrimPrefix(s.row.get("model_endpoint").text(), "models/"); model != "" {
			t.set("default_model", quote(model))
		}
	default:
		fields = map[string]string{"api_key": "key"}
		if keyed[s.name] == "" {
			fields = nil
		}
	}
	auth := c.root.get("auth")
	for _, from := range []string{"api_key", "github_token", "account_type", "client_id", "client_secret", "refresh_token"} {
		to, wanted := fields[from]
		value := ""
		if wanted {
			value = s.row.get(from).text()
		}
		if value == "" && s.name == "antigravity" && wanted && to != "key" {
			value = auth.get("google_" + from).text()
		}
		if value == "" || value == "${"+keyed[s.name]+"}" || to == "account_type" && value == "individual" {
			continue
		}
		t.set(to, quote(strings.ReplaceAll(value, "$$", "$$$$")))
	}
}

func (c *converter) limit(t *table, from *node) {
	if from == nil {
		return
	}
	from.read = true
	if from.null {
		t.set("limit", "{}")
		return
	}
	slots := func(n *node, otherwise float64) float64 { return min(max(n.number(otherwise), 1), 1000) }
	standard := slots(from.get("default"), 3)
	highest, parts, models := standard, []string{"default = " + whole(standard)}, []string{}
	if by := from.get("models"); by != nil {
		by.read = true
		for _, model := range by.names {
			n := slots(by.fields[model], standard)
			highest = max(highest, n)
			models = append(models, quote(model)+" = "+whole(n))
		}
	}
	if highest > 20 {
		parts = append(parts, "max = "+whole(highest))
	}
	if len(models) > 0 {
		parts = append(parts, "models = "+inline(models))
	}
	t.set("limit", inline(parts))
}

func (c *converter) breaker(t *table, from *node, builtin config.Breaker) {
	if from == nil {
		return
	}
	from.read = true
	if from.null {
		t.set("breaker", "{ failures = 0 }")
		return
	}
	failures, successes := from.get("failure_threshold").number(3), from.get("success_threshold").number(2)
	recovery := from.get("recovery_timeout_seconds", "recovery_timeout").number(300)
	highest := max(recovery, from.get("max_recovery_seconds", "max_recovery_timeout_seconds", "max_recovery").number(3600))
	if int(failures) == builtin.Failures && int(successes) == builtin.Successes && recovery == builtin.Recovery.Seconds() && highest == builtin.Max.Seconds() {
		return
	}
	parts := []string{"failures = " + whole(failures), "successes = " + whole(successes), "recovery = " + seconds(recovery)}
	if highest != 3600 {
		parts = append(parts, "max = "+seconds(highest))
	}
	t.set("breaker", inline(parts))
}

func (c *converter) quota(t *table, key string, from *node, hours float64) {
	if from == nil || from.null {
		return
	}
	tokens := from.get("token_budget").number(0)
	if !from.get("enabled").is(false) {
		from.skip()
		return
	}
	if tokens <= 0 {
		from.skip()
		c.note(from, "without a token_budget only the quota that the vendor reports is used")
		return
	}
	t.set(key, inline([]string{
		"window = " + seconds(from.get("window_hours").number(hours)*3600), "tokens = " + whole(tokens),
		"threshold = " + decimal(from.get("threshold_percent").number(99)), "probe = " + seconds(from.get("probe_interval_seconds").number(300)),
	}))
}
