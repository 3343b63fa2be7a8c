package viewmodel

import "time"

const (
	// Buckets is the number of points of a Series, Bucket the time that each stands for.
	Buckets = 60
	Bucket  = 5 * time.Second
)

// Point is the highest in flight and the highest pending of one bucket.
type Point struct{ InFlight, Pending int }

// Series is a vendor's last five minutes, oldest first; the last point is still growing.
type Series [Buckets]Point

// Top is the highest value of the series.
func (s *Series) Top() int {
	top := 0
	for _, p := range s {
		top = max(top, p.InFlight, p.Pending)
	}
	return top
}

// recent keeps one Series. Between two notes the value holds: calls that run for a minute fill the
// minute, though nothing was reported during it.
type recent struct {
	series Series
	last   Point // the value of the latest note
	bucket int64 // the bucket of the latest note, counted from the epoch
}

// note records that from now on the value is p.
func (h *recent) note(p Point, now time.Time) {
	bucket := now.UnixNano() / int64(Bucket)
	// A clock set back adds to the newest bucket.
	if shift := bucket - h.bucket; shift > 0 {
		h.shift(int(min(shift, Buckets)))
		h.bucket = bucket
	}
	top := &h.series[Buckets-1]
	top.InFlight = max(top.InFlight, p.InFlight)
	top.Pending = max(top.Pending, p.Pending)
	h.last = p
}

// shift drops the n oldest points and carries the latest value into the n new ones.
func (h *recent) shift(n int) {
	copy(h.series[:], h.series[n:])
	for i := Buckets - n; i < Buckets; i++ {
		h.series[i] = h.last
	}
}
