package config

// file is a configuration as it is written. A nil field was not given.
type file struct {
	// address. Anything but a loopback address needs a `token`
	// Default: "127.0.0.1:3392"
	Listen *string `toml:"listen"`
	// at least 16 characters, printable ASCII without spaces; where it is set, every request carries it in `X-Afterglow-Token`, `x-api-key`,
	// `x-goog-api-key` or `Authorization: Bearer`, and it is never sent to a vendor
	// Default: none
	Token *string `toml:"token"`
	// names of vendors, first tier first; a list of names within it is a pool, see below. A built-in vendor needs no
	// row
	// Default: the rows' order
	Tiers tierList `toml:"tiers"`
	// longest request body of a call to a model: a number of bytes, or with KiB, MiB, GiB. Longer ones get 413. What
	// only passes (native paths, files on vendor routes) has no bound
	// Default: "64MiB"
	MaxBody *size `toml:"max_body"`
	// a streaming call that waits in a queue this long gets its status 200 and a sign of life each 10 s, on
	// [vendor routes](clients.md#vendor-routes) sooner for clients that wait less, so that the client
	// stays; `0` = never
	// Default: "200s"
	ParkAfter *duration `toml:"park_after"`
	// how long calls may finish when the program ends. Those that only wait for a slot are refused at once with
	// 529 and `retry-after`, those that are not done in time are cut with 529 or, in a stream, an error event
	// Default: "30s"
	Drain *duration `toml:"drain"`
	// a session stays on the vendor that last answered it for as long as this, because of its prompt cache; `0` = not
	// Default: "5m"
	Affinity *duration `toml:"affinity"`
	// which vendors the calls of some sessions go to first, see below
	// Default: none
	Sessions []Session `toml:"sessions"`
	// the native paths, see below
	// Default: on
	Native nativesFile `toml:"native"`
	// rows, one a vendor, see below
	// Default: the built-in ones
	Vendors []vendorFile `toml:"vendors"`
	// rows, see below
	// Default: the built-in ones
	Prices []priceFile `toml:"prices"`
	// what is kept of calls, see below
	// Default: kept for 180 days
	Ledger ledgerFile `toml:"ledger"`
	// the log, see below
	// Default: level "info"
	Log logFile `toml:"log"`
}

// vendorFile is a row. Its keys lie over those of its preset.
type vendorFile struct {
	// what the vendor is called in `tiers`, in the control API and on the screen
	// Default: required
	Name string `toml:"name"`
	// where the row starts from
	// Default: the built-in vendor of that name
	Preset *string `toml:"preset"`
	// what people see
	// Default: the name
	Title *string `toml:"title"`
	// `"anthropic"`: the Messages API; `"openai"`: Chat Completions; `"gemini"`: Google's generateContent. See
	// [dialects.md](dialects.md)
	// Default: the preset's
	Dialect *string `toml:"dialect"`
	// `/v1/messages`, `/chat/completions` or `/models/…:generateContent` is added to it
	// Default: the preset's
	BaseURL *string `toml:"base_url"`
	// more protocols that the account speaks, for [vendor routes](clients.md), see below
	// Default: none
	Endpoints map[string]endpointFile `toml:"endpoints"`
	// `"client"`: the client's own credentials, over https or to this machine; `"x-api-key"`, `"bearer"`,
	// `"x-goog-api-key"`: the `key`, sent so; `"none"`: nothing, for a model on this machine; `"copilot"`, `"google"`: what [signing in](signing-in.md) gives
	// Default: the preset's
	Auth *string `toml:"auth"`
	// the key, best as `"${NAME}"`; `"keyring"`: it is [kept elsewhere](signing-in.md)
	// Default: the preset's
	Key *string `toml:"key"`
	// with `auth = "client"`: which keys and tokens of the client's the vendor gets. `"claude"`: only those of Claude, which
	// begin with `sk-ant-`; `"any"`: all, for a gateway that has keys of its own
	// Default: "claude"
	ClientKeys *string `toml:"client_keys"`
	// for a name that no rule matches and that is none of the vendor's own
	// Default: the preset's, or the client's name
	DefaultModel *string `toml:"default_model"`
	// names of the vendor's own models, which it is asked for as they are; `*` stands for any text
	// Default: the preset's, or none
	OwnModels *[]string `toml:"own_models"`
	// rules `{ match, to }` for the model's name, see below
	// Default: the preset's, or none
	Models []Rule `toml:"models"`
	// see below
	// Default: only counted
	Limit *limitFile `toml:"limit"`
	// `{ attempts = 5, initial = "1s", max = "30s" }`: how a vendor's own 429 and 529 are waited out while the call
	// keeps its slot. The waits lie between half and the whole of a ceiling that starts at `initial` and doubles up to
	// `max`; if the vendor says how long, it is that and a tenth, up to `max`
	// Default: none
	Retry *retryFile `toml:"retry"`
	// what the vendor takes of a request, see below
	// Default: everything
	Accepts *acceptsFile `toml:"accepts"`
	// where vendors of Chat Completions differ
	// Default: see [dialects.md](dialects.md)
	Reasoning *string `toml:"reasoning_field"`
	// where vendors of Chat Completions differ
	// Default: see [dialects.md](dialects.md)
	MaxTokens *string `toml:"max_tokens_field"`
	// where vendors of Chat Completions differ
	// Default: see [dialects.md](dialects.md)
	Effort *string `toml:"reasoning_effort"`
	// `"zhipu"` for a vendor that answers Zhipu's business codes
	// Default: none
	Codes *string `toml:"codes"`
	// with `auth = "copilot"`: or `"business"`, `"enterprise"`
	// Default: "individual"
	AccountType *string `toml:"account_type"`
	// with `auth = "google"`: your OAuth client
	// Default: none
	ClientID *string `toml:"client_id"`
	// with `auth = "google"`: your OAuth client
	// Default: none
	ClientSecret *string `toml:"client_secret"`
	// with `auth = "google"`: the project that calls are for
	// Default: found out
	Project *string `toml:"project"`
	// when the vendor is left alone after failures
	// Default: see below
	Breaker *breakerFile `toml:"breaker"`
	// how many tokens the vendor allows, see below
	// Default: none
	Quota *quotaFile `toml:"quota"`
	// how many tokens the vendor allows, see below
	// Default: none
	WeeklyQuota *quotaFile `toml:"weekly_quota"`
	// for the connection, and for TLS
	// Default: "15s"
	Connect *duration `toml:"connect_timeout"`
	// until the first event of a stream; then the next tier is asked
	// Default: "3m"
	FirstEvent *duration `toml:"first_event_timeout"`
	// between two events; then the stream ends with an error
	// Default: "4m"
	Idle *duration `toml:"idle_timeout"`
	// for a whole call without streaming
	// Default: "10m"
	Message *duration `toml:"message_timeout"`
}

type limitFile struct {
	// calls at once of each vendor model; without it, models that `models` does not name are only counted
	// Default: none
	Default *int `toml:"default"`
	// calls at once of the account, over all its models. A call then needs a slot of both, and the models take turns
	// Default: none
	Total *int `toml:"total"`
	// `true`: the limits follow what the vendor takes; those of this table, or of the slider, are then the highest that
	// they may be. [The rule](adaptive-limits.md)
	// Default: false
	Adaptive *bool `toml:"adaptive"`
	// how far the slider goes
	// Default: 20
	Max *int `toml:"max"`
	// longest queue of one model; one call more goes to the next tier
	// Default: 64
	MaxPending *int `toml:"max_pending"`
	// longest wait of one call, then it goes to the next tier; 0 = none
	// Default: "4m"
	MaxWait *duration `toml:"max_wait"`
	// `"next"`: a call that would wait longer than `max_wait`, judged by how long calls lately took, goes to the next
	// tier at once
	// Default: "wait"
	Overflow *string `toml:"overflow"`
	// `true`: the sessions with calls in a model's queue take turns, each one's main conversation before its
	// sub-agents; else first in, first out. [Why, and why not](decisions/a-fair-queue-goes-round-the-sessions.md)
	// Default: false
	Fair *bool `toml:"fair"`
	// the same for single vendor models
	// Default: none
	Models map[string]int `toml:"models"`
}

type retryFile struct {
	// how often the vendor is asked in all
	// Default: 1
	Attempts *int `toml:"attempts"`
	// ceiling of the first wait, doubled by each one
	// Default: "1s"
	Initial *duration `toml:"initial"`
	// ceiling of every wait
	// Default: "30s"
	Max *duration `toml:"max"`
}

type acceptsFile struct {
	// `"adaptive"`: nothing is changed. `"enabled"`: adaptive thinking becomes a budget below `max_tokens`. `"none"`:
	// there is no thinking
	// Default: "adaptive"
	Thinking *string `toml:"thinking"`
	// thinking without a signature is left out
	// Default: true
	Unsigned *bool `toml:"unsigned_thinking"`
	// a note stands in their place
	// Default: true
	Images *bool `toml:"images"`
	// a note stands in their place
	// Default: true
	Documents *bool `toml:"documents"`
	// messages with the role `system` become part of the nearest user's turn
	// Default: true
	SystemRole *bool `toml:"system_role"`
	// messages of the same role in a row become one
	// Default: true
	Consecutive *bool `toml:"consecutive"`
	// tools that Anthropic runs, and their blocks, are left out
	// Default: true with `dialect = "anthropic"`
	ServerTools *bool `toml:"server_tools"`
	// they are left out
	// Default: true
	CacheControl *bool `toml:"cache_control"`
	// they are left out
	// Default: true with `dialect = "anthropic"`
	ContextManagement *bool `toml:"context_management"`
	// Claude Code's billing block, which changes with every call and spoils prompt caches, is left out
	// Default: true with `dialect = "anthropic"`
	Billing *bool `toml:"billing_header"`
	// `["*"]` passes `anthropic-beta` as it is; a list of names, which may end in `*`, passes those
	// Default: ["*"]
	Betas *[]string `toml:"betas"`
	// longer answers than this are not asked for; 0 = any length
	// Default: 0
	MaxTokens *int64 `toml:"max_tokens"`
}

type breakerFile struct {
	// failures in a row until the vendor is left alone; 0 = only when it says how long
	// Default: 3
	Failures *int `toml:"failures"`
	// good tries until it is trusted again
	// Default: 2
	Successes *int `toml:"successes"`
	// until the first try
	// Default: "5m"
	Recovery *duration `toml:"recovery"`
	// longest time until a try
	// Default: "1h"
	Max *duration `toml:"max"`
}

type quotaFile struct {
	// how far back tokens count, one minute to 31 days
	// Default: "5h"; of `weekly_quota` `"168h"`
	Window *duration `toml:"window"`
	// how many are allowed in it
	// Default: required
	Tokens *int64 `toml:"tokens"`
	// per cent of them at which calls go to the next tier, above 0 to 100
	// Default: 99
	Threshold *float64 `toml:"threshold"`
	// how often a call tries whether it is over
	// Default: "5m"; of `weekly_quota` `"30m"`
	Probe *duration `toml:"probe"`
}

// over lays a row over its preset: a key that the row gives replaces the preset's whole.
func (row vendorFile) over(preset vendorFile) vendorFile {
	if preset.Name != "" {
		row.Preset = &preset.Name
	}
	lay(&row.Title, preset.Title)
	lay(&row.Dialect, preset.Dialect)
	lay(&row.BaseURL, preset.BaseURL)
	lay(&row.Auth, preset.Auth)
	lay(&row.Key, preset.Key)
	lay(&row.ClientKeys, preset.ClientKeys)
	lay(&row.DefaultModel, preset.DefaultModel)
	lay(&row.OwnModels, preset.OwnModels)
	lay(&row.Limit, preset.Limit)
	lay(&row.Retry, preset.Retry)
	lay(&row.Accepts, preset.Accepts)
	lay(&row.Reasoning, preset.Reasoning)
	lay(&row.MaxTokens, preset.MaxTokens)
	lay(&row.Effort, preset.Effort)
	lay(&row.Codes, preset.Codes)
	lay(&row.AccountType, preset.AccountType)
	lay(&row.ClientID, preset.ClientID)
	lay(&row.ClientSecret, preset.ClientSecret)
	lay(&row.Project, preset.Project)
	lay(&row.Breaker, preset.Breaker)
	lay(&row.Quota, preset.Quota)
	lay(&row.WeeklyQuota, preset.WeeklyQuota)
	lay(&row.Connect, preset.Connect)
	lay(&row.FirstEvent, preset.FirstEvent)
	lay(&row.Idle, preset.Idle)
	lay(&row.Message, preset.Message)
	if row.Endpoints == nil {
		row.Endpoints = preset.Endpoints
	}
	if row.Models == nil {
		row.Models = preset.Models
	}
	return row
}

func lay[T any](into **T, from *T) {
	if *into == nil {
		*into = from
	}
}

// or returns what was given, or else the default.
func or[T any](given *T, otherwise T) T {
	if given != nil {
		return *given
	}
	return otherwise
}
