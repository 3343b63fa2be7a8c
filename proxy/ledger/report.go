package ledger

import (
	"cmp"
	"slices"
	"time"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/price"
)

// Query chooses what a report is about. Empty lists choose all.
type Query struct {
	From, To string // local days, "2006-01-02", both included; "" = without an end
	Vendors  []string
	Models   []string // the client's names or the served ones; of sessions, whose sums have no client's name, the served ones
}

// Row is one day's calls of one kind to one model.
type Row struct {
	Date      string // local day on which they came
	Vendor    string
	Category  string // "cc" or "api"
	Operation string
	Model     string // the client's name
	Served    string
	FailedOn  string // the vendor that failed before, "" where none did
	Sums
}

// Sums are what can be added up over calls.
type Sums struct {
	Requests, Succeeded, Failovers int64
	Cancelled                      int64 // their client left, or the user cancelled them
	Usage                          anthropic.Usage
	Cost                           price.Cost
	Took                           Histogram // of calls that succeeded
	Queued                         Histogram // of calls that had to queue
	First                          Histogram // of calls that got a first event
}

// Failover counts the calls that failed on one vendor and were then taken by another.
type Failover struct {
	From, To string
	Count    int64
}

// Failovers are those of rows, the most frequent first.
func Failovers(rows []Row) []Failover {
	counts := map[Failover]int64{}
	for _, r := range rows {
		if r.FailedOn != "" && r.Failovers > 0 {
			counts[Failover{From: r.FailedOn, To: r.Vendor}] += r.Failovers
		}
	}
	var list []Failover
	for f, n := range counts {
		f.Count = n
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Failover) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return list
}

// Session is what one session cost in a span of time.
type Session struct {
	Key                         string
	First, Last                 time.Time // its first and last call in the span
	Models, Vendors, Categories []string  // by how often
	Sums
}

// Minute is the highest of each gauge within one minute, and how many calls the vendor refused with 429 or 529.
type Minute struct {
	Time                              time.Time // its begin
	Vendor, Model                     string
	InFlight, Pending, Limit, Refused int // Limit is the lowest that was in force, or where calls were refused the highest; 0 = none
}

// Stats tell of the ledger itself.
type Stats struct {
	Path      string
	Bytes     int64         // on disk, with its journal
	Written   int64         // rows since the start
	Waiting   int           // rows in memory that are not written yet: many if they cannot be
	Held      int64         // rows that are too old by a clock that is not believed yet
	Dropped   int64         // rows since the start that found no room, or could not be written
	Retention time.Duration // 0 = for ever
	Aside     string        // where the database is that was damaged and set aside; "" if none was
	Unwritten string        // why rows cannot be written now; "" if they can
	Problem   string        // all that is not well, in words; "" when all is
}

// Add adds another's sums.
func (s *Sums) Add(t Sums) {
	s.Requests += t.Requests
	s.Succeeded += t.Succeeded
	s.Failovers += t.Failovers
	s.Cancelled += t.Cancelled
	s.Usage.Add(t.Usage)
	s.Cost.Add(t.Cost)
	s.Took.Merge(t.Took)
	s.Queued.Merge(t.Queued)
	s.First.Merge(t.First)
}

// Stamp is a time as the ledger writes it: UTC, in milliseconds, always as long, so that texts compare as times
// do.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
