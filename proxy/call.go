package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/price"
)

// Phase is where a call is on its way.
type Phase string

const (
	Queued     Phase = "queued"     // waits for a slot
	Connecting Phase = "connecting" // has its slot; the vendor's answer is not there yet
	Waiting    Phase = "waiting"    // the vendor refused with 429 or 529 and will be asked again, within the slot
	Streaming  Phase = "streaming"  // the answer comes
	Ended      Phase = "ended"
)

// Call is one call of this moment, or one of the last that ended, for people.
type Call struct {
	Number      int // since the start, from 1
	Started     time.Time
	Kind        string // "messages", "native", "route"
	Operation   string
	Session     string // "" if the client does not say
	Agent       string // the sub-agent's id, "" for the main conversation
	Model       string // the client's name
	Vendor      string // where it is, or was answered; "" while none was asked
	VendorModel string
	Phase       Phase
	Until       time.Time // when the vendor is asked again, in phase Waiting
	Queued      time.Duration
	First       time.Duration // until the first event; 0 while there is none
	Took        time.Duration // so far, or in all
	Usage       anthropic.Usage
	Cost        price.Cost
	Stream      bool
	Status      int // that the client got; 0 while it got none, 499 if it left before
	Class       ledger.Class
	Outcome     string // "ok", "cancelled", or the error; "" while it runs
}

// CallDetail is all that is known of a call.
type CallDetail struct {
	Call
	RequestID   string
	ModelServed string // what the vendor called the model
	Retries     int
	Tries       []Try
	Adaptations []string
	Request     http.Header // the client's, its secrets masked
	Answer      http.Header // the vendor's, its secrets masked; nil if there was none
	Bodies      *Bodies     // nil if none were captured
}

// Bodies are the texts of a call, each cut at 1 MiB. They are kept only while the user captures them.
type Bodies struct{ Request, Answer string }

// Try is one vendor's part in a call.
type Try struct {
	Vendor, Model string
	Verdict       string // "commit", "next_tier", "client_fault", "client_gone", "skipped"
	Reason        string
	Status        int
	Retries       int
	Queued, Took  time.Duration
}

// ErrNoCall says that there is no such call, or that it has ended.
var ErrNoCall = errors.New("no such call")

// Usage is what the usage page shows of a range.
type Usage struct {
	Rows     []ledger.Row
	Sessions []ledger.Session // by last use
	Ledger   ledger.Stats
	Prices   string // the day of the price list, "2006-01-02"
}

// Calls returns the calls of this moment, the latest first, and after them the last 500 that ended.
func (s *Server) Calls() []Call { return nil }

// Call returns one of Calls with all that is known of it; false if it is none of them any more.
func (s *Server) Call(number int) (CallDetail, bool) { return CallDetail{}, false }

// Cancel ends a call for the user: it leaves its queue, or its vendor is left; the client gets an error after
// which it does not ask again. The error is ErrNoCall.
func (s *Server) Cancel(number int) error { return ErrNoCall }

// Capture turns on or off that the bodies of calls are kept, in memory, of the last 20. Off forgets them.
func (s *Server) Capture(on bool) {}

// Usage reads the ledger. It may take a while, and is not for the UI's goroutine.
func (s *Server) Usage(ctx context.Context, q ledger.Query) (Usage, error) { return Usage{}, nil }

// History is a gauge's last hour by the second, or with a longer span, at most 30 days, by the minute. Where
// nothing is known there are no points.
func (s *Server) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	return nil, nil
}

// Export writes the calls of a range, a row each, the oldest first: as CSV with a head, or as a JSON array.
// The error says what went wrong, or that the format is neither "csv" nor "json".
func (s *Server) Export(ctx context.Context, q ledger.Query, format string, to io.Writer) error {
	return nil
}

// Settings are what can be changed while the program runs. They lie over the configuration's and are kept.
type Settings struct {
	LogLevel  string        // "debug", "info", "warn", "error"
	Retention time.Duration // how long the ledger keeps rows; 0 = for ever
	Evidence  bool          // the ledger keeps every frame of usage as it came
}

// Settings returns those in force.
func (s *Server) Settings() Settings { return Settings{} }

// SetSettings changes them. The error names the field and what was expected, or says that the state file could
// not be written.
func (s *Server) SetSettings(set Settings) error { return nil }
