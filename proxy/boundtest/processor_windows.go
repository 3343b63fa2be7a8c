package boundtest

import "time"

// processor is how much of the processor this process has taken, which nobody asks on Windows.
func processor() time.Duration { return 0 }
