// Package normalize makes a conversation acceptable to the vendor that it goes to next.
//
// A conversation that several vendors have answered carries traces of each: tool ids of other
// shapes, tool results in the wrong message, thinking that another vendor signed, fields that only
// Anthropic knows. [Mend] is the one place that knows what to do about them, whichever vendor they
// came from. Its rules look at the body and never at where the call failed before, so what a vendor
// gets is the same on every turn, and its prompt cache holds.
//
// A body that needs nothing is not copied. Of one that needs something only the messages and fields
// concerned are written anew, out of the client's own bytes.
package normalize

import (
	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// Target is where a body goes.
type Target struct {
	// Vendor is who signs the target's thinking. Accounts of one maker share a name here, because
	// they take each other's signatures.
	Vendor  string
	Accepts Accepts
	// Session is the conversation's key; "" if it has none.
	Session string
	// Provenance knows who made which thinking; nil if nobody remembers.
	Provenance *Provenance
}

// Mend returns the request as the target takes it, and the labels of what was adapted, in the order
// of [Labels]. A request that needs nothing is returned itself, with no labels, and so is one whose
// body is not valid JSON: that is the vendor's to refuse. What has an unknown shape stays as it is.
// Mend never fails, and mending twice changes nothing more.
func Mend(req *anthropic.Request, to Target) (*anthropic.Request, []string) {
	c, ok := read(req.Body, !to.Accepts.plainEnvelope())
	if ok && c.saw.serverTools && !c.whole {
		c, ok = read(req.Body, true) // the names of the client's tools are needed
	}
	if !ok {
		return req, nil
	}
	m := mending{conversation: c, to: to}
	m.classify()
	m.adaptBlocks()
	m.dropThinking()
	m.foldSystem()
	m.pair()
	m.fill()
	m.alternate()
	m.rewriteUses()
	m.adaptEnvelope(req)
	if m.labels == 0 || !nesting.Valid(req.Body) {
		return req, nil
	}
	edits, ok := m.edits()
	if !ok {
		return req, nil
	}
	mended, err := anthropic.ParseRequest(splice(req.Body, edits))
	if err != nil {
		return req, nil
	}
	return mended, m.labels.list()
}

// mending is one run: the conversation as it changes, and what has been done to it.
type mending struct {
	conversation
	to     Target
	labels labels
	// changes is what becomes of the top-level fields beside the messages.
	changes []change
	// follows is for each message what follow finds, while they are paired.
	follows []int
	// loopLostThinking is set when thinking was dropped from the tool loop that is still open.
	loopLostThinking bool
}
