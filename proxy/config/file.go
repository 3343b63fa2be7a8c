package config

// file is a configuration as it is written. A nil field was not given.
type file struct {
	Listen    *string      `toml:"listen"`
	Token     *string      `toml:"token"`
	Tiers     tierList     `toml:"tiers"`
	MaxBody   *size        `toml:"max_body"`
	ParkAfter *duration    `toml:"park_after"`
	Drain     *duration    `toml:"drain"`
	Affinity  *duration    `toml:"affinity"`
	Sessions  []Session    `toml:"sessions"`
	Native    nativesFile  `toml:"native"`
	Vendors   []vendorFile `toml:"vendors"`
	Prices    []priceFile  `toml:"prices"`
	Ledger    ledgerFile   `toml:"ledger"`
	Log       logFile      `toml:"log"`
}

// vendorFile is a row. Its keys lie over those of its preset.
type vendorFile struct {
	Name         string                  `toml:"name"`
	Preset       *string                 `toml:"preset"`
	Title        *string                 `toml:"title"`
	Dialect      *string                 `toml:"dialect"`
	BaseURL      *string                 `toml:"base_url"`
	Endpoints    map[string]endpointFile `toml:"endpoints"`
	Auth         *string                 `toml:"auth"`
	Key          *string                 `toml:"key"`
	DefaultModel *string                 `toml:"default_model"`
	Models       []Rule                  `toml:"models"`
	Limit        *limitFile              `toml:"limit"`
	Retry        *retryFile              `toml:"retry"`
	Accepts      *acceptsFile            `toml:"accepts"`
	Reasoning    *string                 `toml:"reasoning_field"`
	MaxTokens    *string                 `toml:"max_tokens_field"`
	Effort       *string                 `toml:"reasoning_effort"`
	Codes        *string                 `toml:"codes"`
	AccountType  *string                 `toml:"account_type"`
	ClientID     *string                 `toml:"client_id"`
	ClientSecret *string                 `toml:"client_secret"`
	Project      *string                 `toml:"project"`
	Breaker      *breakerFile            `toml:"breaker"`
	Quota        *quotaFile              `toml:"quota"`
	WeeklyQuota  *quotaFile              `toml:"weekly_quota"`
	Connect      *duration               `toml:"connect_timeout"`
	FirstEvent   *duration               `toml:"first_event_timeout"`
	Idle         *duration               `toml:"idle_timeout"`
	Message      *duration               `toml:"message_timeout"`
}

type limitFile struct {
	Default    *int           `toml:"default"`
	Total      *int           `toml:"total"`
	Max        *int           `toml:"max"`
	MaxPending *int           `toml:"max_pending"`
	MaxWait    *duration      `toml:"max_wait"`
	Overflow   *string        `toml:"overflow"`
	Fair       *bool          `toml:"fair"`
	Models     map[string]int `toml:"models"`
}

type retryFile struct {
	Attempts *int      `toml:"attempts"`
	Initial  *duration `toml:"initial"`
	Max      *duration `toml:"max"`
}

type acceptsFile struct {
	Thinking          *string   `toml:"thinking"`
	Unsigned          *bool     `toml:"unsigned_thinking"`
	Images            *bool     `toml:"images"`
	Documents         *bool     `toml:"documents"`
	SystemRole        *bool     `toml:"system_role"`
	Consecutive       *bool     `toml:"consecutive"`
	ServerTools       *bool     `toml:"server_tools"`
	CacheControl      *bool     `toml:"cache_control"`
	ContextManagement *bool     `toml:"context_management"`
	Billing           *bool     `toml:"billing_header"`
	Betas             *[]string `toml:"betas"`
	MaxTokens         *int64    `toml:"max_tokens"`
}

type breakerFile struct {
	Failures  *int      `toml:"failures"`
	Successes *int      `toml:"successes"`
	Recovery  *duration `toml:"recovery"`
	Max       *duration `toml:"max"`
}

type quotaFile struct {
	Window    *duration `toml:"window"`
	Tokens    *int64    `toml:"tokens"`
	Threshold *float64  `toml:"threshold"`
	Probe     *duration `toml:"probe"`
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
	lay(&row.DefaultModel, preset.DefaultModel)
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
