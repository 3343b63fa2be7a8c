package gemini

import "strings"

// mark begins the signatures of thinking blocks that this package wrote: after it come what the
// vendor's signature was on, a colon, and the signature as the vendor wrote it.
const mark = "gemini:"

// What a signature was on.
const (
	onThought = "thought" // the thought that the block holds
	onCall    = "call"    // the function call that follows
	onText    = "text"    // the text that follows
	onBefore  = "before"  // the text before: a stream signs a text after its last word
)

// skipValidator stands for the signature of a call that another vendor's model made
// (ai.google.dev/gemini-api/docs/thought-signatures).
const skipValidator = "skip_thought_signature_validator"

func marked(on, signature string) string { return mark + on + ":" + signature }

// unmark reads a thinking block's signature. ours is false for one that another vendor made.
func unmark(signature string) (on, value string, ours bool) {
	rest, ours := strings.CutPrefix(signature, mark)
	if !ours {
		return "", "", false
	}
	on, value, ours = strings.Cut(rest, ":")
	switch on {
	case onThought, onCall, onText, onBefore:
		return on, value, ours && value != ""
	}
	return "", "", false
}
