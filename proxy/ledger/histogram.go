package ledger

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

const (
	// perDoubling is how many buckets lie between a duration and its double: each is 9 % wide, so that what is told of
	// it, its middle, is at most 4.5 % off.
	perDoubling = 8
	// buckets reach from 1 ms to over an hour.
	buckets = 22*perDoubling + 1
)

// Histogram counts durations in buckets, so that quantiles of any number of them can be told, to 5 %. Its zero
// value is empty and ready.
type Histogram struct {
	Count  int64
	Total  time.Duration // of all, exactly
	counts *[buckets]int64
	packed []byte // in place of counts: as encode made it. A report has thousands that are only merged
}

// Observe counts a duration.
func (h *Histogram) Observe(d time.Duration) {
	d = max(d, 0)
	h.add(bucketOf(d), 1)
	h.Total += d
}

func (h *Histogram) add(bucket int, n int64) {
	h.unpack()
	h.counts[bucket] += n
	h.Count += n
}

// unpack makes counts of what is packed.
func (h *Histogram) unpack() {
	if h.counts != nil {
		return
	}
	h.counts = new([buckets]int64)
	walk(h.packed, func(bucket int, n int64) { h.counts[bucket] = n })
	h.packed = nil
}

// bucketOf is the bucket of a duration; what is shorter than a millisecond is in the first.
func bucketOf(d time.Duration) int {
	if d <= time.Millisecond {
		return 0
	}
	return min(int(math.Ceil(math.Log2(float64(d)/float64(time.Millisecond))*perDoubling)), buckets-1)
}

// middle is a bucket's, as the mean of its ends' logarithms.
func middle(bucket int) time.Duration {
	return time.Duration(math.Exp2((float64(bucket)-0.5)/perDoubling) * float64(time.Millisecond))
}

// Merge adds another histogram.
func (h *Histogram) Merge(g Histogram) {
	h.Total += g.Total
	switch {
	case g.packed != nil:
		walk(g.packed, h.add)
	case g.counts != nil:
		for i, n := range g.counts {
			if n > 0 {
				h.add(i, n)
			}
		}
	}
}

// Mean is 0 for an empty histogram.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Total / time.Duration(h.Count)
}

// Quantile is the duration that a share of all, from 0 to 1, did not exceed; 0 for an empty histogram.
func (h *Histogram) Quantile(share float64) time.Duration {
	if h.counts == nil && h.packed == nil { // empty, or of a session, where only the mean is known
		return 0
	}
	h.unpack()
	rank := max(int64(math.Ceil(share*float64(h.Count))), 1)
	for i, n := range h.counts {
		if rank -= n; rank <= 0 {
			return middle(i)
		}
	}
	return middle(buckets - 1)
}

// encode is the histogram in a few bytes: its total, then for each bucket in use its distance from the one before
// and its count. An empty one is nil.
func (h *Histogram) encode() []byte {
	if h.Count == 0 {
		return nil
	}
	h.unpack()
	b := binary.AppendUvarint(make([]byte, 0, 64), uint64(h.Total))
	before := 0
	for i, n := range h.counts {
		if n > 0 {
			b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(i-before)), uint64(n))
			before = i
		}
	}
	return b
}

// decode adds what encode made, and keeps b.
func (h *Histogram) decode(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	total, n := binary.Uvarint(b)
	g := Histogram{Total: time.Duration(total), packed: b[max(n, 0):]}
	if n <= 0 || !walk(g.packed, func(_ int, n int64) { g.Count += n }) {
		return fmt.Errorf("read histogram: %d bytes that are not valid", len(b))
	}
	if h.Count == 0 && h.Total == 0 {
		*h = g
		return nil
	}
	h.Merge(g)
	return nil
}

// walk calls do with each bucket of a packed histogram; false if it is none.
func walk(packed []byte, do func(bucket int, n int64)) bool {
	bucket := uint64(0)
	for len(packed) > 0 {
		step, used := binary.Uvarint(packed)
		if used <= 0 {
			return false
		}
		count, more := binary.Uvarint(packed[used:])
		if bucket += step; more <= 0 || bucket >= buckets {
			return false
		}
		do(int(bucket), int64(count))
		packed = packed[used+more:]
	}
	return true
}
