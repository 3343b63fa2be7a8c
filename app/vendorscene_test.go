package app

import (
	"context"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// vendorFake is the part of fakeService that is behind the Vendors page.
type vendorFake struct{ vendors proxy.VendorList }

func (f *vendorFake) Vendors() (proxy.VendorList, error) { return f.vendors, nil }

func (f *vendorFake) SaveVendor(name string, d config.Draft, key config.Secret) error { return nil }

func (f *vendorFake) RemoveVendor(name string) error { return nil }

func (f *vendorFake) SetTiers(tiers [][]string) error { return nil }

func (f *vendorFake) TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest {
	return proxy.VendorTest{OK: true}
}
