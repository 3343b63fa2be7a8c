package main

import (
	"strings"
	"testing"
)

// A key alone puts nobody into the chain.
func TestAKeyOfAVendorOutsideTheChain(t *testing.T) {
	at := vendorAt{now: vendorsNow{Live: true, Keys: "the keyring"}, row: vendorRow{Name: "kimi"}}
	if got := at.keyKept(); !strings.HasSuffix(got, "afterglowd vendor enable kimi") {
		t.Error(got)
	}
	at.row.Enabled = true
	if got := at.keyKept(); got != "The key of kimi is stored in the keyring. Test it with: afterglowd vendor test kimi" {
		t.Error(got)
	}
}
