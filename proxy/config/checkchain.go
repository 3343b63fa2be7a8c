package config

import (
	"slices"
	"time"
)

// What is in force where a row says nothing: the reference's figures.
const (
	defaultFailures  = 3
	defaultSuccesses = 2
	defaultRecovery  = 5 * time.Minute
	defaultMaxOut    = time.Hour
	defaultThreshold = 99 // per cent
)

func (c *checker) breaker(key string, b *breakerFile) Breaker {
	if b == nil {
		b = &breakerFile{}
	}
	breaker := Breaker{
		Failures:  or(b.Failures, defaultFailures),
		Successes: or(b.Successes, defaultSuccesses),
		Recovery:  time.Duration(or(b.Recovery, duration(defaultRecovery))),
		Max:       time.Duration(or(b.Max, duration(defaultMaxOut))),
	}
	if breaker.Failures < 0 || breaker.Failures > 1000 {
		c.problem(key+".failures", "expected 0 (never) to 1000, got %d", breaker.Failures)
	}
	if breaker.Successes < 1 || breaker.Successes > 1000 {
		c.outside(key+".successes", 1, 1000, breaker.Successes)
	}
	if breaker.Recovery <= 0 || breaker.Max < breaker.Recovery {
		c.problem(key, "expected recovery above 0, and max not below recovery")
	}
	return breaker
}

func (c *checker) quota(key string, q *quotaFile, window, probe time.Duration) Quota {
	if q == nil {
		return Quota{}
	}
	quota := Quota{
		Window:    time.Duration(or(q.Window, duration(window))),
		Tokens:    or(q.Tokens, 0),
		Threshold: or(q.Threshold, defaultThreshold),
		Probe:     time.Duration(or(q.Probe, duration(probe))),
	}
	if quota.Window < time.Minute || quota.Window > 31*24*time.Hour {
		c.problem(key+".window", "expected one minute to 31 days")
	}
	if quota.Tokens < 1 {
		c.problem(key+".tokens", "expected a number of tokens above 0")
	}
	if quota.Threshold <= 0 || quota.Threshold > 100 {
		c.problem(key+".threshold", "expected a percentage above 0, at most 100")
	}
	if quota.Probe <= 0 {
		c.problem(key+".probe", "expected a duration above 0")
	}
	return quota
}

func (c *checker) accepts(key, dialect string, a *acceptsFile) Accepts {
	if a == nil {
		a = &acceptsFile{}
	}
	all := AcceptsBy(dialect)
	accepts := Accepts{
		Thinking:          or(a.Thinking, all.Thinking),
		Unsigned:          or(a.Unsigned, all.Unsigned),
		Images:            or(a.Images, all.Images),
		Documents:         or(a.Documents, all.Documents),
		SystemRole:        or(a.SystemRole, all.SystemRole),
		Consecutive:       or(a.Consecutive, all.Consecutive),
		ServerTools:       or(a.ServerTools, all.ServerTools),
		WebSearch:         all.WebSearch,
		CacheControl:      or(a.CacheControl, all.CacheControl),
		ContextManagement: or(a.ContextManagement, all.ContextManagement),
		AnyToolIDs:        or(a.AnyToolIDs, all.AnyToolIDs),
		Billing:           or(a.Billing, all.Billing),
		Betas:             or(a.Betas, all.Betas),
		MaxTokens:         or(a.MaxTokens, 0),
	}
	if !slices.Contains([]string{"adaptive", "enabled", "none"}, accepts.Thinking) {
		c.problem(key+".thinking", `expected "adaptive", "enabled" or "none", got %q`, accepts.Thinking)
	}
	if accepts.MaxTokens < 0 {
		c.problem(key+".max_tokens", "expected a number of tokens, or 0 for no limit, got %d", accepts.MaxTokens)
	}
	return accepts
}

// chat checks the keys that only dialect "openai" has.
func (c *checker) chat(key string, row vendorFile) Chat {
	for name, given := range map[string]*string{"reasoning_field": row.Reasoning, "max_tokens_field": row.MaxTokens, "reasoning_effort": row.Effort} {
		if given != nil && or(row.Dialect, "") != "openai" {
			c.problem(key+"."+name, `allowed only with dialect = "openai"`)
		}
	}
	chat := Chat{Reasoning: or(row.Reasoning, ""), MaxTokens: or(row.MaxTokens, "max_tokens"), Effort: or(row.Effort, "")}
	if !slices.Contains([]string{"", "reasoning_content", "reasoning"}, chat.Reasoning) {
		c.problem(key+".reasoning_field", `expected "reasoning_content" or "reasoning", got %q`, chat.Reasoning)
	}
	if !slices.Contains([]string{"max_tokens", "max_completion_tokens"}, chat.MaxTokens) {
		c.problem(key+".max_tokens_field", `expected "max_tokens" or "max_completion_tokens", got %q`, chat.MaxTokens)
	}
	if !slices.Contains([]string{"", "omit", "none", "minimal", "low", "medium", "high", "xhigh", "max"}, chat.Effort) {
		c.problem(key+".reasoning_effort", `expected "omit", "none", "minimal", "low", "medium", "high", "xhigh" or "max", got %q`, chat.Effort)
	}
	return chat
}
