package viewmodel

import (
	"strconv"
	"strings"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// CallRow is one call as a list shows it. Times are rounded to what is shown, so that a row differs from the
// one before only where a reader sees it.
type CallRow struct {
	Number           int
	Started          time.Time
	Session          string // short; "" if the client does not say
	Agent            bool   // a sub-agent's
	Model            string // the client's name
	Vendor           string // "" while none was asked
	VendorModel      string
	Phase            proxy.Phase
	Left             time.Duration // until the vendor is asked again, in phase Waiting
	Place            int           // in the queue, 1 = the next, in phase Queued; 0 while it joins or leaves it
	Queued           time.Duration
	First            time.Duration // 0 while there is no event
	Took             time.Duration
	Input, Output    int64 // tokens; Input with what the cache served or took
	Cached           int64 // the part of Input that the cache served
	Cost             price.Cost
	Status           int
	Class            ledger.Class
	Failed, UnderWay bool
}

// Served is the vendor's name of the model where it is another than the client's, else "".
func (r CallRow) Served() string {
	if r.VendorModel == r.Model {
		return ""
	}
	return r.VendorModel
}

// RowOf is the row for a call as it stood now.
func RowOf(c proxy.Call, now time.Time) CallRow {
	r := CallRow{
		Number: c.Number, Started: c.Started, Session: ShortSession(c.Session), Agent: c.Agent != "",
		Model: c.Model, Vendor: c.Vendor, VendorModel: c.VendorModel, Phase: c.Phase, Place: c.Place,
		Queued: round(c.Queued), First: round(c.First), Took: round(c.Took),
		Input: c.Usage.Input + c.Usage.CacheRead + c.Usage.CacheCreation, Output: c.Usage.Output, Cached: c.Usage.CacheRead,
		Cost: c.Cost, Status: c.Status, Class: c.Class,
		Failed: Failed(c), UnderWay: c.Phase != proxy.Ended,
	}
	if r.UnderWay {
		r.Took, r.Queued = c.Took.Truncate(time.Second), c.Queued.Truncate(time.Second)
	}
	if left := c.Until.Sub(now); c.Phase == proxy.Waiting && left > 0 {
		r.Left = (left + time.Second - 1).Truncate(time.Second)
	}
	return r
}

// round leaves a tenth of a second below ten, else seconds.
func round(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

// Failed tells that a call ended in an error. One that its client left or the user cancelled did not.
func Failed(c proxy.Call) bool {
	return c.Phase == proxy.Ended && c.Class.Failed()
}

// sessionLength is how many letters of a session's id are shown: enough to tell a day's apart.
const sessionLength = 8

// ShortSession is the start of a session's id.
func ShortSession(id string) string {
	if i := strings.LastIndex(id, "session_"); i >= 0 { // Claude Code's user_…_session_…
		id = id[i+len("session_"):]
	}
	n := 0
	for i := range id {
		if n == sessionLength {
			return id[:i]
		}
		n++
	}
	return id
}

// Tokens is a number of tokens in few letters: "840", "12.3k", "1.2M", "3.4G".
func Tokens(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10)
	case n < 999_500:
		return short(float64(n)/1e3) + "k"
	case n < 999_500_000:
		return short(float64(n)/1e6) + "M"
	}
	return short(float64(n)/1e9) + "G"
}

func short(x float64) string {
	if x >= 99.95 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(x, 'f', 1, 64), ".0")
}

// Calls makes the rows of a list, again and again in the same memory. It is for one goroutine.
type Calls struct {
	rows []CallRow
}

// Rows are the calls that match q, those under way first, in the order given otherwise. They hold until the
// next call. live is how many of all the calls are under way.
func (c *Calls) Rows(calls []proxy.Call, q Query, now time.Time) (rows []CallRow, live int) {
	c.rows = c.rows[:0]
	for _, ended := range []bool{false, true} {
		for i := range calls {
			if (calls[i].Phase == proxy.Ended) != ended {
				continue
			}
			if !ended {
				live++
			}
			if q.Match(calls[i]) {
				c.rows = append(c.rows, RowOf(calls[i], now))
			}
		}
	}
	return c.rows, live
}

// Holders are the calls that hold a slot of k, the oldest first, and after them those that wait for one, the next
// first. With k.Model [limiter.AccountModel] they are those of the whole vendor.
func (c *Calls) Holders(calls []proxy.Call, k limiter.Key, now time.Time) []CallRow {
	c.rows = c.rows[:0]
	for i := range calls {
		call := &calls[i]
		if call.Phase != proxy.Ended && call.Vendor == k.Vendor && (call.VendorModel == k.Model || k.Model == limiter.AccountModel) {
			c.rows = append(c.rows, RowOf(*call, now))
		}
	}
	sortHolders(c.rows)
	return c.rows
}
