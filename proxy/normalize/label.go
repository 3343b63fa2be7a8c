package normalize

import "math/bits"

// The labels that tell what was adapted, for the call's record.
const (
	LabelVendorBlocks      = "vendor_blocks"      // fragments that a vendor left in the history are gone
	LabelServerTools       = "server_tools"       // tools that only Anthropic runs are gone, with their blocks
	LabelImages            = "images"             // images gave way to a note
	LabelDocuments         = "documents"          // documents gave way to their text or to a note
	LabelThinkingDropped   = "thinking_dropped"   // thinking that another vendor made is gone
	LabelThinkingBudget    = "thinking_budget"    // adaptive thinking became a budget
	LabelThinkingDisabled  = "thinking_disabled"  // the request's thinking is off
	LabelMaxTokens         = "max_tokens"         // the answer may be only as long as the vendor allows
	LabelSystemFolded      = "system_folded"      // system messages became part of a user's turn
	LabelToolPairing       = "tool_pairing"       // results were moved to their uses, made up or dropped
	LabelToolOrder         = "tool_order"         // results were put before the text
	LabelToolIDs           = "tool_ids"           // ids have another shape, or are unique again
	LabelToolInput         = "tool_input"         // an input became an object
	LabelEmptyText         = "empty_text"         // text without words is gone or has a placeholder
	LabelTurnsMerged       = "turns_merged"       // messages of one role were joined
	LabelFirstUser         = "first_user"         // a user's turn was put first
	LabelCacheControl      = "cache_control"      // cache_control is gone
	LabelContextManagement = "context_management" // context_management is gone
	LabelBilling           = "billing_header"     // the billing block is gone
	LabelFields            = "fields"             // fields beside the messages that only Anthropic knows are gone
)

// Labels lists the labels in the order in which [Mend] returns them.
func Labels() []string {
	return []string{
		LabelVendorBlocks, LabelServerTools, LabelImages, LabelDocuments, LabelThinkingDropped, LabelThinkingBudget, LabelThinkingDisabled, LabelMaxTokens, LabelSystemFolded,
		LabelToolPairing, LabelToolOrder, LabelToolIDs, LabelToolInput, LabelEmptyText, LabelTurnsMerged, LabelFirstUser, LabelCacheControl, LabelContextManagement, LabelBilling, LabelFields,
	}
}

// labels is a set: bit n stands for the nth of Labels.
type labels uint32

func (l *labels) add(label string) {
	for n, name := range Labels() {
		if name == label {
			*l |= 1 << n
		}
	}
}

func (l labels) list() []string {
	all, out := Labels(), make([]string, 0, bits.OnesCount32(uint32(l)))
	for n, name := range all {
		if l&(1<<n) != 0 {
			out = append(out, name)
		}
	}
	return out
}
