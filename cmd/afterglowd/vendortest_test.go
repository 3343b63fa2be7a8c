package main

import (
	"strings"
	"testing"

	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// Whatever a test ends with is told in words, on one line, with what the vendor said.
func TestEveryOutcomeOfATestHasWords(t *testing.T) {
	said := map[string]string{}
	for _, outcome := range []string{
		proxy.TestNoKey, proxy.TestSignIn, proxy.TestInvalid, proxy.TestClient, string(ledger.RateLimit), string(ledger.Overloaded), string(ledger.Quota),
		string(ledger.Auth), string(ledger.VendorFail), string(ledger.Network), string(ledger.Timeout), string(ledger.Broken), string(ledger.Queue), string(ledger.Gone), string(ledger.Stopped),
	} {
		failed := tried{vendor: vendorRow{Name: "lab", BaseURL: "http://127.0.0.1:1", Dialect: "openai"}, Outcome: outcome, Reason: "so it said."}
		text := failed.failure()
		what, _ := failed.why()
		if !strings.HasPrefix(text, "lab: ") || strings.Contains(what, "the test failed") || !strings.Contains(text, ": so it said") || strings.Contains(text, "said.:") || strings.Contains(text, "\n") {
			t.Errorf("%s: %s", outcome, text)
		}
		if other, taken := said[what]; taken {
			t.Errorf("%s and %s are told alike: %s", outcome, other, what)
		}
		said[what] = outcome
	}
	if text := (&tried{vendor: vendorRow{Name: "copilot", Auth: config.AuthCopilot}, Outcome: "auth", Status: 401}).failure(); !strings.Contains(text, "auth login copilot") {
		t.Error(text)
	}
	if text := (&tried{vendor: vendorRow{Name: "lab"}, Outcome: "invalid", Status: 404, Model: "m"}).failure(); !strings.Contains(text, "(status 404)") || !strings.Contains(text, "(m)") {
		t.Error(text)
	}
	if text := (&tried{vendor: vendorRow{Name: "lab"}, Outcome: "one that comes later"}).failure(); !strings.Contains(text, "one that comes later") {
		t.Error(text)
	}
	if text := (&tried{vendor: vendorRow{Name: "lab"}, OK: true, Model: "m", TookMS: 1500}).success(); text != "lab works: m answered in 1.5 s, with an empty answer: the test allows only a few tokens." {
		t.Error(text)
	}
}
