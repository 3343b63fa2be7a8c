package viewmodel

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterglow/proxy"
)

func TestChoicesAreWhatCallsHave(t *testing.T) {
	calls := []proxy.Call{
		{Model: "opus"},
		{Vendor: "zhipu", Model: "opus", VendorModel: "glm-5.1", Session: "4f2a91c4-aaaa"},
		{Vendor: "kimi", Model: "opus", VendorModel: "glm-5.1", Session: "4f2a91c4-bbbb"},
		{Vendor: "third", VendorModel: "k2", Session: "b81d03ee-cccc"},
	}
	want := Choices{Vendors: []string{"zhipu", "kimi"}, Models: []string{"opus", "glm-5.1"}, Sessions: []string{"4f2a91c4", "b81d03ee"}}
	if diff := cmp.Diff(want, ChoicesOf(calls, 2)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWordTakesThePlaceOfOneForTheSameField(t *testing.T) {
	for _, c := range [][3]string{
		{"", "vendor:kimi", "vendor:kimi"},
		{"529 Vendor:zhipu model:glm", "vendor:kimi", "529 model:glm vendor:kimi"},
	} {
		if got := With(c[0], c[1]); got != c[2] {
			t.Errorf("%q with %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
