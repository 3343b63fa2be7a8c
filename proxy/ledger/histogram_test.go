package ledger

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A quantile is off by at most 5 %, whatever was counted, however it was put together, stored and read.
func TestQuantilesAreExactToFivePerCent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		millis := rapid.SliceOfN(rapid.Int64Range(1, 3_600_000), 1, 300).Draw(t, "milliseconds")
		cut := rapid.IntRange(0, len(millis)).Draw(t, "cut")
		var parts [2]Histogram
		total := time.Duration(0)
		for i, ms := range millis {
			d := time.Duration(ms) * time.Millisecond
			total += d
			parts[min(1, i/max(cut, 1))].Observe(d)
		}
		var h Histogram
		for i := range parts {
			if err := h.decode(parts[i].encode()); err != nil {
				t.Fatal(err)
			}
		}
		if h.Count != int64(len(millis)) || h.Total != total {
			t.Fatalf("%d of %v, want %d of %v", h.Count, h.Total, len(millis), total)
		}
		slices.Sort(millis)
		for _, q := range []float64{0, 0.5, 0.95, 1} {
			exact := float64(millis[max(int(math.Ceil(q*float64(len(millis)))), 1)-1])
			if got := float64(h.Quantile(q)) / float64(time.Millisecond); math.Abs(got-exact)/exact > 0.05 {
				t.Fatalf("quantile %g is %g ms, exactly %g ms", q, got, exact)
			}
		}
	})
}

func TestHistogramsOfNothingAndOfNonsense(t *testing.T) {
	var h Histogram
	if h.Mean() != 0 || h.Quantile(0.5) != 0 || h.encode() != nil {
		t.Error("an empty one says something")
	}
	h.Observe(-time.Second)
	h.Observe(100 * time.Hour)
	if h.Count != 2 || h.Quantile(1) < time.Hour {
		t.Errorf("%+v", h)
	}
	for _, b := range [][]byte{{0x80}, {1, 0x80}, {1, 2}, {1, 255, 255, 3, 1}} {
		if err := new(Histogram).decode(b); err == nil {
			t.Errorf("%v is taken for a histogram", b)
		}
	}
}
