package viewmodel

import (
	"slices"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
)

func numbers(rows []CallRow) []int {
	var list []int
	for _, r := range rows {
		list = append(list, r.Number)
	}
	return list
}

func TestCallsUnderWayStandOnTop(t *testing.T) {
	calls := []proxy.Call{{Number: 5, Phase: proxy.Streaming}, {Number: 4, Phase: proxy.Ended}, {Number: 3, Phase: proxy.Queued}, {Number: 2, Phase: proxy.Ended}}
	rows, live := new(Calls).Rows(calls, Query{}, start)
	if got := numbers(rows); !slices.Equal(got, []int{5, 3, 4, 2}) || live != 2 {
		t.Errorf("rows %v, %d under way", got, live)
	}
}

func TestQuery(t *testing.T) {
	calls := []proxy.Call{
		{Number: 1, Vendor: "zhipu", Model: "claude-opus-4-6", VendorModel: "glm-5.1", Session: "4f2a91c4-aaaa", Phase: proxy.Streaming},
		{Number: 2, Vendor: "zhipu", Model: "claude-haiku-4-5", VendorModel: "glm-5.1-air", Session: "4f2a91c4-aaaa", Phase: proxy.Ended},
		{Number: 3, Vendor: "Kimi", Model: "claude-opus-4-6", VendorModel: "kimi-k2", Session: "user_1_account__session_77b0", Phase: proxy.Ended, Class: ledger.Overloaded},
		{Number: 4, Vendor: "kimi", VendorModel: "kimi-k2", Phase: proxy.Ended, Class: ledger.Gone},
	}
	for _, c := range []struct {
		text             string
		underWay, failed bool
		want             []int
	}{
		{"", false, false, []int{1, 2, 3, 4}},
		{"GLM", false, false, []int{1, 2}},
		{"zhipu haiku", false, false, []int{2}},
		{"model:glm-5.1", false, false, []int{1}},
		{"model:claude-opus-4-6 vendor:kimi", false, false, []int{3}},
		{"session:77b0", false, false, []int{3}},
		{SessionWord(calls[2].Session), false, false, []int{3}},
		{"4f2a", false, false, []int{1, 2}},
		{"vendor:", false, false, []int{1, 2, 3, 4}},
		{"", true, false, []int{1}},
		{"", false, true, []int{3}},
		{"zhipu", false, true, nil},
		{"nothing", false, false, nil},
	} {
		q := ParseQuery(c.text)
		q.UnderWay, q.Failed = c.underWay, c.failed
		rows, _ := new(Calls).Rows(calls, q, start)
		if got := numbers(rows); !slices.Equal(got, c.want) {
			t.Errorf("%q, under way %t, failed %t: %v, want %v", c.text, c.underWay, c.failed, got, c.want)
		}
		if q.All() != (len(c.want) == len(calls)) {
			t.Errorf("%q: all = %t", c.text, q.All())
		}
	}
}

func TestRowChangesOnlyWhereAReaderSeesIt(t *testing.T) {
	c := proxy.Call{Number: 1, Phase: proxy.Waiting, Took: 2100 * time.Millisecond, Until: start.Add(12 * time.Second)}
	a := RowOf(c, start)
	c.Took += 300 * time.Millisecond
	if b := RowOf(c, start.Add(300*time.Millisecond)); a != b {
		t.Errorf("%+v and %+v differ", a, b)
	}
	c.Took += 700 * time.Millisecond
	if b := RowOf(c, start.Add(time.Second)); b.Took != 3*time.Second || b.Left != 11*time.Second {
		t.Errorf("a second later it took %v and has %v left", b.Took, b.Left)
	}
	c.Phase = proxy.Ended
	if b := RowOf(c, start); b.Took != 3100*time.Millisecond || b.Left != 0 || b.UnderWay {
		t.Errorf("at its end %+v", b)
	}
}

func TestInputCountsWhatTheCacheServed(t *testing.T) {
	r := RowOf(proxy.Call{Usage: anthropic.Usage{Input: 100, CacheRead: 8000, CacheCreation: 900, Output: 7}}, start)
	if r.Input != 9000 || r.Cached != 8000 || r.Output != 7 {
		t.Errorf("input %d, cached %d, output %d", r.Input, r.Cached, r.Output)
	}
}

func TestTokensInFewLetters(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 840: "840", 999: "999", 1000: "1k", 12_345: "12.3k", 99_949: "99.9k", 99_950: "100k", 123_456: "123k", 999_499: "999k", 999_500: "1M", 1_250_000: "1.2M",
	} {
		if got := Tokens(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestShortSession(t *testing.T) {
	for id, want := range map[string]string{
		"": "", "abc": "abc", "4f2a91c4-77b0-4a1e": "4f2a91c4", "user_ab_account__session_12345678-9abc": "12345678", "会话一二三四五六七八": "会话一二三四五六",
	} {
		if got := ShortSession(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}

func TestHoldersAndThenTheQueueInItsOrder(t *testing.T) {
	k := limiter.Key{Vendor: "zhipu", Model: "glm-5.1"}
	call := func(n int, model string, phase proxy.Phase, queued time.Duration) proxy.Call {
		return proxy.Call{Number: n, Vendor: k.Vendor, VendorModel: model, Phase: phase, Queued: queued}
	}
	calls := []proxy.Call{
		call(9, k.Model, proxy.Queued, time.Second),
		call(8, "glm-4", proxy.Streaming, 0),
		call(7, k.Model, proxy.Queued, 3*time.Second),
		call(6, k.Model, proxy.Waiting, 0),
		call(5, k.Model, proxy.Queued, 2*time.Second), // came from another vendor
		call(2, k.Model, proxy.Streaming, 4*time.Second),
		call(1, k.Model, proxy.Ended, 0),
	}
	if got := numbers(new(Calls).Holders(calls, k, start)); !slices.Equal(got, []int{2, 6, 7, 5, 9}) {
		t.Errorf("holders %v", got)
	}
	for i, place := range map[int]int{0: 1, 2: 3, 4: 2} { // a fair queue's order is not that of the waits
		calls[i].Place = place
	}
	if got := numbers(new(Calls).Holders(calls, k, start)); !slices.Equal(got, []int{2, 6, 9, 5, 7}) {
		t.Errorf("by place %v", got)
	}
	for i := range calls {
		calls[i].Place = 0
	}
	k.Model = limiter.AccountModel
	if got := numbers(new(Calls).Holders(calls, k, start)); !slices.Equal(got, []int{2, 6, 8, 7, 5, 9}) {
		t.Errorf("of the account %v", got)
	}
}

func TestRowsOfUnchangedCallsCostNoMemory(t *testing.T) {
	calls := make([]proxy.Call, 500)
	for i := range calls {
		calls[i] = proxy.Call{Number: i, Vendor: "zhipu", Model: "claude-opus-4-6", VendorModel: "glm-5.1", Session: "4f2a91c4-aaaa", Phase: proxy.Ended}
	}
	var c Calls
	q := ParseQuery("glm 4f2a")
	c.Rows(calls, q, start)
	if n := testing.AllocsPerRun(10, func() { c.Rows(calls, q, start) }); n > 5 {
		t.Errorf("%.0f allocations for the same 500 calls", n)
	}
}
