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
}

type state uint8

const (
	waiting state = iota // nothing is written
	live                 // its block is open
	closed
)

// late is what waits for a call's end.
type late struct {
	thinking bool
	text     string
}

var (
	errLateInput = errors.New("the vendor continues a tool call whose input was complete")
	errNoName    = errors.New("the vendor calls a tool without a name")
	errNoObject  = errors.New("the input of the vendor's tool call is not a JSON object")
)

// text writes text, or keeps it until the open call has ended.
func (c *calls) text(w *anthropic.Writer, text string) {
	switch {
	case text == "":
	case c.free():
		w.Text(text)
	default:
		c.keep(late{false, text})
	}
}

// think writes thinking in the same way.
func (c *calls) think(w *anthropic.Writer, text string) {
	switch {
	case text == "":
	case c.free():
		w.Thinking(text)
	default:
		c.keep(late{true, text})
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

// piece reads a piece of a call. given is whether index says which call it belongs to.
func (c *calls) piece(w *anthropic.Writer, index int64, given bool, id string, function gjson.Result) error {
	arguments, name := function.Get("arguments"), function.Get("name").Str
	text := arguments.Str
	if arguments.IsObject() {
		text = arguments.Raw // some vendors do not encode it twice
	}
	if id == "" && name == "" && text == "" {
		return nil
	}
	n := c.find(index, given, id, name, text)
	now := &c.list[n]
	if now.id == "" {
		now.id = id
	}
	if now.state == waiting && name != now.name {
		was := len(now.name)
		if now.name += name; strings.HasPrefix(name, now.name[:was]) {
			now.name = name // all of it again
		}
		c.kept += len(now.name) - was
	}
	if now.state == closed {
		if strings.TrimSpace(now.input.rest(text)) == "" {
			return nil
		}
		return errLateInput
	}
	return c.continues(w, n, text)
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
func (c *calls) find(index int64, given bool, id, name, text string) int {
	n := len(c.list) - 1
	for given && n >= 0 && c.list[n].index != index {
		n--
	}
	if n >= 0 && !c.list[n].another(id, name, text) {
		return n
	}
	for had := range c.list { // a call before the last goes on
		if id != "" && c.list[had].id == id && !c.list[had].another(id, name, text) {
			return had
		}
	}
	if !given {
		for _, have := range c.list {
			index = max(index, have.index+1)
		}
	}
	c.list = append(c.list, call{index: index, id: id})
	c.kept += len(id) + callCost
	return len(c.list) - 1
}

// another reports whether a piece with the index of this call begins another one: many vendors give all calls the same
// index. A new id is a new call if it has a name: some make up an id for each piece.
func (a *call) another(id, name, text string) bool {
	switch {
	case id != "" && a.id != "" && id != a.id:
		return name != "" || a.input.ended
	case name == "" || a.name == "" || len(a.input.text) == 0:
		return false
	case name != a.name:
		return true
	}
	return a.input.ended && !a.input.blank() && a.input.rest(text) != "" && isObject([]byte(text))
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
		if l.thinking {
			w.Thinking(l.text)
		} else {
			w.Text(l.text)
		}
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
