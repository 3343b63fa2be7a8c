package normalize

import "strings"

// Accepts is what a vendor takes where vendors differ. The zero value takes least: a body mended
// for it is plain enough for every vendor that speaks the Messages API.
type Accepts struct {
	// Thinking is "adaptive" if the vendor takes the request's thinking field as it comes (also ""),
	// "enabled" if adaptive thinking must become a budget, and "none" if it takes no thinking.
	Thinking string
	// Unsigned is whether it takes thinking that nobody signed, and a tool loop without its thinking.
	Unsigned  bool
	Images    bool
	Documents bool
	// SystemRole is whether messages may have the role "system".
	SystemRole bool
	// Consecutive is whether two messages in a row may have the same role.
	Consecutive bool
	// ServerTools is whether it runs Anthropic's own tools: their definitions, their blocks in the
	// history, and references to tools found by a search.
	ServerTools bool
	// WebSearch is whether it has a search of its own in place of Anthropic's, so that the definition stays.
	WebSearch bool
	// CacheControl is whether cache_control may stand anywhere; most vendors ignore it.
	CacheControl      bool
	ContextManagement bool
	// AnyToolIDs is whether a tool's id may have any form; else it gets that of Anthropic's own.
	AnyToolIDs bool
	// Billing is whether it wants the x-anthropic-billing-header block. The block changes from call
	// to call, so it spoils the prompt cache of everyone else.
	Billing bool
	// Betas are the values of the anthropic-beta header that it knows; see [FilterBetas].
	Betas []string
	// MaxTokens is the highest max_tokens that it takes, 0 if it takes any.
	MaxTokens int64
}

// Everything is an Accepts that refuses nothing that the Messages API takes.
func Everything() Accepts {
	return Accepts{
		Thinking: "adaptive", Unsigned: true, Images: true, Documents: true, SystemRole: true, Consecutive: true,
		ServerTools: true, WebSearch: true, CacheControl: true, ContextManagement: true, Billing: true, Betas: []string{"*"},
	}
}

// plainEnvelope reports whether the top-level fields beside the messages need no look.
func (a Accepts) plainEnvelope() bool {
	return (a.Thinking == "" || a.Thinking == "adaptive") && a.ServerTools && a.CacheControl && a.ContextManagement && a.Billing && a.MaxTokens == 0
}

// FilterBetas returns an anthropic-beta header's value without what the vendor does not know, ""
// if nothing is left and the header should go. An accepted name may end in "*".
func FilterBetas(value string, accepted []string) string {
	var kept []string
	for beta := range strings.SplitSeq(value, ",") {
		if beta = strings.TrimSpace(beta); beta != "" && matches(beta, accepted) {
			kept = append(kept, beta)
		}
	}
	return strings.Join(kept, ",")
}

func matches(beta string, accepted []string) bool {
	for _, name := range accepted {
		prefix, open := strings.CutSuffix(name, "*")
		if beta == name || open && strings.HasPrefix(beta, prefix) {
			return true
		}
	}
	return false
}
