package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/reason"
)

// vendor checks one row. key is how errors call it.
func (c *checker) vendor(key string, row vendorFile) Vendor {
	v := Vendor{
		Name:         row.Name,
		Title:        or(row.Title, row.Name),
		Preset:       or(row.Preset, ""),
		Dialect:      or(row.Dialect, ""),
		BaseURL:      c.text(key+".base_url", row.BaseURL, ""),
		Auth:         Auth(or(row.Auth, "")),
		DefaultModel: or(row.DefaultModel, ""),
		OwnModels:    or(row.OwnModels, nil),
		Models:       c.rules(key, row.Models),
		Limit:        c.limit(key+".limit", row.Limit),
		Retry:        c.retry(key+".retry", row.Retry),
		Accepts:      c.accepts(key+".accepts", or(row.Dialect, ""), row.Accepts),
		Chat:         c.chat(key, row),
		Codes:        or(row.Codes, ""),
		Breaker:      c.breaker(key+".breaker", row.Breaker),
		Quota:        c.quota(key+".quota", row.Quota, 5*time.Hour, 5*time.Minute),
		WeeklyQuota:  c.quota(key+".weekly_quota", row.WeeklyQuota, 7*24*time.Hour, 30*time.Minute),
		Connect:      time.Duration(or(row.Connect, duration(defaultConnect))),
		FirstEvent:   time.Duration(or(row.FirstEvent, duration(defaultFirstEvent))),
		Idle:         time.Duration(or(row.Idle, duration(defaultIdle))),
		Message:      time.Duration(or(row.Message, duration(defaultMessage))),
	}
	if !slices.Contains(dialects, v.Dialect) {
		c.problem(key+".dialect", "expected %s, got %q", either(dialects), v.Dialect)
	}
	if why := urlProblem(v.BaseURL); why.Words != "" && row.BaseURL != nil {
		c.wrong(key+".base_url", why)
	} else if row.BaseURL == nil && v.Auth != AuthCopilot {
		c.wrong(key+".base_url", badURL())
	}
	for name, limit := range map[string]time.Duration{
		"connect_timeout": v.Connect, "first_event_timeout": v.FirstEvent, "idle_timeout": v.Idle, "message_timeout": v.Message,
	} {
		if limit == 0 {
			c.problem(key+"."+name, "expected a duration above 0")
		}
	}
	if v.Codes != "" && !slices.Contains(codes, v.Codes) {
		c.problem(key+".codes", `expected one of "%s", got %q`, strings.Join(codes, `", "`), v.Codes)
	}
	if own := v.Dialect == "openai" || v.Dialect == "gemini"; own && v.Auth != AuthCopilot && len(v.Models) == 0 && v.DefaultModel == "" {
		c.wrong(key+".default_model", reason.New(reason.DefaultNeeded, "",
			"expected one of the vendor's models: the vendor does not know the model names that Claude Code sends"))
	}
	for name, given := range map[string]*string{"account_type": row.AccountType, "client_id": row.ClientID, "client_secret": row.ClientSecret, "project": row.Project} {
		if given != nil && !v.SignsIn() {
			c.problem(key+"."+name, `allowed only with auth = "copilot" or "google"`)
		}
	}
	c.auth(key, row, &v)
	if slices.Contains(v.OwnModels, "") {
		c.problem(key+".own_models", "expected names of models, got an empty one")
	}
	v.Endpoints = c.endpoints(key+".endpoints", v, row.Endpoints)
	c.clientKeys(key+".client_keys", row, &v)
	c.mayGo(key+".base_url", v.Own())
	for name, to := range v.Endpoints {
		c.mayGo(key+".endpoints."+name+".base_url", to)
	}
	return v
}

// mayGo checks that the client's own credentials may go to an endpoint.
func (c *checker) mayGo(key string, to Endpoint) {
	if to.Auth != AuthClient || urlProblem(to.BaseURL).Words != "" { // which is told already
		return
	}
	var refused *DestinationError
	if errors.As(MayGo(Destination{Key: key, Secret: ClientsOwn, Origin: OriginOf(to.BaseURL)}, Change{By: ByFile}), &refused) {
		c.wrong(key, refused.Reason)
	}
}

// anthropicOrigin is where only a key or login of Claude's is of use.
const anthropicOrigin = "https://api.anthropic.com"

// clientKeys checks which of a client's keys a vendor gets. The vendor's endpoints have been checked.
func (c *checker) clientKeys(key string, row vendorFile, v *Vendor) {
	if row.ClientKeys == nil {
		v.Gateway = v.Auth == AuthClient && OriginOf(v.BaseURL) != anthropicOrigin
		return
	}
	if *row.ClientKeys != "claude" && *row.ClientKeys != "any" {
		c.problem(key, `expected "claude" or "any", got %q`, *row.ClientKeys)
	}
	takes := v.Auth == AuthClient
	for _, to := range v.Endpoints {
		takes = takes || to.Auth == AuthClient
	}
	if *row.ClientKeys == "any" && !takes {
		c.problem(key, `expected only where auth = "client"`)
	}
	v.AnyKey = *row.ClientKeys == "any"
}

// auth checks that a vendor has a key if it needs one. A variable that is not set is no error: the
// vendor stays in the chain and is passed over.
func (c *checker) auth(key string, row vendorFile, v *Vendor) {
	switch v.Auth {
	case AuthClient, AuthNone:
		if row.Key != nil {
			c.problem(key+".key", "no key is allowed with auth = %q", string(v.Auth))
		}
		if v.Auth == AuthClient && v.Dialect != "anthropic" {
			c.problem(key+".auth", `"client" is allowed only with dialect = "anthropic", not %q: a client's own credentials are for Anthropic`, v.Dialect)
		}
		return
	case AuthAPIKey, AuthBearer, AuthGoogleKey:
	case AuthCopilot, AuthGoogle:
		c.account(key, row, v)
		if row.Key == nil || *row.Key == "keyring" {
			return
		}
	default:
		c.problem(key+".auth", `expected "client", "x-api-key", "bearer", "x-goog-api-key", "copilot", "google" or "none", got %q`, string(v.Auth))
		return
	}
	written := or(row.Key, "")
	if written == "" {
		example := "${" + strings.ToUpper(v.Name) + "_API_KEY}"
		c.wrong(key+".key", reason.New(reason.KeyNeeded, example, "expected a key, such as %q", example))
		return
	}
	if written == "keyring" {
		v.Keyring = true
		return
	}
	e := expand(written, c.getenv)
	v.KeyVar = e.name
	if e.missing != "" {
		v.KeyVar = e.missing
		return
	}
	if !headerText(e.value) {
		c.problems = append(c.problems, BadKey(key+".key"))
		return
	}
	v.Key = Secret(e.value)
}

// accountTypes are Copilot's, each with a host of its own.
var accountTypes = []string{"individual", "business", "enterprise"}

// account checks what a vendor has whose user signs in. A variable that is not set is no error, as with
// keys.
func (c *checker) account(key string, row vendorFile, v *Vendor) {
	want := map[Auth]string{AuthCopilot: "openai", AuthGoogle: "gemini"}[v.Auth]
	if v.Dialect != want {
		c.problem(key+".dialect", "expected %q with auth = %q, got %q", want, string(v.Auth), v.Dialect)
	}
	v.Account = Account{Type: or(row.AccountType, accountTypes[0]), Project: c.text(key+".project", row.Project, "")}
	if !slices.Contains(accountTypes, v.Account.Type) {
		c.problem(key+".account_type", "expected %s, got %q", either(accountTypes), v.Account.Type)
	}
	id, secret := expand(or(row.ClientID, ""), c.getenv), expand(or(row.ClientSecret, ""), c.getenv)
	v.Account.ClientID, v.Account.ClientSecret = id.value, Secret(secret.value)
	if v.Auth == AuthGoogle && (id.value == "" || secret.value == "") {
		v.Account.ClientID = "" // of no use without the other
		v.KeyVar = cmp.Or(id.missing, secret.missing, "client_id and client_secret")
	}
	if v.Auth == AuthCopilot && row.BaseURL == nil {
		v.Account.Hosts = true
		v.BaseURL = "https://api." + v.Account.Type + ".githubcopilot.com"
	}
}

func (c *checker) rules(key string, rules []Rule) []Rule {
	checked := make([]Rule, 0, len(rules))
	for i, r := range rules {
		if err := r.compile(); err != nil {
			c.problem(fmt.Sprintf("%s.models[%d]", key, i), "%v", err)
			continue
		}
		checked = append(checked, r)
	}
	return checked
}

func (c *checker) limit(key string, l *limitFile) Limit {
	if l == nil {
		return Limit{Max: limiter.DefaultMax, MaxPending: limiter.DefaultMaxPending, MaxWait: defaultMaxWait}
	}
	limit := Limit{
		Default:    or(l.Default, 0),
		Models:     l.Models,
		Total:      or(l.Total, 0),
		Adaptive:   or(l.Adaptive, false),
		Max:        or(l.Max, limiter.DefaultMax),
		MaxPending: or(l.MaxPending, limiter.DefaultMaxPending),
		MaxWait:    time.Duration(or(l.MaxWait, duration(defaultMaxWait))),
		Overflow:   or(l.Overflow, "wait") == "next",
		Fair:       or(l.Fair, false),
	}
	if l.Overflow != nil && *l.Overflow != "wait" && *l.Overflow != "next" {
		c.problem(key+".overflow", `expected "wait" or "next", got %q`, *l.Overflow)
	}
	if limit.Overflow && limit.MaxWait == 0 {
		c.problem(key+".max_wait", `expected a duration above 0 with overflow = "next"`)
	}
	tuned := l.Max != nil || l.MaxPending != nil || l.MaxWait != nil || l.Overflow != nil || l.Fair != nil
	if tuned && l.Default == nil && l.Total == nil && len(l.Models) == 0 {
		c.problem(key, "expected default, total or models as well: this table replaces the whole limit of the built-in vendor")
	}
	if limit.Adaptive && l.Default == nil && l.Total == nil && len(l.Models) == 0 {
		c.problem(key+".adaptive", "expected default, total or models as well, as the maximum: this table replaces the whole limit of the built-in vendor")
	}
	if limit.Max < 1 || limit.Max > maxLimit {
		c.outside(key+".max", 1, maxLimit, limit.Max)
		return limit
	}
	if limit.MaxPending < 1 || limit.MaxPending > maxQueue {
		c.outside(key+".max_pending", 1, maxQueue, limit.MaxPending)
	}
	c.slots(key+".default", l.Default, limit.Max)
	c.slots(key+".total", l.Total, limit.Max)
	for model, n := range l.Models {
		c.slots(key+".models."+model, &n, limit.Max)
	}
	return limit
}

// A limit or a queue beyond these is a slip of the hand: no vendor lets one account run so many.
const (
	maxLimit = 1000
	maxQueue = 10000
)

func (c *checker) slots(key string, n *int, highest int) {
	if n != nil && (*n < 1 || *n > highest) {
		c.wrong(key, reason.New(reason.OutOfRange, fmt.Sprintf("1–%d", highest), "expected 1 to %d (max), got %d", highest, *n))
	}
}

func (c *checker) retry(key string, r *retryFile) Retry {
	if r == nil {
		return Retry{Attempts: 1}
	}
	retry := Retry{
		Attempts: or(r.Attempts, 5),
		Initial:  time.Duration(or(r.Initial, duration(time.Second))),
		Max:      time.Duration(or(r.Max, duration(30*time.Second))),
	}
	if retry.Attempts < 1 || retry.Attempts > 20 {
		c.outside(key+".attempts", 1, 20, retry.Attempts)
	}
	if retry.Initial <= 0 || retry.Max < retry.Initial {
		c.problem(key, "expected initial above 0, and max not below initial")
	}
	return retry
}
