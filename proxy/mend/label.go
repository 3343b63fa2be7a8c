package mend

import "math/bits"

// The labels that tell what was adapted, for the call's record.
const (
	VendorBlocks      = "vendor_blocks"      // fragments that a vendor left in the history are gone
	ServerTools       = "server_tools"       // tools that only Anthropic runs are gone, with their blocks
	Images            = "images"             // images gave way to a note
	Documents         = "documents"          // documents gave way to their text or to a note
	ThinkingDropped   = "thinking_dropped"   // thinking that another vendor made is gone
	ThinkingBudget    = "thinking_budget"    // adaptive thinking became a budget
	ThinkingDisabled  = "thinking_disabled"  // the request's thinking is off
	SystemFolded      = "system_folded"      // system messages became part of a user's turn
	ToolPairing       = "tool_pairing"       // results were moved to their uses, made up or dropped
	ToolOrder         = "tool_order"         // results were put before the text
	ToolIDs           = "tool_ids"           // ids have another shape, or are unique again
	ToolInput         = "tool_input"         // an input became an object
	EmptyText         = "empty_text"         // text without words is gone or has a placeholder
	TurnsMerged       = "turns_merged"       // messages of one role were joined
	FirstUser         = "first_user"         // a user's turn was put first
	CacheControl      = "cache_control"      // cache_control is gone
	ContextManagement = "context_management" // context_management is gone
	Billing           = "billing_header"     // the billing block is gone
)

// Labels lists the labels in the order in which [Mend] returns them.
func Labels() []string {
	return []string{
		VendorBlocks, ServerTools, Images, Documents, ThinkingDropped, ThinkingBudget, ThinkingDisabled, SystemFolded,
		ToolPairing, ToolOrder, ToolIDs, ToolInput, EmptyText, TurnsMerged, FirstUser, CacheControl, ContextManagement, Billing,
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
