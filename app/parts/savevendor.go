package parts

import (
	"context"
	"net/url"
	"slices"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// WithVendor is a chain with one vendor more: the last, but before those that are called with the client's own credentials,
// which serve whatever comes to them.
func WithVendor(tiers [][]string, drafts []config.Draft, name string) [][]string {
	own := func(tier []string) bool {
		return !slices.ContainsFunc(tier, func(member string) bool {
			return !slices.ContainsFunc(drafts, func(d config.Draft) bool { return d.Name == member && d.Auth == config.AuthClient })
		})
	}
	tiers = WithoutVendor(tiers, name)
	at := len(tiers)
	for at > 0 && own(tiers[at-1]) {
		at--
	}
	return slices.Insert(tiers, at, []string{name})
}

// WithoutVendor is a copy of a chain that a vendor is not in.
func WithoutVendor(tiers [][]string, name string) [][]string {
	all := [][]string{}
	for _, tier := range tiers {
		tier = slices.DeleteFunc(slices.Clone(tier), func(member string) bool { return member == name })
		if len(tier) > 0 {
			all = append(all, tier)
		}
	}
	return all
}

// VendorStore is where vendors are kept. It reads and writes files, and is not for the UI's goroutine.
type VendorStore interface {
	Vendors() (proxy.VendorList, error)
	SaveVendor(name string, d config.Draft, key config.Secret) error // name "" = a new one
	SetTiers(tiers [][]string) error
}

// SaveVendor writes a vendor that was called that; "" = a new one. A new one that is to be in the chain gets its place there. It may take a while.
func SaveVendor(svc VendorStore, was string, d config.Draft, key config.Secret) error {
	if err := svc.SaveVendor(was, d, key); err != nil || was != "" || !d.Enabled {
		return err
	}
	now, err := svc.Vendors()
	if err != nil {
		return err
	}
	tiers := WithVendor(now.Tiers, now.Drafts, d.Name)
	if slices.EqualFunc(tiers, now.Tiers, slices.Equal) {
		return nil
	}
	return svc.SetTiers(tiers)
}

// VendorTester makes a small call to a vendor, which may not be saved yet. It is not for the UI's goroutine.
type VendorTester interface {
	TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest
}

// TryVendor is a small call to a vendor as a draft describes it.
func TryVendor(svc VendorTester, d config.Draft, key config.Secret) func(ctx context.Context) TrialResult {
	return func(ctx context.Context) TrialResult {
		return TestResult(svc.TestVendor(ctx, d, key), HostOf(d.BaseURL))
	}
}

// HostOf is the host of a base URL, or all of it where there is none.
func HostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return base
	}
	return u.Host
}
