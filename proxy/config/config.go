// Package config reads Afterglow's configuration: TOML, strictly, over built-in vendor presets.
//
// Nothing in a file is ignored. What is not known, of the wrong type or out of range is an *[Error]
// that names the file, the key and what was expected, and the configuration in force stays.
package config

import "time"

// Config is a checked configuration: every field is filled, defaults included.
type Config struct {
	Path      string        // the file it came from; "" if there is none
	Listen    string        // host:port
	Token     Secret        // what every request must carry; "" = none, on loopback only
	Vendors   []Vendor      // in chain order, one per tier
	MaxBody   int64         // longest request body, bytes
	ParkAfter time.Duration // a streaming call queued this long gets its 200 and comments; 0 = never
	Drain     time.Duration // longest wait for calls in flight when stopping
}

// HasKey reports whether any vendor has a key of its own.
func (c Config) HasKey() bool {
	for _, v := range c.Vendors {
		if v.Key != "" {
			return true
		}
	}
	return false
}

// Vendor is one configured upstream account.
type Vendor struct {
	Name         string
	Title        string // for people; Name when not given
	Dialect      string // "anthropic"
	BaseURL      string
	Auth         Auth
	Key          Secret // empty while KeyVar is unset
	KeyVar       string // the environment variable that key names; "" if it is literal
	DefaultModel string // for a model that no rule matches; "" = the client's name goes through
	Models       []Rule
	Limit        Limit
	Retry        Retry
	Accepts      Accepts
	Connect      time.Duration // longest wait for a connection
	FirstEvent   time.Duration // longest wait for the first event of a stream
	Idle         time.Duration // longest silence between two events of a stream
	Message      time.Duration // longest time for a whole call without streaming
}

// Auth is whose credentials a vendor gets, and how.
type Auth string

const (
	AuthClient Auth = "client"    // the client's own, as they come
	AuthAPIKey Auth = "x-api-key" // the configured key in x-api-key
	AuthBearer Auth = "bearer"    // the configured key in authorization
)

// Limit is a vendor's concurrency. Without Default, Models and Total the vendor is only counted.
type Limit struct {
	Default    int            // limit of a model that Models does not name; 0 = none
	Models     map[string]int // limit by vendor model
	Total      int            // account limit over all models; 0 = none
	Max        int            // highest limit that can be set while running
	MaxPending int            // longest queue of one model
	MaxWait    time.Duration  // longest wait of one call; 0 = none
}

// Retry is how often and how long a vendor's own 429 and 529 are waited out inside the permit.
type Retry struct {
	Attempts     int           // in all; 1 = no retry
	Initial, Max time.Duration // ceiling of the first wait, and of any
}

// Accepts is what a vendor takes where vendors differ.
type Accepts struct {
	Thinking string // "adaptive" passes as it is; "enabled" gets a budget in its place
}
