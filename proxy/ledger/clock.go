package ledger

import "time"

const (
	// clockJump is by how much two clocks may differ before the wall clock is not believed. A computer that sleeps for a
	// night or a weekend stays below it.
	clockJump = 72 * time.Hour
	// clockAgrees is how long the program has to run without a jump before what a jump made old is deleted.
	clockAgrees = 24 * time.Hour
	// clockShare is the part of all rows that is deleted without a wait: one of this many.
	clockShare = 10
)

// clockCheck decides whether rows may be deleted because the wall clock says that they are old. A clock that was wrong once, 400
// days ahead at one start, must not empty the ledger. It is kept in the database.
type clockCheck struct {
	seen int64 // the wall clock at the last look, in seconds of Unix time; 0 = there was none
	held bool  // the deletion is held
	ran  int64 // seconds in which the clocks agreed since then
}

// look is told what the wall clock says, how long the program has run since the last look by the clock that cannot be set, 0 at
// the first look of a start, and how many of all rows would be deleted. It reports whether they must stay.
//
// They must if the wall clock has moved by days more or less than the program has run, or if they are more than a tenth of
// all. Both end when the clocks have agreed for clockAgrees.
func (c *clockCheck) look(wall time.Time, ran time.Duration, aged, all int64) (held bool) {
	moved := time.Duration(wall.Unix()-c.seen) * time.Second
	jumped := c.seen != 0 && (moved-ran).Abs() > clockJump
	c.seen = wall.Unix()
	switch {
	case aged == 0:
		c.held, c.ran = false, 0
	case jumped, !c.held && aged > all/clockShare:
		c.held, c.ran = true, 0
	case c.held:
		c.ran += int64(max(0, min(ran, moved)).Seconds())
		c.held = time.Duration(c.ran)*time.Second < clockAgrees
	}
	return c.held
}
