// Package config reads Afterglow's configuration: TOML, strictly, over built-in vendor presets.
//
// Nothing in a file is ignored. What is not known, of the wrong type or out of range is an *[Error]
// that names the file, the key and what was expected, and the configuration in force stays.
package config

import (
	"time"

	"afterglow/proxy/price"
)

// Config is a checked configuration: every field is filled, defaults included.
type Config struct {
	Path             string            // the file it came from; "" if there is none
	Listen           string            // host:port
	Token            Secret            // what every request must carry; "" = none, on loopback only
	Vendors          []Vendor          // in chain order
	Tiers            [][]string        // the vendors' names, tier by tier; several in one tier are a pool
	Affinity         time.Duration     // how long a session stays on the vendor that last answered it; 0 = not
	Sessions         []Session         // policies, the first that matches counts
	Native           map[string]Native // the native paths by API: "openai", "gemini", "anthropic"
	MaxBody          int64             // longest request body, bytes
	MaxBodies        int64             // of all calls together, bytes; at least MaxBody
	ParkAfter        time.Duration     // a streaming call queued this long gets its 200 and comments; 0 = never
	SlowClient       time.Duration     // how long a client may leave an answer unread; 0 = DefaultSlowClient
	SlowClientQueued time.Duration     // the same while another call waits for its slot; 0 = SlowClient
	Drain            time.Duration     // longest wait for calls in flight when stopping
	Ledger           Ledger
	Log              Log

	Prices     price.Table // of the vendors' models: the file's, before those that are built in
	PricesDate string      // the day of the built-in ones, "2006-01-02"
}

// HasKey reports whether any vendor has a key of its own, or needs none.
func (c Config) HasKey() bool {
	for _, v := range c.Vendors {
		if v.Key != "" || v.Keyring || v.Auth == AuthNone || v.SignsIn() {
			return true
		}
	}
	return false
}

// Order is Tiers, or where that is empty a tier for each vendor.
func (c Config) Order() [][]string {
	if len(c.Tiers) > 0 {
		return c.Tiers
	}
	var order [][]string
	for _, v := range c.Vendors {
		order = append(order, []string{v.Name})
	}
	return order
}

// Session says which vendors the calls of some sessions go to first.
type Session struct {
	// a session key; `*` matches any text. The key comes from the client's header (Claude Code:
	// `x-claude-code-session-id`, opencode: `x-session-id`, Codex: `session-id`) or from `metadata.user_id`
	// Default: required
	Match string `toml:"match" json:"session_key"`
	// the vendors of the chain that the session's calls go to first, in this order
	// Default: required
	Vendors []string `toml:"vendors" json:"vendors"`
	// `true`: the calls go to no other vendor
	// Default: false
	Strict bool `toml:"strict" json:"strict,omitempty"`
}

// Vendor is one configured upstream account.
type Vendor struct {
	Name         string
	Title        string // for people; Name when not given
	Preset       string // the built-in vendor that the row started from; "" if none
	Dialect      string // "anthropic", "openai", "gemini"
	BaseURL      string
	Endpoints    map[string]Endpoint // more protocols that the account speaks, by the name in a vendor route
	Auth         Auth
	Key          Secret   // empty while KeyVar is unset
	KeyVar       string   // the environment variable that key names; "" if it is literal
	Keyring      bool     // the key is with the credentials, under the vendor's name
	AnyKey       bool     // with AuthClient: the client's keys go to it whatever they look like
	Gateway      bool     // with AuthClient: not at Anthropic's address, so it may need no key and is called without one
	Account      Account  // of a vendor whose user signs in
	DefaultModel string   // for a model that no rule matches and that is not the vendor's; "" = the client's name goes through
	OwnModels    []string // patterns of the vendor's own models, where "*" stands for any text; empty = not known
	Models       []Rule
	Limit        Limit
	Retry        Retry
	Accepts      Accepts
	Chat         Chat   // of dialect "openai"
	Codes        string // whose error codes the vendor answers: one of codes, or ""
	Breaker      Breaker
	Quota        Quota         // of a few hours
	WeeklyQuota  Quota         // of a week
	Connect      time.Duration // longest wait for a connection
	FirstEvent   time.Duration // longest wait for the first event of a stream
	Idle         time.Duration // longest silence between two events of a stream
	Message      time.Duration // longest time for a whole call without streaming
}

// SignsIn reports whether the vendor is called with what a user's sign-in gave.
func (v Vendor) SignsIn() bool { return v.Auth == AuthCopilot || v.Auth == AuthGoogle }

// KeyPlace is where the vendor's key is; KeyVar names the variable of KeyInVariable.
func (v Vendor) KeyPlace() KeyPlace {
	switch {
	case v.Auth == AuthClient || v.Auth == AuthNone || v.SignsIn():
		return KeyNone
	case v.Keyring:
		return KeyInKeyring
	case v.KeyVar != "":
		return KeyInVariable
	}
	return KeyInFile
}

// Auth is whose credentials a vendor gets, and how.
type Auth string

const (
	AuthClient    Auth = "client"    // the client's own, as they come
	AuthAPIKey    Auth = "x-api-key" // the configured key in x-api-key
	AuthBearer    Auth = "bearer"    // the configured key in authorization
	AuthGoogleKey Auth = "x-goog-api-key"
	AuthNone      Auth = "none"    // nothing: a model on this machine
	AuthCopilot   Auth = "copilot" // a token of Copilot's, for which the user signs in with GitHub
	AuthGoogle    Auth = "google"  // a token of Google's, for which the user signs in there
)

// Account is what the configuration says of a vendor whose user signs in.
type Account struct {
	Type         string // Copilot's: "individual", "business", "enterprise"
	ClientID     string // of the OAuth client; Google has none built in
	ClientSecret Secret
	Project      string // Google's; "" = found out
	Hosts        bool   // the base URL is the account type's, and others may be tried
}

// Chat is where vendors of Chat Completions differ.
type Chat struct {
	Reasoning string // the field of a message that carries reasoning back to the vendor; "" = it is left out
	MaxTokens string // the field for max_tokens
	Effort    string // sent as reasoning_effort whatever the request says; "" = what it says, "omit" = nothing
}

// Limit is a vendor's concurrency. Without Default, Models and Total the vendor is only counted.
type Limit struct {
	Default    int            // limit of a model that Models does not name; 0 = none
	Models     map[string]int // limit by vendor model
	Total      int            // account limit over all models; 0 = none
	Adaptive   bool           // the limits follow what the vendor takes; those above are the highest they may be
	Max        int            // highest limit that can be set while running
	MaxPending int            // longest queue of one model
	MaxWait    time.Duration  // longest wait of one call; 0 = none
	Overflow   bool           // a call that would wait longer than MaxWait goes to the next tier at once
	Fair       bool           // sessions take turns in a model's queue
}

// Retry is how often and how long a vendor's own 429 and 529 are waited out inside the permit.
type Retry struct {
	Attempts     int           // in all; 1 = no retry
	Initial, Max time.Duration // ceiling of the first wait, and of any
}

// Breaker is when a vendor is left alone after failures, and for how long.
type Breaker struct {
	Failures      int           // in a row until it opens; 0 = only when the vendor says how long
	Successes     int           // of probes until it closes
	Recovery, Max time.Duration // until the first probe; doubled by each that fails, up to Max
}

// Quota is how many tokens of all four kinds a vendor allows in a sliding window.
type Quota struct {
	Window    time.Duration // 0 = no quota is known, only what the vendor says counts
	Tokens    int64
	Threshold float64       // per cent of Tokens at which calls go elsewhere
	Probe     time.Duration // how often one call tries whether it is over
}

// Accepts is what a vendor takes where vendors differ. What it does not take is left out of a
// request, or put in another form, before it is sent.
type Accepts struct {
	Thinking          string   // "adaptive" passes as it is; "enabled" gets a budget in its place; "none" gets nothing
	Unsigned          bool     // thinking that nobody signed, and a tool loop without its thinking
	Images            bool     // image blocks
	Documents         bool     // document blocks
	SystemRole        bool     // messages with the role "system"
	Consecutive       bool     // two messages in a row of the same role
	ServerTools       bool     // tools that Anthropic runs, and their blocks
	WebSearch         bool     // a web search of its own in place of Anthropic's
	CacheControl      bool     // cache_control anywhere
	ContextManagement bool     // context_management
	AnyToolIDs        bool     // ids of tool calls in any form
	Billing           bool     // the x-anthropic-billing-header block, which changes with every call
	Betas             []string // names in anthropic-beta, "*" at an end stands for any text; {"*"} passes all
	MaxTokens         int64    // highest max_tokens; 0 = whatever the client says
}

// AcceptsBy is what a vendor takes where its row says nothing. What only Anthropic runs or reads
// means nothing in another dialect; what the dialect itself puts in another form counts as taken.
func AcceptsBy(dialect string) Accepts {
	a := AcceptsAll()
	if dialect != "anthropic" {
		a.ServerTools, a.ContextManagement, a.Billing = false, false, false
		a.AnyToolIDs, a.WebSearch = true, dialect == "gemini"
	}
	return a
}

// AcceptsAll is a vendor that takes whatever a client sends in the Messages API.
func AcceptsAll() Accepts {
	return Accepts{
		Thinking: "adaptive", Unsigned: true, Images: true, Documents: true, SystemRole: true, Consecutive: true,
		ServerTools: true, WebSearch: true, CacheControl: true, ContextManagement: true, Billing: true, Betas: []string{"*"},
	}
}
