package normalize

import "slices"

// conversation is a body's messages as Mend works on them. Everything in it is a slice of the body
// until something is changed.
type conversation struct {
	body  string
	whole bool // the body was read to its end; otherwise only up to its messages
	items []item
	turns []turn
	saw   struct {
		serverTools, thinking, system, fragments, uses, empty bool
	}
}

// item is a field of an object: its key begins at start, its value is [from, to).
type item struct {
	key             string
	start, from, to int
}

// turn is one message. Its place in the body is [from, to), empty for one that was put in.
type turn struct {
	from, to int
	raw      string // the message as it came
	role     string
	at       [2]int // where in raw its content is
	text     string // content that is a string, as written; "" if it is a list
	blocks   []block
	opaque   bool // of an unknown shape, to be left alone
	changed  bool // blocks, and perhaps role, replace what raw says
	grown    bool // blocks were made by absorb, and nobody else has them
}

// block is one content block.
type block struct {
	raw   string // as it will be sent
	kind  string // its type; "" if it has none
	ref   string // a use's id; the use that a result is for; what thinking is known by
	input byte   // how a use's input begins; 0 if it has none
	// empty marks text without words, and a failed result without content.
	empty    bool
	unsigned bool // thinking without a signature
	client   bool // a use that the client answers
}

// list returns a turn's content as blocks.
func (t *turn) list() []block {
	if t.text == "" {
		return t.blocks
	}
	return []block{{raw: `{"type":"text","text":` + t.text + `}`, kind: "text", empty: blank(t.text)}}
}

// set replaces a turn's content.
func (t *turn) set(blocks []block) { t.blocks, t.text, t.changed, t.grown = blocks, "", true, false }

// absorb appends the next turn's content to a turn's own. A conversation may have thousands that follow: what was
// appended to is not copied again.
func (t *turn) absorb(next turn) {
	own := t.list()
	if !t.grown {
		own = slices.Clip(own)
	}
	t.set(append(own, next.list()...))
	t.to, t.grown = next.to, true
}

// is reports whether a turn has a role and a shape to work on.
func (t *turn) is(role string) bool { return t.role == role && !t.opaque }

// has reports whether a turn has a block that fits.
func (t *turn) has(fits func(block) bool) bool { return slices.ContainsFunc(t.blocks, fits) }

func isResult(b block) bool { return b.kind == "tool_result" }

func isClientUse(b block) bool { return b.client }

func isThinking(b block) bool { return b.kind == "thinking" || b.kind == "redacted_thinking" }

// placeholder is a block of text that stands for what is gone: no vendor takes an empty message.
func placeholder(text string) block {
	return block{raw: `{"type":"text","text":"` + text + `"}`, kind: "text"}
}

const (
	assistant = "assistant"
	user      = "user"
	system    = "system"
)
