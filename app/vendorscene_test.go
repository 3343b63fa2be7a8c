package app

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// vendorFake is the part of fakeService that is behind the Vendors page and the guide: a configuration in memory. Off the
// UI's goroutine it keeps silent unless a test is ready for that, because Fyne's test driver would draw there.
type vendorFake struct {
	mu       sync.Mutex
	ready    bool
	vendors  proxy.VendorList
	broken   error // what every change is refused with
	unread   error
	keys     map[string]config.Secret
	did      []string
	verdict  proxy.VendorTest
	verdicts chan proxy.VendorTest // if not nil a test waits for this, or for its context
	tried    proxy.TriedCall
}

// asked is for what is called on a goroutine of its own.
func (f *vendorFake) asked(what string) {
	f.mu.Lock()
	ready := f.ready
	if ready && what != "" {
		f.did = append(f.did, what)
	}
	f.mu.Unlock()
	if !ready {
		runtime.Goexit()
	}
}

func (f *vendorFake) Vendors() (proxy.VendorList, error) {
	f.asked("")
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.vendors
	list.Drafts, list.Tiers = slices.Clone(list.Drafts), slices.Clone(list.Tiers)
	return list, f.unread
}

func (f *vendorFake) SaveVendor(name string, d config.Draft, key config.Secret) error {
	f.asked(fmt.Sprintf("save %q as %q", name, d.Name))
	f.mu.Lock()
	defer f.mu.Unlock()
	var to *config.DestinationError
	if f.broken != nil && !(errors.As(f.broken, &to) && to.Origin == d.Confirmed) {
		return f.broken
	}
	d.Written = true
	if key != "" {
		d.Key, d.KeyVar = config.KeyInKeyring, ""
		if f.keys == nil {
			f.keys = map[string]config.Secret{}
		}
		f.keys[d.Name] = key
	}
	f.vendors.Drafts, f.vendors.Presets = slices.Clone(f.vendors.Drafts), slices.Clone(f.vendors.Presets)
	f.vendors.Presets = slices.DeleteFunc(f.vendors.Presets, func(p config.Draft) bool { return p.Name == d.Name })
	if at := slices.IndexFunc(f.vendors.Drafts, func(o config.Draft) bool { return o.Name == name }); at >= 0 {
		f.vendors.Drafts[at] = d
		return nil
	}
	d.Enabled = false // until it is in the tiers
	f.vendors.Drafts = append(f.vendors.Drafts, d)
	return nil
}

func (f *vendorFake) RemoveVendor(name string) error {
	f.asked("remove " + name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	f.vendors.Drafts = slices.DeleteFunc(slices.Clone(f.vendors.Drafts), func(d config.Draft) bool { return d.Name == name })
	f.vendors.Tiers = without(f.vendors.Tiers, name)
	return nil
}

func (f *vendorFake) SetTiers(tiers [][]string) error {
	f.asked(fmt.Sprint("tiers ", tiers))
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	f.vendors.Tiers, f.vendors.Drafts = tiers, slices.Clone(f.vendors.Drafts)
	for i := range f.vendors.Drafts {
		d := &f.vendors.Drafts[i]
		d.Enabled = slices.ContainsFunc(tiers, func(t []string) bool { return slices.Contains(t, d.Name) })
	}
	return nil
}

func (f *vendorFake) TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest {
	f.asked(fmt.Sprintf("test %s with a key of %d at %s", d.Name, len(key.Reveal()), d.BaseURL))
	if f.verdicts == nil {
		return f.verdict
	}
	select {
	case v := <-f.verdicts:
		return v
	case <-ctx.Done():
		f.asked("test ended")
		return proxy.VendorTest{Outcome: "timeout"}
	}
}

func (f *vendorFake) TryCall(ctx context.Context) proxy.TriedCall {
	f.asked("try")
	return f.tried
}

// doings are what was done so far.
func (f *vendorFake) doings() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.did)
}

// vendorScene is a configuration of that many vendors.
func vendorScene(n int) proxy.VendorList {
	list := proxy.VendorList{File: "/home/mei/.config/afterglow/config.toml", Exists: true, Live: true, Keys: "the system keyring", Keyring: true}
	all := []config.Draft{
		{Name: "zhipu", Preset: "zhipu", Title: "Zhipu", Dialect: "anthropic", BaseURL: "https://open.bigmodel.cn/api/anthropic", Auth: config.AuthAPIKey, Key: config.KeyInKeyring, Written: true, Enabled: true,
			Models: []config.Rule{{Match: "claude-*opus*", To: "glm-5.1"}, {Match: "claude-*haiku*", To: "glm-4.5-air"}, {Match: "claude-*", To: "glm-5v-turbo"}},
			Limit:  config.Limit{Default: 3, Total: 10, Max: 20, Models: map[string]int{"glm-5.1": 2}}},
		{Name: "work-kimi", Preset: "kimi", Title: "Kimi", Dialect: "anthropic", BaseURL: "https://api.kimi.com/coding/", Auth: config.AuthAPIKey, Key: config.KeyInVariable, KeyVar: "KIMI_API_KEY", Written: true, Enabled: true,
			Models: []config.Rule{{Match: "claude-*", To: "kimi-k2.5"}}},
		{Name: "copilot", Preset: "copilot", Title: "GitHub Copilot", Dialect: "openai", Auth: config.AuthCopilot, Written: true, Enabled: true},
		{Name: "anthropic", Preset: "anthropic", Title: "Anthropic", Dialect: "anthropic", BaseURL: "https://api.anthropic.com", Auth: config.AuthClient, Enabled: true},
		{Name: "lab", Dialect: "openai", BaseURL: "http://127.0.0.1:9001/v1", Auth: config.AuthBearer, DefaultModel: "lab-large", Written: true},
		{Name: "accounts-of-the-northern-laboratory-for-long-context-models-second-machine", Title: "The Northern Laboratory's second machine for long contexts, shared", Dialect: "anthropic", BaseURL: "https://gateway.second-machine.northern-laboratory.example.org:8443/anthropic", Auth: config.AuthBearer, Key: config.KeyInFile, Written: true},
	}
	for i := len(all); i < n; i++ {
		d := all[i%2]
		d.Name, d.Title, d.Enabled = fmt.Sprintf("%s-%d", d.Name, i), fmt.Sprintf("%s %d", d.Title, i), i%3 > 0
		all = append(all, d)
	}
	list.Drafts = all[:n]
	for _, d := range list.Drafts {
		if d.Enabled {
			list.Tiers = append(list.Tiers, []string{d.Name})
		}
	}
	if n > 3 {
		list.Tiers = append([][]string{{"zhipu", "work-kimi"}}, list.Tiers[2:]...)
	}
	list.Presets = []config.Draft{
		{Name: "minimax", Preset: "minimax", Title: "MiniMax", Dialect: "anthropic", BaseURL: "https://api.minimaxi.com/anthropic", Auth: config.AuthAPIKey, Key: config.KeyInVariable, KeyVar: "MINIMAX_API_KEY", Models: []config.Rule{{Match: "claude-*", To: "minimax-m2.7"}}},
		{Name: "deepseek", Preset: "deepseek", Title: "DeepSeek", Dialect: "anthropic", BaseURL: "https://api.deepseek.com/anthropic", Auth: config.AuthAPIKey},
	}
	return list
}

var worksVerdict = proxy.VendorTest{OK: true, Model: "glm-5.1", Answer: "Yes, it is working.", Took: 1234 * time.Millisecond, Status: 200}
