package app

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/proxy"
	"afterglow/proxy/config"
)

// VendorService is what the Vendors page asks of the proxy.
type VendorService interface {
	Vendors() (proxy.VendorList, error)
	SaveVendor(name string, d config.Draft, key config.Secret) error // name "" = a new one
	RemoveVendor(name string) error
	SetTiers(tiers [][]string) error
	TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest // not for the UI's goroutine
}

// vendorsPage is where vendors are added, changed and put in order.
type vendorsPage struct {
	svc  VendorService
	root *fyne.Container
}

func newVendorsPage(svc VendorService, d desk) *vendorsPage {
	return &vendorsPage{svc: svc, root: container.NewStack()}
}

func (p *vendorsPage) enter() {}
func (p *vendorsPage) leave() {}
