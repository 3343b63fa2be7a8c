package fakevendor

import (
	"fmt"
	"net/http"

	"afterglow/proxy/config"
)

// Demo is a chain of simulated vendors to look at Afterglow with. End it with Close.
//
// It only waits for calls. [Traffic] sends some; a test that wants a load of its own sends its own.
type Demo struct {
	Config  config.Config // a chain over the vendors, and every default
	TOML    string        // the same as a file would have it, for a process of its own
	vendors []*Vendor
}

// demoKey is what the demo's vendors insist on: calls without it show that credentials get lost.
const demoKey = "simulated"

// demoConfig has the built-in vendors' names and model maps; only the hosts are simulated. Zhipu's
// waits are short, because the demo's overload is meant to lead to the next tier while one looks.
const demoConfig = `tiers = ["zhipu", "kimi", "minimax", "anthropic"]

[[vendors]]
name     = "zhipu"
base_url = "%s"
endpoints = { openai = "%[1]s/v4" }
key      = "` + demoKey + `"
models   = [
  { match = "claude-*opus*", to = "glm-5.1" },
  { match = "claude-*haiku*", to = "glm-4.5-air" },
  { match = "claude-*", to = "glm-5v-turbo" },
]
limit    = { default = 3, total = 5, models = { "glm-5v-turbo" = 2 } }
retry    = { attempts = 2, initial = "400ms", max = "1s" }

[[vendors]]
name     = "kimi"
breaker  = { recovery = "20s" } # so that it is back in the next round
base_url = "%s"
key      = "` + demoKey + `"

[[vendors]]
name     = "minimax"
base_url = "%s"
key      = "` + demoKey + `"
limit    = { default = 4 }

[[vendors]]
name     = "anthropic"
base_url = "%s"
`

// StartDemo starts the vendors of a demo: zhipu with limits of its models and of its account, kimi
// without any, minimax with one, and anthropic, which takes the client's credentials.
func StartDemo() (*Demo, error) {
	d := &Demo{}
	var urls []any
	for _, overloaded := range []Answer{
		ZhipuError(529, "1305", "the model is overloaded, please try again later"),
		AnthropicError(529, "overloaded_error", "Overloaded"),
		AnthropicError(529, "overloaded_error", "Overloaded"),
		AnthropicError(529, "overloaded_error", "Overloaded"),
	} {
		v, err := Start(Options{Script: demoTier(len(d.vendors), overloaded), Key: demoKey, Quiet: true})
		if err != nil {
			d.Close()
			return nil, fmt.Errorf("start demo: %w", err)
		}
		d.vendors = append(d.vendors, v)
		urls = append(urls, v.URL())
	}
	d.TOML = fmt.Sprintf(demoConfig, urls...)
	none := func(string) string { return "" }
	conf, err := config.Parse("the demo's configuration", d.TOML, none)
	if err != nil {
		d.Close()
		return nil, fmt.Errorf("start demo: %w", err)
	}
	conf.Path = "" // there is no file to watch
	d.Config = conf
	return d, nil
}

// Close ends the vendors and the calls they hold.
func (d *Demo) Close() {
	for _, v := range d.vendors {
		v.Close()
	}
}

// credentials are the demo's client's own. Only the vendor that takes them ever gets them.
func credentials(h http.Header) { h.Set("Authorization", "Bearer "+demoKey) }
