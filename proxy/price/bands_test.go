package price

import (
	"testing"

	"afterglow/proxy/anthropic"
)

func TestALongPromptHasThePriceOfItsBand(t *testing.T) {
	band := func(model string, beyond int64, input float64) Row {
		return Row{Key{"v", model}, Price{Currency: Dollar, Input: input, Output: 1, Beyond: beyond}}
	}
	table := Make([]Row{band("m", 100, 2e4), band("m", 0, 1e4), band("m", 1000, 3e4), band("long-*", 100, 1e4)})
	for _, tc := range []struct {
		model string
		usage anthropic.Usage
		want  float64
	}{
		{"m", anthropic.Usage{Input: 100}, 1},
		{"m", anthropic.Usage{Input: 101}, 2.02},
		{"m", anthropic.Usage{Input: 50, CacheRead: 26, CacheCreation: 25}, 2.02}, // a prompt is all of them
		{"m", anthropic.Usage{Input: 2000}, 60},
		{"m", anthropic.Usage{Input: 100, Output: 1e6}, 2}, // an answer is no prompt
		{"long-1", anthropic.Usage{Input: 200}, 2},
		{"long-1", anthropic.Usage{Input: 100}, 0}, // below the lowest band
	} {
		got, _ := table.Call("v", tc.model, "", tc.usage)
		if diff := got.Dollars - tc.want; diff > 1e-9 || diff < -1e-9 || (tc.want == 0) != (got.Unpriced == 1) {
			t.Errorf("%s %+v: %+v, want %v", tc.model, tc.usage, got, tc.want)
		}
	}
}

func TestAServedNameWithoutAPriceHasThatOfTheVendorModel(t *testing.T) {
	table := Make([]Row{row("v", "kimi-k2.5", 1), row("v", "served", 2)})
	for served, want := range map[string]float64{"kimi-k2.5-0711": 1, "served": 2, "served-0401": 2, "served-2026-04-02": 2, "served-12": 1, "": 1} {
		if got, _ := table.Call("v", served, "kimi-k2.5", anthropic.Usage{Input: 1e6}); got.Dollars != want {
			t.Errorf("%q costs %+v, want %v", served, got, want)
		}
	}
	if got, from := table.Call("v", "other-1", "other", anthropic.Usage{Input: 1}); got.Unpriced != 1 || from != "" {
		t.Errorf("%+v %q", got, from)
	}
}
