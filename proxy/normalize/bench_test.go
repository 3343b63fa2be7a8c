package normalize_test

import (
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/capturetest"
	"afterglow/proxy/normalize"
)

func TestCapturesPassAsTheyAre(t *testing.T) {
	everything := normalize.Target{Vendor: "all", Accepts: normalize.Everything()}
	for name, body := range capturetest.Bodies(t) {
		t.Run(name, func(t *testing.T) {
			unchanged(t, everything, body)
			unchanged(t, claude(), body)
			unchanged(t, knowing(claude(), map[string]string{"EqQBCgIYAhIMOCKSIGNATURE==": "anthropic"}), body)
		})
	}
}

func TestCapturesToAPlainVendor(t *testing.T) {
	to := plain()
	to.Accepts.Thinking = "enabled"
	for name, body := range capturetest.Bodies(t) {
		t.Run(name, func(t *testing.T) { send(t, to, body) })
	}
}

func TestCleanBodyAllocatesLittle(t *testing.T) {
	req, err := anthropic.ParseRequest(capturetest.Bodies(t)["03-parallel-tool-results.json"])
	if err != nil {
		t.Fatal(err)
	}
	to := claude()
	if n := testing.AllocsPerRun(100, func() { normalize.Mend(req, to) }); n > 4 {
		t.Errorf("%v allocations", n)
	}
}

func benchmark(b *testing.B, to normalize.Target, names ...string) {
	all := capturetest.Bodies(b)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			req, err := anthropic.ParseRequest(all[name])
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetBytes(int64(len(all[name])))
			for b.Loop() {
				normalize.Mend(req, to)
			}
		})
	}
}

func BenchmarkMendClean(b *testing.B) {
	benchmark(b, claude(), "01-plain.json", "03-parallel-tool-results.json", "04-thinking-history.json", "07-older-client.json")
}

// BenchmarkMendForeign is a real client's body on its way to a vendor that takes none of Anthropic's extras.
func BenchmarkMendForeign(b *testing.B) {
	to := plain()
	to.Accepts.Thinking = "enabled"
	benchmark(b, to, "01-plain.json", "03-parallel-tool-results.json")
}
