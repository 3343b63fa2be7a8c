// Package boundtest bounds what one input may cost in a fuzz test.
package boundtest

import (
	"runtime"
	"testing"
	"time"
)

// longest is how much of the processor one input may take, whatever else the machine does. It is far more than any does, also
// with the race detector.
const longest = time.Minute

// Bound fails a test if it takes more than a minute of the processor until end is called, or more memory than so many bytes
// in all, also if that was given back meanwhile.
func Bound(t testing.TB, memory uint64) (end func()) {
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	began := processor()
	return func() {
		t.Helper()
		took := processor() - began
		var after runtime.MemStats
		runtime.ReadMemStats(&after)
		if all := after.TotalAlloc - before.TotalAlloc; took > longest || all > memory {
			t.Errorf("it took %v and %d MiB", took, all>>20)
		}
	}
}

// Within is Bound for one step.
func Within(t testing.TB, memory uint64, step func()) {
	t.Helper()
	end := Bound(t, memory)
	step()
	end()
}
