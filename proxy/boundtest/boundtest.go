// Package boundtest bounds what one input may cost in a fuzz test.
package boundtest

import (
	"runtime"
	"testing"
	"time"
)

// longest is how long one input may take. It is far more than any does: machines are slow while they fuzz.
const longest = 20 * time.Second

// Within fails a test if a step takes longer than 20 s, or more memory than so many bytes in all, also if that was
// given back meanwhile.
func Within(t testing.TB, memory uint64, step func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	step()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if all := after.TotalAlloc - before.TotalAlloc; took > longest || all > memory {
		t.Errorf("it took %v and %d MiB", took, all>>20)
	}
}
