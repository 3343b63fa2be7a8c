package gemini

import (
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// ending is what a finishReason means.
type ending uint8

const (
	unclear ending = iota // OTHER, and what is not known
	ended                 // as the model wanted
	cutOff                // at the most tokens
	refused               // by a filter
	broken                // the model wrote what the vendor could not read
)

// known reads a finishReason, or a blockReason (ai.google.dev/api/generate-content, November 2026).
func known(reason string) ending {
	switch reason {
	case "STOP":
		return ended
	case "MAX_TOKENS":
		return cutOff
	case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "JAILBREAK",
		"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION":
		return refused
	case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "MALFORMED_RESPONSE":
		return broken
	}
	return unclear
}

// finish ends the message as the vendor ended the answer. An answer that ended for an unknown reason
// before it said anything was kept back, so it is taken for a refusal.
func (d *decoder) finish(w *anthropic.Writer) error {
	how := known(d.reason)
	if how == unclear && !d.said {
		how = refused
	}
	if len(d.found) > 0 && how != broken {
		w.Search("srv"+d.callID(gjson.Result{}), strings.Join(d.queries, "; "), d.found)
	}
	switch how {
	case cutOff:
		w.Finish("max_tokens", "", d.usage)
	case refused:
		if w.Open() == "text" {
			w.Text("\n\n")
		}
		w.Text(d.explain("The vendor stopped this answer"))
		w.Finish("refusal", "", d.usage)
	case broken:
		e := anthropic.Errorf(http.StatusBadGateway, "%s", d.explain("The model's answer could not be read"))
		e.Code, e.Within200 = anthropic.LabelFor(d.reason), true
		return d.fail(w, e)
	default:
		if !d.said { // some gateways answer so what they could not have answered
			return d.fail(w, anthropic.Errorf(http.StatusBadGateway, "the vendor's answer is empty"))
		}
		w.Finish("end_turn", "", d.usage)
	}
	return nil
}

// explain adds the vendor's own words.
func (d *decoder) explain(what string) string {
	what += " (" + d.reason + ")"
	if d.detail != "" {
		what += ": " + d.detail
	}
	return what
}

// fail ends the answer with an error: as one, as long as another vendor may still answer, and for a
// whole message; then as an event.
func (d *decoder) fail(w *anthropic.Writer, e *anthropic.Error) error {
	if !d.said || w.Whole {
		return e
	}
	w.Fail(e)
	return nil
}
