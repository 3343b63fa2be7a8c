package apptest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// SignBoard is a board of the scene's vendors, one of which is to be signed in to.
func SignBoard() viewmodel.Board {
	return viewmodel.New().Update(proxy.Status{Addr: "127.0.0.1:3392", Tiers: []proxy.Tier{
		{Vendor: "zhipu", Title: "Zhipu", State: proxy.Ready}, {Vendor: "copilot", Title: "GitHub Copilot", State: proxy.SignedOut, SignIn: proxy.SignIn{Provider: "github", State: "needed"}},
	}}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
}

// VendorPart is the part of Proxy that is behind the Vendors page and the guide: a configuration in memory. Off the
// UI's goroutine it keeps silent unless a test is ready for that, because Fyne's test driver would draw there.
type VendorPart struct {
	mu       sync.Mutex
	Ready    bool
	List     proxy.VendorList
	Broken   error // what every change is refused with
	Unread   error
	Keys     map[string]config.Secret
	did      []string
	Verdict  proxy.VendorTest
	Verdicts chan proxy.VendorTest // if not nil a test waits for this, or for its context
	Tried    proxy.TriedCall
}

// begin is for what is called on a goroutine of its own.
func (f *VendorPart) begin(what string) {
	f.mu.Lock()
	ready := f.Ready
	if ready && what != "" {
		f.did = append(f.did, what)
	}
	f.mu.Unlock()
	if !ready {
		runtime.Goexit()
	}
}

func (f *VendorPart) Vendors() (proxy.VendorList, error) {
	f.begin("")
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.List
	list.Drafts, list.Tiers = slices.Clone(list.Drafts), slices.Clone(list.Tiers)
	return list, f.Unread
}

func (f *VendorPart) SaveVendor(name string, d config.Draft, key config.Secret) error {
	f.begin(fmt.Sprintf("save %q as %q", name, d.Name))
	f.mu.Lock()
	defer f.mu.Unlock()
	var to *config.DestinationError
	if f.Broken != nil && !(errors.As(f.Broken, &to) && to.Origin == d.Confirmed) {
		return f.Broken
	}
	d.Written = true
	if key != "" {
		d.Key, d.KeyVar = config.KeyInKeyring, ""
		if f.Keys == nil {
			f.Keys = map[string]config.Secret{}
		}
		f.Keys[d.Name] = key
	}
	f.List.Drafts, f.List.Presets = slices.Clone(f.List.Drafts), slices.Clone(f.List.Presets)
	f.List.Presets = slices.DeleteFunc(f.List.Presets, func(p config.Draft) bool { return p.Name == d.Name })
	if at := slices.IndexFunc(f.List.Drafts, func(o config.Draft) bool { return o.Name == name }); at >= 0 {
		f.List.Drafts[at] = d
		return nil
	}
	d.Enabled = false // until it is in the tiers
	f.List.Drafts = append(f.List.Drafts, d)
	return nil
}

func (f *VendorPart) RemoveVendor(name string) error {
	f.begin("remove " + name)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Broken != nil {
		return f.Broken
	}
	f.List.Drafts = slices.DeleteFunc(slices.Clone(f.List.Drafts), func(d config.Draft) bool { return d.Name == name })
	tiers := f.List.Tiers
	f.List.Tiers = nil
	for _, tier := range tiers {
		tier = slices.DeleteFunc(slices.Clone(tier), func(member string) bool { return member == name })
		if len(tier) > 0 {
			f.List.Tiers = append(f.List.Tiers, tier)
		}
	}
	return nil
}

func (f *VendorPart) SetTiers(tiers [][]string) error {
	f.begin(fmt.Sprint("tiers ", tiers))
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Broken != nil {
		return f.Broken
	}
	f.List.Tiers, f.List.Drafts = tiers, slices.Clone(f.List.Drafts)
	for i := range f.List.Drafts {
		d := &f.List.Drafts[i]
		d.Enabled = slices.ContainsFunc(tiers, func(t []string) bool { return slices.Contains(t, d.Name) })
	}
	return nil
}

func (f *VendorPart) TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest {
	f.begin(fmt.Sprintf("test %s with a key of %d at %s", d.Name, len(key.Reveal()), d.BaseURL))
	if f.Verdicts == nil {
		return f.Verdict
	}
	select {
	case v := <-f.Verdicts:
		return v
	case <-ctx.Done():
		f.begin("test ended")
		return proxy.VendorTest{Outcome: "timeout"}
	}
}

func (f *VendorPart) TryCall(ctx context.Context) proxy.TriedCall {
	f.begin("try")
	return f.Tried
}

// Doings are what was done so far.
func (f *VendorPart) Doings() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.did)
}

// VendorScene is a configuration of that many vendors.
func VendorScene(n int) proxy.VendorList {
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

// WorksVerdict is a test of a vendor that went well.
var WorksVerdict = proxy.VendorTest{OK: true, Model: "glm-5.1", Answer: "Yes, it is working.", Took: 1234 * time.Millisecond, Status: 200}
