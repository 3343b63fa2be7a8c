package upstream

import (
	"log/slog"
	"testing"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

func TestWhichRefusalsAreForTooManyCallsAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		refused anthropic.Error
		want    bool
	}{
		"Zhipu's code":                   {anthropic.Error{Status: 429, Code: "1302", Message: "too many"}, true},
		"the code within the text":       {anthropic.Error{Status: 429, Message: "[1302][too many][id]"}, true},
		"a 429 without more":             {anthropic.Error{Status: 429, Message: "slow down"}, true},
		"a short time to wait":           {anthropic.Error{Status: 429, Message: "rate limit", RetryAfter: 20 * time.Second}, true},
		"a long time to wait":            {anthropic.Error{Status: 429, Message: "rate limit", RetryAfter: time.Hour}, false},
		"calls a minute":                 {anthropic.Error{Status: 429, Code: "1303", Message: "too often"}, false},
		"an overloaded model":            {anthropic.Error{Status: 429, Code: "1305", Message: "overloaded"}, false},
		"the limit of a day":             {anthropic.Error{Status: 429, Code: "1308", Message: "used up"}, false},
		"the limit of a week":            {anthropic.Error{Status: 429, Code: "1310", Message: "used up"}, false},
		"no balance":                     {anthropic.Error{Status: 429, Code: "1113", Message: "no balance"}, false},
		"a quota in words":               {anthropic.Error{Status: 429, Message: "you exceeded your quota"}, false},
		"OpenAI's word for a balance":    {anthropic.Error{Status: 429, Code: "insufficient_quota", Message: "x"}, false},
		"a platform that is overloaded":  {anthropic.Error{Status: 529, Message: "overloaded"}, false},
		"a request that cannot be taken": {anthropic.Error{Status: 400, Message: "no"}, false},
	} {
		v, err := New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://v", Auth: "bearer", Codes: "zhipu"}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Crowded(&tc.refused); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// A code means what its own vendor says, and nothing at another one.
func TestACodeIsReadInTheDictionaryOfItsVendor(t *testing.T) {
	for _, c := range []struct {
		codes   string
		refused anthropic.Error
		want    Meaning
	}{
		{"alibaba", anthropic.Error{Status: 429, Code: "insufficient_quota", Type: "insufficient_quota", Message: "You exceeded your current quota"}, Busy},
		{"alibaba", anthropic.Error{Status: 429, Code: "Throttling.AllocationQuota", Message: "Allocated quota exceeded, please increase your quota limit."}, Busy},
		{"alibaba", anthropic.Error{Status: 400, Code: "Arrearage", Message: "Access denied"}, NoFunds},
		{"", anthropic.Error{Status: 429, Code: "insufficient_quota", Message: "You exceeded your current quota"}, NoFunds},
		{"", anthropic.Error{Status: 403, Type: "insufficient_user_quota", Message: "x"}, NoFunds},
		{"", anthropic.Error{Status: 400, Type: "billing_error", Message: "Your credit balance is too low"}, NoFunds},
		{"doubao", anthropic.Error{Status: 429, Code: "SetLimitExceeded", Message: "the limit that you set is reached"}, NoFunds},
		{"", anthropic.Error{Status: 429, Code: "SetLimitExceeded", Message: "x"}, Plain},
		{"minimax", anthropic.Error{Status: 500, Code: "1008", Message: "insufficient balance"}, NoFunds},
		{"zhipu", anthropic.Error{Status: 500, Code: "1008", Message: "x"}, Plain},
		{"minimax", anthropic.Error{Status: 429, Code: "1305", Message: "x"}, Plain},
	} {
		v, err := New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://v", Auth: "bearer", Codes: c.codes}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got := v.MeaningOf(&c.refused); got != c.want {
			t.Errorf("%s, %+v: %d, want %d", c.codes, c.refused, got, c.want)
		}
	}
}
