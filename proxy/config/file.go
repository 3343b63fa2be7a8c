package config

// file is a configuration as it is written. A nil field was not given.
type file struct {
	// the address to listen on. Any other than a loopback address needs a `token`
	// Default: "127.0.0.1:3392"
	Listen *string `toml:"listen"`
	// at least 16 characters, printable ASCII without spaces. If it is set, every request needs it in
	// `X-Afterglow-Token`, `x-api-key`, `x-goog-api-key` or `Authorization: Bearer`. It is never sent to a vendor
	// Default: none
	Token *string `toml:"token"`
	// names of vendors in the order in which they are tried. A list of names within the list is a [pool](#pools). A
	// built-in vendor needs no row
	// Default: the order of the rows
	Tiers tierList `toml:"tiers"`
	// longest request body of a model call: a number of bytes, or with KiB, MiB or GiB. A longer body gets 413. Native
	// paths, and files on vendor routes, have no limit
	// Default: "64MiB"
	MaxBody *size `toml:"max_body"`
	// how much memory the request bodies of all model calls may use together, from their arrival until the vendor starts to
	// answer. A body for which there is no room gets 529 with `retry-after`. At least `max_body`
	// Default: "512MiB"
	MaxBodies *size `toml:"max_bodies"`
	// a streaming call that is queued this long gets its status 200, and then a keep-alive every 10 s, so that the client
	// does not give up. On [vendor routes](clients.md#vendor-routes) it starts sooner for clients that wait less. `0` =
	// never
	// Default: "200s"
	ParkAfter *duration `toml:"park_after"`
	// how long a client may leave an answer unread before its call ends and its slot is free, at least 1 s. A client that was
	// suspended would otherwise keep its slot
	// Default: "60s"
	SlowClient *duration `toml:"slow_client_timeout"`
	// the same while another call waits for the slot
	// Default: the value of `slow_client_timeout`
	SlowClientQueued *duration `toml:"slow_client_timeout_queued"`
	// how long calls in progress may continue when the program ends. Queued calls get 529 with `retry-after` at once. A
	// call that is not finished in time gets 529 or, in a stream, an error event
	// Default: "30s"
	Drain *duration `toml:"drain"`
	// how long a session stays on the vendor that last answered it, because of the prompt cache. `0` = off
	// Default: "5m"
	Affinity *duration `toml:"affinity"`
	// which vendors the calls of some sessions go to first: [sessions](#sessions-sessions)
	// Default: none
	Sessions []Session `toml:"sessions"`
	// the [native paths](#native-paths-nativeopenai-nativegemini-nativeanthropic)
	// Default: on
	Native nativesFile `toml:"native"`
	// one row for each [vendor](#a-vendor-vendors)
	// Default: the built-in ones
	Vendors []vendorFile `toml:"vendors"`
	// rows with [prices](#prices-prices)
	// Default: the built-in ones
	Prices []priceFile `toml:"prices"`
	// the call history: [ledger](#the-ledger-ledger)
	// Default: kept for 180 days
	Ledger ledgerFile `toml:"ledger"`
	// the [log](#the-log-log)
	// Default: level "info"
	Log logFile `toml:"log"`
}

// vendorFile is a row. Its keys lie over those of its preset.
type vendorFile struct {
	// the name of the vendor in `tiers`, in the control API and in the window
	// Default: required
	Name string `toml:"name"`
	// the built-in vendor whose keys the row starts with
	// Default: the built-in vendor of that name
	Preset *string `toml:"preset"`
	// the title in the window
	// Default: the name
	Title *string `toml:"title"`
	// the API format. `"anthropic"`: the Messages API; `"openai"`: Chat Completions; `"gemini"`: Google's
	// generateContent. See [Dialects](dialects.md)
	// Default: required without a preset
	Dialect *string `toml:"dialect"`
	// Afterglow appends `/v1/messages`, `/chat/completions` or `/models/…:generateContent`
	// Default: required without a preset
	BaseURL *string `toml:"base_url"`
	// more APIs of the same account, for [vendor routes](clients.md#vendor-routes): [endpoints](#endpoints)
	// Default: none
	Endpoints map[string]endpointFile `toml:"endpoints"`
	// `"client"`: the client's own credentials, over https or to this machine; `"x-api-key"`, `"bearer"`,
	// `"x-goog-api-key"`: sends the `key` in this header; `"none"`: sends nothing, for a model on this machine;
	// `"copilot"`, `"google"`: uses a [sign-in](signing-in.md)
	// Default: required without a preset
	Auth *string `toml:"auth"`
	// the API key, preferably `"${NAME}"`. `"keyring"`: the key is [stored outside the file](signing-in.md)
	// Default: required without a preset, if `auth` sends a key
	Key *string `toml:"key"`
	// for `auth = "client"`: which of the client's keys and tokens the vendor gets. `"claude"`: only those that start
	// with `sk-ant-`; `"any"`: all, for a gateway with its own keys
	// Default: "claude"
	ClientKeys *string `toml:"client_keys"`
	// the model for a name that no rule matches and that is not one of the vendor's own. If `dialect` is not
	// `"anthropic"`, this or `models` is required
	// Default: the client's name
	DefaultModel *string `toml:"default_model"`
	// names of the vendor's own models, which are sent unchanged. `*` matches any text
	// Default: none
	OwnModels *[]string `toml:"own_models"`
	// rules `{ match, to }` for model names: [models](#models)
	// Default: none
	Models []Rule `toml:"models"`
	// how many calls at the same time: [limits](#limits)
	// Default: no limit
	Limit *limitFile `toml:"limit"`
	// `{ attempts = 5, initial = "1s", max = "30s" }`: how often and after which waits a call is sent again after a 429
	// or 529: [retries](#retries)
	// Default: none
	Retry *retryFile `toml:"retry"`
	// what the vendor supports in a request: [what a vendor accepts](#what-a-vendor-accepts)
	// Default: everything
	Accepts *acceptsFile `toml:"accepts"`
	// a difference between vendors of Chat Completions
	// Default: see [dialects.md](dialects.md)
	Reasoning *string `toml:"reasoning_field"`
	// a difference between vendors of Chat Completions
	// Default: see [dialects.md](dialects.md)
	MaxTokens *string `toml:"max_tokens_field"`
	// a difference between vendors of Chat Completions
	// Default: see [dialects.md](dialects.md)
	Effort *string `toml:"reasoning_effort"`
	// whose error codes the vendor returns: `"zhipu"`, `"minimax"`, `"alibaba"` or `"doubao"`
	// Default: none
	Codes *string `toml:"codes"`
	// for `auth = "copilot"`: `"individual"`, `"business"` or `"enterprise"`
	// Default: "individual"
	AccountType *string `toml:"account_type"`
	// for `auth = "google"`: the ID of your OAuth client
	// Default: none
	ClientID *string `toml:"client_id"`
	// for `auth = "google"`: the secret of your OAuth client
	// Default: none
	ClientSecret *string `toml:"client_secret"`
	// for `auth = "google"`: the Google Cloud project
	// Default: found automatically
	Project *string `toml:"project"`
	// how long the vendor is unavailable after failures: [breaker](#breaker)
	// Default: 3 failures, 5 minutes
	Breaker *breakerFile `toml:"breaker"`
	// how many tokens the vendor allows: [quotas](#quotas)
	// Default: none
	Quota *quotaFile `toml:"quota"`
	// how many tokens the vendor allows per week: [quotas](#quotas)
	// Default: none
	WeeklyQuota *quotaFile `toml:"weekly_quota"`
	// longest time for the connection, and again for TLS
	// Default: "15s"
	Connect *duration `toml:"connect_timeout"`
	// longest time until the first event of a stream. After it, the call goes to the next vendor
	// Default: "3m"
	FirstEvent *duration `toml:"first_event_timeout"`
	// longest time between two events. After it, the stream ends with an error
	// Default: "4m"
	Idle *duration `toml:"idle_timeout"`
	// longest time for a whole call without streaming
	// Default: "10m"
	Message *duration `toml:"message_timeout"`
}

type limitFile struct {
	// calls at the same time for each model of the vendor. Without it, only the models in `models` have a limit
	// Default: none
	Default *int `toml:"default"`
	// calls at the same time for the whole account, across all models. A call then needs a slot of the model and one of
	// the account, and the models take turns
	// Default: none
	Total *int `toml:"total"`
	// `true`: the limits follow what the vendor accepts. The limits of this table or of the slider are then the upper
	// bounds. See [Adaptive limits](adaptive-limits.md)
	// Default: false
	Adaptive *bool `toml:"adaptive"`
	// the end of the slider
	// Default: 20
	Max *int `toml:"max"`
	// longest queue of one model. A further call goes to the next vendor
	// Default: 256
	MaxPending *int `toml:"max_pending"`
	// longest time that a call is queued. After it, the call goes to the next vendor; 0 = no limit
	// Default: "4m"
	MaxWait *duration `toml:"max_wait"`
	// `"next"`: a call that would probably wait longer than `max_wait` goes to the next vendor at once. The estimate uses
	// the duration of recent calls
	// Default: "wait"
	Overflow *string `toml:"overflow"`
	// `true`: the sessions in a model's queue take turns, and each main conversation comes before its subagents. `false`:
	// first in, first out. [Why this is a choice](decisions/a-fair-queue-goes-round-the-sessions.md)
	// Default: false
	Fair *bool `toml:"fair"`
	// limits of single models of the vendor
	// Default: none
	Models map[string]int `toml:"models"`
}

type retryFile struct {
	// how often a call is sent in total
	// Default: 1
	Attempts *int `toml:"attempts"`
	// upper bound of the first wait. It doubles after each wait
	// Default: "1s"
	Initial *duration `toml:"initial"`
	// upper bound of all waits
	// Default: "30s"
	Max *duration `toml:"max"`
}

type acceptsFile struct {
	// `"adaptive"`: nothing is changed. `"enabled"`: adaptive thinking is replaced with a budget below `max_tokens`.
	// `"none"`: thinking is removed
	// Default: "adaptive"
	Thinking *string `toml:"thinking"`
	// `false`: thinking without a signature is removed
	// Default: true
	Unsigned *bool `toml:"unsigned_thinking"`
	// `false`: a note replaces each image
	// Default: true
	Images *bool `toml:"images"`
	// `false`: a note replaces each document
	// Default: true
	Documents *bool `toml:"documents"`
	// `false`: messages with the role `system` become part of the nearest user message
	// Default: true
	SystemRole *bool `toml:"system_role"`
	// `false`: consecutive messages of the same role are joined
	// Default: true
	Consecutive *bool `toml:"consecutive"`
	// `false`: tools that Anthropic runs are removed, with their blocks, and so are fields that only Anthropic knows, such as
	// `mcp_servers` with its tokens and `container`
	// Default: true with `dialect = "anthropic"`
	ServerTools *bool `toml:"server_tools"`
	// `false`: cache markers are removed
	// Default: true
	CacheControl *bool `toml:"cache_control"`
	// `false`: context management is removed
	// Default: true with `dialect = "anthropic"`
	ContextManagement *bool `toml:"context_management"`
	// `false`: ids of tool calls get the form of Anthropic's own ids
	// Default: false with `dialect = "anthropic"`
	AnyToolIDs *bool `toml:"any_tool_ids"`
	// `false`: Claude Code's billing block is removed. It changes with every call and makes prompt caches useless
	// Default: true with `dialect = "anthropic"`
	Billing *bool `toml:"billing_header"`
	// `["*"]` passes `anthropic-beta` unchanged. A list of names passes only those; a name may end in `*`
	// Default: ["*"]
	Betas *[]string `toml:"betas"`
	// upper bound of `max_tokens` in a request; 0 = no limit
	// Default: 0
	MaxTokens *int64 `toml:"max_tokens"`
}

type breakerFile struct {
	// consecutive failures until the vendor is unavailable; 0 = only if the vendor says for how long
	// Default: 3
	Failures *int `toml:"failures"`
	// successful test calls until the vendor is available again
	// Default: 2
	Successes *int `toml:"successes"`
	// time until the first test call
	// Default: "5m"
	Recovery *duration `toml:"recovery"`
	// longest time until a test call
	// Default: "1h"
	Max *duration `toml:"max"`
}

type quotaFile struct {
	// the period in which tokens are counted, from one minute to 31 days
	// Default: "5h"; of `weekly_quota` `"168h"`
	Window *duration `toml:"window"`
	// how many tokens are allowed in the period
	// Default: required
	Tokens *int64 `toml:"tokens"`
	// the percentage of `tokens` at which calls go to the next vendor, above 0 and up to 100
	// Default: 99
	Threshold *float64 `toml:"threshold"`
	// how often a test call is made when the quota is used up
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
