package normalize

import "strings"

// read finds the messages in a body, and all top-level fields if the whole body is wanted. It
// reports false if there is nothing that can be worked on.
func read(body string, whole bool) (conversation, bool) {
	c := conversation{body: body, whole: whole}
	at := cursor{s: body}
	if !at.open('{') {
		return c, false
	}
	found := false
	for at.next('}') {
		start := at.i
		it := item{key: at.key(), start: start, from: at.i}
		if it.key == "messages" {
			if at.peek() != '[' {
				return c, false
			}
			found = true
			c.readMessages(&at)
			if !whole {
				break
			}
		} else {
			at.skip()
		}
		it.to = at.i
		if whole {
			c.items = append(c.items, it)
		}
	}
	return c, found && !at.bad && len(c.turns) > 0
}

func (c *conversation) readMessages(at *cursor) {
	at.open('[')
	c.turns = make([]turn, 0, 8)
	blocks := make([]block, 0, 16)
	for at.next(']') {
		t := turn{from: at.i}
		first := len(blocks)
		blocks = c.readTurn(at, &t, blocks)
		t.to = at.i
		t.raw = at.s[t.from:t.to]
		if len(blocks) > first {
			t.blocks = blocks[first:len(blocks):len(blocks)]
		}
		t.opaque = t.opaque || t.at[1] == 0 || t.role != assistant && t.role != user && t.role != system
		c.saw.system = c.saw.system || t.role == system
		c.turns = append(c.turns, t)
	}
}

func (c *conversation) readTurn(at *cursor, t *turn, blocks []block) []block {
	if !at.open('{') {
		at.skip()
		t.opaque = true
		return blocks
	}
	for at.next('}') {
		switch at.key() {
		case "role":
			t.opaque = t.opaque || t.role != ""
			t.role = decode(at.skip())
		case "content":
			t.opaque = t.opaque || t.at[1] != 0
			t.at[0] = at.i - t.from
			switch at.peek() {
			case '"':
				t.text = at.str()
				c.saw.empty = c.saw.empty || blank(t.text)
			case '[':
				blocks = c.readBlocks(at, blocks)
			default:
				at.skip()
				t.opaque = true
			}
			t.at[1] = at.i - t.from
		default:
			at.skip()
		}
	}
	return blocks
}

func (c *conversation) readBlocks(at *cursor, blocks []block) []block {
	at.open('[')
	n := len(blocks)
	for at.next(']') {
		b := readBlock(at)
		c.note(b)
		blocks = append(blocks, b)
	}
	c.saw.empty = c.saw.empty || len(blocks) == n
	return blocks
}

// note remembers which kinds there are, so that what is not there costs nothing later.
func (c *conversation) note(b block) {
	c.saw.empty = c.saw.empty || b.empty
	switch b.kind {
	case "text", "image":
	case "tool_use", "tool_result":
		c.saw.uses = true
	case "thinking", "redacted_thinking":
		c.saw.thinking = true
	case "server_tool_use":
		c.saw.serverTools, c.saw.uses = true, true
	case "server_tool_use_delta":
		c.saw.fragments = true
	}
}

// readBlock reads one block. Fields that say the same of every block are read whatever its type,
// which may come last.
func readBlock(at *cursor) block {
	start := at.i
	if !at.open('{') {
		return block{raw: at.skip()}
	}
	var b block
	var text, thinking, signature, data, content string
	var id, use string
	failed := false
	for at.next('}') {
		switch at.key() {
		case "type":
			b.kind = decode(at.skip())
		case "id":
			id = decode(at.skip())
		case "tool_use_id":
			use = decode(at.skip())
		case "text":
			text = at.skip()
		case "thinking":
			thinking = at.skip()
		case "signature":
			signature = decode(at.skip())
		case "data":
			data = at.skip()
		case "input":
			b.input = at.peek()
			at.skip()
		case "content":
			content = at.skip()
		case "is_error":
			failed = at.skip() == "true"
		default:
			at.skip()
		}
	}
	b.raw = at.s[start:at.i]
	switch b.kind {
	case "text":
		b.empty = blank(text)
	case "tool_use", "server_tool_use":
		b.ref, b.client = id, b.kind == "tool_use"
	case "tool_result":
		b.ref = use
		b.empty = failed && (content == "" || blank(content) || strings.Trim(content, "[] \n\t\r") == "")
	case "thinking":
		b.ref, b.unsigned = signature, signature == ""
		if b.unsigned {
			b.ref = decode(thinking)
		}
	case "redacted_thinking":
		b.ref = decode(data)
	default:
		b.ref = use // of a server tool's result
	}
	return b
}
