// Package history remembers what each gauge stood at: every second of the last hour, and every minute of the
// last days in the ledger.
package history

import "time"

// Point is the highest of one gauge within a second or a minute, and how many calls the vendor refused.
type Point struct {
	Time     time.Time // its begin
	InFlight int
	Pending  int
	Limit    int // the lowest that was in force; 0 = none
	Refused  int // answers 429 and 529, those that were waited out included
}
