//go:build !windows

package boundtest

import (
	"syscall"
	"time"
)

// processor is how much of the processor this process has taken.
func processor() time.Duration {
	var use syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &use) != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
