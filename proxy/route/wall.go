package route

import "time"

// wall is the time without Go's monotonic reading, which stands still while a laptop sleeps. What vendors give and
// what passes at their end, a time until which they are out or a quota's window, passes there all the same.
func wall() time.Time { return time.Now().Round(0) }

// Shift moves every time that is known by d, below 0, because the clock was set back by as much: what was a minute
// away when it was noted must not become hours. A time that the vendor gave by its own clock then comes early, which
// costs one refused call.
func (h *Health) Shift(d time.Duration) {
	h.mu.Lock()
	for _, v := range h.vendors {
		v.whole.shift(d)
		for _, f := range v.models {
			f.shift(d)
		}
		v.hours.shift(d)
		v.week.shift(d)
	}
	h.mu.Unlock()
	h.notify()
}

func (f *fuse) shift(d time.Duration) {
	for _, at := range [...]*time.Time{&f.out, &f.breaker.until, &f.breaker.last} {
		shift(at, d)
	}
}

func (q *quota) shift(d time.Duration) {
	shift(&q.begins, d)
	shift(&q.probed, d)
	for i := range q.buckets {
		q.buckets[i].Minute += int64(d / bucket)
	}
}

func shift(at *time.Time, d time.Duration) {
	if !at.IsZero() {
		*at = at.Add(d)
	}
}
