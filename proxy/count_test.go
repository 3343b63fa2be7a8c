package proxy

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"afterglow/proxy/fakevendor"
	"afterglow/proxy/route"
)

// A vendor that has no endpoint to count gets an estimate that says so, and takes no slot.
func TestCountIsEstimatedWhereTheVendorCannot(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		v, err := fakevendor.Start(fakevendor.Options{CountTokens: fakevendor.Always(fakevendor.Refuse(status, "{}"))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		s, base := serve(t, row("zhipu", v.URL(), limited(3)))
		req := request(t, t.Context(), base, capture(t, "06-count-tokens.json"))
		req.URL.Path = "/v1/messages/count_tokens"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		answer := read(t, resp)
		if n := gjson.Get(answer, "input_tokens"); resp.StatusCode != 200 || n.Int() < 10 || resp.Header.Get(route.Estimated) != "true" {
			t.Errorf("%d: %d %s %v", status, resp.StatusCode, answer, resp.Header)
		}
		if len(s.limiter.Snapshot().Gauges) != 0 {
			t.Error("counting took a slot")
		}
	}
}

// What a vendor counts is passed on as its own.
func TestCountOfAVendorIsNoEstimate(t *testing.T) {
	v := simulated(t, fakevendor.Plausible)
	_, base := serve(t, row("zhipu", v.URL()))
	req := request(t, t.Context(), base, strings.Replace(plainBody, "hi", "hello", 1))
	req.URL.Path = "/v1/messages/count_tokens"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if answer := read(t, resp); resp.Header.Get(route.Estimated) != "" || !gjson.Get(answer, "input_tokens").Exists() {
		t.Errorf("%s %v", answer, resp.Header)
	}
}
