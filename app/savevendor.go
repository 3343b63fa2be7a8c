package app

import (
	"context"
	"net/url"
	"slices"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// placed is a chain with one vendor more: the last, but before those that are called with the client's own credentials,
// which serve whatever comes to them.
func placed(tiers [][]string, drafts []config.Draft, name string) [][]string {
	own := func(tier []string) bool {
		return !slices.ContainsFunc(tier, func(member string) bool {
			return !slices.ContainsFunc(drafts, func(d config.Draft) bool { return d.Name == member && d.Auth == config.AuthClient })
		})
	}
	tiers = without(tiers, name)
	at := len(tiers)
	for at > 0 && own(tiers[at-1]) {
		at--
	}
	return slices.Insert(tiers, at, []string{name})
}

// without is a copy of a chain that a vendor is not in.
func without(tiers [][]string, name string) [][]string {
	all := [][]string{}
	for _, tier := range tiers {
		tier = slices.DeleteFunc(slices.Clone(tier), func(member string) bool { return member == name })
		if len(tier) > 0 {
			all = append(all, tier)
		}
	}
	return all
}

// vendorStore is where vendors are kept. It reads and writes files, and is not for the UI's goroutine.
type vendorStore interface {
	Vendors() (proxy.VendorList, error)
	SaveVendor(name string, d config.Draft, key config.Secret) error // name "" = a new one
	SetTiers(tiers [][]string) error
}

// saveVendor writes a vendor that was called that; "" = a new one. A new one that is to be in the chain gets its place there. It may take a while.
func saveVendor(svc vendorStore, was string, d config.Draft, key config.Secret) error {
	if err := svc.SaveVendor(was, d, key); err != nil || was != "" || !d.Enabled {
		return err
	}
	now, err := svc.Vendors()
	if err != nil {
		return err
	}
	tiers := placed(now.Tiers, now.Drafts, d.Name)
	if slices.EqualFunc(tiers, now.Tiers, slices.Equal) {
		return nil
	}
	return svc.SetTiers(tiers)
}

// vendorTester makes a small call to a vendor, which may not be saved yet. It is not for the UI's goroutine.
type vendorTester interface {
	TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest
}

// tryVendor is a small call to a vendor as a draft describes it.
func tryVendor(svc vendorTester, d config.Draft, key config.Secret) func(ctx context.Context) trialResult {
	return func(ctx context.Context) trialResult {
		return testResult(svc.TestVendor(ctx, d, key), hostOf(d.BaseURL))
	}
}

// hostOf is the host of a base URL, or all of it where there is none.
func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return base
	}
	return u.Host
}
