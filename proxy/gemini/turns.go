package gemini

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"afterglow/proxy/anthropic"
)

// turns translates messages into contents, in which the roles alternate and the user's come first.
type turns struct {
	labels *anthropic.Labels
	names  *anthropic.Names
	ids    *anthropic.ToolIDs
	tools  map[string]string // the names that were sent, by the id of their use
	claude bool              // it takes only thinking that is signed
	out    []content
	at     [2]int // the message and the block that are being translated

	// Signatures that wait for the part that they belong to.
	call, text string
	// Media of tool results, which go behind the last result of the message.
	moved []part
}

// message adds one message. n is its place in the request.
func (t *turns) message(n int, m anthropic.Message) error {
	role := "user"
	switch m.Role {
	case "assistant":
		role = "model"
	case "user", "system":
	default:
		return anthropic.Errorf(http.StatusBadRequest, "messages.%d.role: %q is not allowed here", n, m.Role)
	}
	if len(t.out) == 0 || t.last().Role != role {
		t.lost()
		t.out = append(t.out, content{Role: role})
	}
	for i, b := range m.Content {
		t.at = [2]int{n, i}
		b.Label(t.labels)
		var err error
		switch {
		case role == "model":
			err = t.said(b)
		case m.Role == "system" && b.Type == "text":
			t.add(text("<system>\n" + b.Text + "\n</system>"))
		default:
			err = t.gave(b)
		}
		if err != nil {
			return err
		}
	}
	t.flush()
	return nil
}

func (t *turns) last() *content { return &t.out[len(t.out)-1] }

// add adds a part; text without a character is none, and refused.
func (t *turns) add(p part) {
	if p.Text == nil || *p.Text != "" {
		t.last().Parts = append(t.last().Parts, p)
	}
}

// lost labels the signatures whose part did not come.
func (t *turns) lost() {
	if t.call != "" || t.text != "" {
		t.labels.Add("thought_signature")
	}
	t.call, t.text = "", ""
}

// said adds a block of an assistant's message.
func (t *turns) said(b anthropic.Block) error {
	switch b.Type {
	case "thinking":
		t.thinking(b)
	case "text":
		if b.Text != "" {
			p := text(b.Text)
			p.ThoughtSignature, t.text = t.text, ""
			t.add(p)
		}
	case "tool_use":
		t.tools[b.ID] = t.names.Sent(b.Name)
		p := part{FunctionCall: &functionCall{ID: t.ids.Call(b.ID, t.tools[b.ID]), Name: t.tools[b.ID], Args: arguments(b.Input)}}
		p.ThoughtSignature, t.call = t.call, ""
		t.add(p)
	default:
		return t.gave(b)
	}
	return nil
}

// thinking puts a thought back, and remembers or puts back the signature that travelled with it.
// Thinking that another vendor signed means nothing here.
func (t *turns) thinking(b anthropic.Block) {
	on, signature, ours := unmark(b.Signature)
	if b.Signature != "" && !ours || b.Signature == "" && t.claude {
		t.labels.Add("thinking_dropped")
		return
	}
	thought := text(b.Thinking)
	thought.Thought = true
	switch on {
	case onThought:
		thought.ThoughtSignature = signature
	case onCall:
		t.call = signature
	case onText:
		t.text = signature
	}
	t.add(thought)
	if on == onBefore {
		t.sign(signature)
	}
}

// sign gives a signature to the text before it.
func (t *turns) sign(signature string) {
	parts := t.last().Parts
	if len(parts) == 0 {
		t.labels.Add("thought_signature")
		return
	}
	if p := &parts[len(parts)-1]; p.Text != nil && !p.Thought && p.ThoughtSignature == "" {
		p.ThoughtSignature = signature
		return
	}
	t.labels.Add("thought_signature")
}

// arguments are a call's, which have to be an object.
func arguments(input json.RawMessage) json.RawMessage {
	switch {
	case !anthropic.Given(input):
		return json.RawMessage("{}")
	case input[0] == '{':
		return input
	}
	return append(append([]byte(`{"value":`), input...), '}')
}

// contents returns what was added, fit to be sent. strict models want a signature on the first call of
// every answer. It is made up for all that lack it and not only for those of the current turn, which
// are the ones that are checked, so that a content stays the same from turn to turn.
func (t *turns) contents(strict bool) []content {
	t.lost()
	var out []content
	for _, c := range t.out {
		switch {
		case len(c.Parts) == 0:
			continue
		case len(out) == 0 && c.Role == "model":
			t.labels.Add("first_user")
			out = append(out, content{"user", []part{text("[start]")}})
		case len(out) > 0 && out[len(out)-1].Role == c.Role: // what was between held nothing
			out[len(out)-1].Parts = append(out[len(out)-1].Parts, c.Parts...)
			continue
		}
		out = append(out, c)
	}
	if out == nil {
		out = []content{{"user", []part{text(" ")}}} // an empty list is refused
	}
	for _, c := range out {
		if c.Role == "user" {
			resultsFirst(c.Parts)
		} else if strict {
			signFirstCall(c.Parts)
		}
	}
	return out
}

func signFirstCall(parts []part) {
	for n := range parts {
		if parts[n].FunctionCall != nil {
			if parts[n].ThoughtSignature == "" {
				parts[n].ThoughtSignature = skipValidator
			}
			return
		}
	}
}

// resultsFirst puts the results ahead of what else the user's content has: the API wants the answer to
// a call next to it, and a system message may stand between.
func resultsFirst(parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int {
		return rank(a) - rank(b)
	})
}

func rank(p part) int {
	if p.FunctionResponse != nil {
		return 0
	}
	return 1
}

// refuse is the error about the block that is being translated.
func (t *turns) refuse(format string, args ...any) error {
	where := fmt.Sprintf("messages.%d.content.%d: ", t.at[0], t.at[1])
	return anthropic.Errorf(http.StatusBadRequest, "%s", where+fmt.Sprintf(format, args...))
}
