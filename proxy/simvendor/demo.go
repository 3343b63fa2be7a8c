package simvendor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"afterglow/proxy/config"
)

// Demo is a chain of simulated vendors to look at Afterglow with. Close it.
type Demo struct {
	Config  config.Config // a chain over the vendors
	vendors []*Vendor
}

// demoConfig has the built-in vendors' model maps; only the hosts are simulated.
const demoConfig = `
tiers = ["zhipu", "kimi", "minimax", "anthropic"]

[[vendors]]
name     = "zhipu"
base_url = "%s"
key      = "simulated"
limit    = { default = 3, total = 5, max = 20, max_pending = 12, models = { "glm-5v-turbo" = 2 } }

[[vendors]]
name     = "kimi"
base_url = "%s"
key      = "simulated"

[[vendors]]
name     = "minimax"
base_url = "%s"
key      = "simulated"
limit    = { default = 4 }

[[vendors]]
name     = "anthropic"
base_url = "%s"
`

// StartDemo starts the vendors of a demo. The first is overloaded now and then, so that calls go
// on to the next.
func StartDemo() (*Demo, error) {
	d := &Demo{}
	var urls []any
	for _, script := range []Script{demoScript(40, 25), demoScript(0, 22), demoScript(0, 30), demoScript(0, 20)} {
		v, err := Start(Options{Script: script, Quiet: true})
		if err != nil {
			d.Close()
			return nil, err
		}
		d.vendors = append(d.vendors, v)
		urls = append(urls, v.URL())
	}
	none := func(string) string { return "" }
	conf, err := config.Parse("the demo", fmt.Sprintf(demoConfig, urls...), none)
	if err != nil {
		d.Close()
		return nil, err
	}
	d.Config = conf
	return d, nil
}

// Close ends the vendors.
func (d *Demo) Close() {
	for _, v := range d.vendors {
		v.Close()
	}
}

const demoText = "I read the file and ran the tests. Two of them fail because the queue is drained before the last waiter is told. The fix is small."

// demoScript answers at a human pace: about a second until the first word, some words a second. One
// in overloaded calls is refused; 0 refuses none.
func demoScript(overloaded, words int) Script {
	text := strings.Repeat(demoText+" ", 1+words/25)
	return func(c Call) Answer {
		if overloaded > 0 && c.N%overloaded == 0 {
			return Refuse(529, `{"error":{"code":"1305","message":"the model is overloaded"}}`)
		}
		first := 300*time.Millisecond + time.Duration(rand.IntN(700))*time.Millisecond
		pace := time.Duration(90+rand.IntN(120)) * time.Millisecond
		return Text(text).Paced(first, pace)
	}
}
