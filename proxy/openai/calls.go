package openai

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
)

// calls puts tool calls, which may come in pieces that alternate, into blocks, of which one is open at a
// time. The call that is open is written as it comes, so that the client sees a long input grow. A
// block that cannot be closed yet makes everything else wait: other calls, text and thinking.
type calls struct {
	list []call
	open int    // place of the open call in list, from 1; 0 = none is
	late []late // text and thinking behind the open call
	kept int    // the room that all of it takes, in bytes
}

// callCost is about what a call takes besides its name and its input.
const callCost = 128

var errKeptTooMuch = fmt.Errorf("the vendor's tool calls and what waits for them are longer than %d MiB", bounds.Waiting>>20)

// call is one tool call.
type call struct {
	index    int64
	id, name string
	input    input
	state    state
	// signature is the vendor's, which it wants back with the call; "" if it gave none.
	signature string
}

// piece is a piece of a call. given is whether index says which call it belongs to.
type piece struct {
	index     int64
	given     bool
	id, name  string
	text      string // of its input
	signature string
}

// pieceOf reads what a call says of its function.
func pieceOf(function gjson.Result) piece {
	p := piece{name: function.Get("name").Str, text: function.Get("arguments").Str}
	if arguments := function.Get("arguments"); arguments.IsObject() {
		p.text = arguments.Raw // some vendors do not encode it twice
	}
	return p
}

type state uint8

const (
	waiting state = iota // nothing is written
	live                 // its block is open
	closed
)

// late is what waits for a call's end.
type late struct {
	write func(w *anthropic.Writer, text string)
	text  string
}

var (
	errLateInput = errors.New("the vendor continues a tool call whose input was complete")
	errNoName    = errors.New("the vendor calls a tool without a name")
	errNoObject  = errors.New("the input of the vendor's tool call is not a JSON object")
)

// text writes text, or keeps it until the open call has ended.
func (c *calls) text(w *anthropic.Writer, text string) {
	c.write(w, late{(*anthropic.Writer).Text, text})
}

// think writes thinking in the same way.
func (c *calls) think(w *anthropic.Writer, text string) {
	c.write(w, late{(*anthropic.Writer).Thinking, text})
}

// sign writes the signature of the thinking before.
func (c *calls) sign(w *anthropic.Writer, signature string) {
	c.write(w, late{(*anthropic.Writer).Sign, signature})
}

func (c *calls) write(w *anthropic.Writer, l late) {
	switch {
	case l.text == "":
	case c.free():
		l.write(w, l.text)
	default:
		c.keep(l)
	}
}

func (c *calls) keep(l late) {
	c.late = append(c.late, l)
	c.kept += len(l.text) + callCost
}

// free reports whether another block may be opened: no call is open, or its input is complete.
func (c *calls) free() bool {
	if c.open == 0 {
		return true
	}
	at := &c.list[c.open-1]
	if !at.input.complete() || len(c.late) > 0 {
		return false
	}
	at.state, c.open = closed, 0
	return true
}

// piece reads a piece of a call.
func (c *calls) piece(w *anthropic.Writer, p piece) error {
	if p.id == "" && p.name == "" && p.text == "" {
		return nil
	}
	n := c.find(p)
	now := &c.list[n]
	if now.id == "" {
		now.id = p.id
	}
	if now.signature == "" {
		now.signature = p.signature
		c.kept += len(p.signature)
	}
	if now.state == waiting && p.name != now.name {
		was := len(now.name)
		if now.name += p.name; strings.HasPrefix(p.name, now.name[:was]) {
			now.name = p.name // all of it again
		}
		c.kept += len(now.name) - was
	}
	if now.state == closed {
		if strings.TrimSpace(now.input.rest(p.text)) == "" {
			return nil
		}
		return errLateInput
	}
	return c.continues(w, n, p.text)
}

// continues adds to a call's input and writes as much as may be written.
func (c *calls) continues(w *anthropic.Writer, n int, text string) error {
	now := &c.list[n]
	if now.state == waiting && now.input.blank() && strings.TrimSpace(text) != "" {
		now.input = input{} // what came first stood for nothing
	}
	if text = now.input.rest(text); now.input.ended && strings.TrimSpace(text) == "" {
		return nil
	}
	now.input.add(text)
	c.kept += len(text)
	switch {
	case now.state == live:
		if now.input.malformed {
			return errLateInput
		}
		w.ToolInput(text)
	case now.name != "" && now.input.object():
		c.begin(w, n)
	}
	return nil
}

// find returns the place of a piece's call in the list, which it joins if it is new.
func (c *calls) find(p piece) int {
	n := len(c.list) - 1
	for p.given && n >= 0 && c.list[n].index != p.index {
		n--
	}
	if n >= 0 && !c.list[n].another(p) {
		return n
	}
	for had := range c.list { // a call before the last goes on
		if p.id != "" && c.list[had].id == p.id && !c.list[had].another(p) {
			return had
		}
	}
	if !p.given {
		for _, have := range c.list {
			p.index = max(p.index, have.index+1)
		}
	}
	c.list = append(c.list, call{index: p.index, id: p.id})
	c.kept += len(p.id) + callCost
	return len(c.list) - 1
}

// another reports whether a piece with the index of this call begins another one: many vendors give all calls the same
// index. A new id is a new call if it has a name: some make up an id for each piece.
func (a *call) another(p piece) bool {
	switch {
	case p.id != "" && a.id != "" && p.id != a.id:
		return p.name != "" || a.input.ended
	case p.name == "" || a.name == "" || len(a.input.text) == 0:
		return false
	case p.name != a.name:
		return true
	}
	return a.input.ended && !a.input.blank() && a.input.rest(p.text) != "" && isObject([]byte(p.text))
}

// begin opens the block of a call whose input has begun, after those before it, or leaves it waiting.
func (c *calls) begin(w *anthropic.Writer, n int) {
	for before := range c.list[:n] {
		if a := &c.list[before]; a.state == waiting && a.name != "" {
			if !a.input.complete() || !c.free() {
				return
			}
			c.start(w, before)
		}
	}
	if c.free() {
		c.start(w, n)
	}
}

// start opens a call's block and writes what has come of its input.
func (c *calls) start(w *anthropic.Writer, n int) {
	now := &c.list[n]
	// Some vendors give no id, or every call the same.
	same := func(have call) bool { return have.id == now.id }
	if now.id == "" || slices.ContainsFunc(c.list[:n], same) {
		now.id = fmt.Sprintf("call_%s_%d", w.ID(), n)
	}
	if now.signature != "" {
		w.Sign(mark + onCall + ":" + now.signature)
	}
	w.ToolUse(now.id, now.name)
	w.ToolInput(string(now.input.text))
	now.state, c.open = live, n+1
}

// flush writes what still waits. The answer has ended, so nothing more will come. cut is whether it ended at the most
// tokens, where an input may lack its end.
func (c *calls) flush(w *anthropic.Writer, cut bool) error {
	named := slices.ContainsFunc(c.list, func(a call) bool { return a.name != "" })
	for n := range c.list {
		a := &c.list[n]
		switch {
		case a.name == "" && (named || w.Said() && a.input.blank()):
			// A stray one, which must not spoil the others.
		case a.name == "":
			return errNoName
		case a.state == waiting && a.input.object() && !a.input.complete() && !cut, a.state == live && !a.input.complete() && !cut:
			return errNoObject
		case a.state == waiting:
			if text := a.input.decoded(); a.input.object() && cut || len(text) == 0 {
				a.input.text = text
			} else {
				a.input.text = anthropic.InputObject(text)
			}
			c.start(w, n)
		}
	}
	c.open = 0
	for _, l := range c.late {
		l.write(w, l.text)
	}
	c.late = nil
	return nil
}

// whole reports whether there are calls and each is complete.
func (c *calls) whole() bool {
	whole := len(c.list) > 0
	for n := range c.list {
		whole = whole && (c.list[n].name == "" || c.list[n].input.complete())
	}
	return whole
}
