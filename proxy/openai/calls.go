package openai

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/nesting"
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
	input    []byte // all of it so far
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

var errLateInput = errors.New("the vendor continues a tool call whose input was complete")

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
	if !complete(at.input) || len(c.late) > 0 {
		return false
	}
	at.state, c.open = closed, 0
	return true
}

func complete(input []byte) bool {
	return len(input) > 0 && nesting.ValidBytes(input) && gjson.ParseBytes(input).IsObject()
}

// piece reads a piece of a call. at is its place in the list that it came in, which stands for an index
// that is missing.
func (c *calls) piece(w *anthropic.Writer, at int64, index gjson.Result, id string, function gjson.Result) error {
	if index.Type == gjson.Number {
		at = index.Int()
	}
	n := c.find(at, index.Type == gjson.Number, id)
	now := &c.list[n]
	if id != "" && now.id == "" {
		now.id = id
	}
	if name := function.Get("name").Str; name != now.name && len(now.input) == 0 {
		now.name += name
		c.kept += len(name)
	}
	input := function.Get("arguments")
	text := input.Str
	if input.IsObject() {
		text = input.Raw // some vendors do not encode it twice
	}
	if text == "" {
		return nil
	}
	if now.state == closed {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		return errLateInput
	}
	now.input = append(now.input, text...)
	c.kept += len(text)
	if now.state == waiting && c.first(n) && c.free() {
		if err := c.start(w, n); err != nil {
			return err
		}
		return nil
	}
	if now.state == live {
		w.ToolInput(text)
	}
	return nil
}

// find returns the place of a call in the list, which it joins if it is new.
func (c *calls) find(index int64, given bool, id string) int {
	n := slices.IndexFunc(c.list, func(have call) bool {
		return have.index == index && (given || id == "" || id == have.id)
	})
	if n >= 0 {
		return n
	}
	if !given {
		for _, have := range c.list { // without indexes a new id is a new call
			index = max(index, have.index+1)
		}
	}
	c.list = append(c.list, call{index: index, id: id})
	c.kept += len(id) + callCost
	return len(c.list) - 1
}

// first reports whether no call before the nth still waits.
func (c *calls) first(n int) bool {
	return !slices.ContainsFunc(c.list[:n], func(have call) bool { return have.state == waiting })
}

// start opens a call's block and writes what has come of its input.
func (c *calls) start(w *anthropic.Writer, n int) error {
	now := &c.list[n]
	if now.name == "" {
		return errors.New("the vendor calls a tool without a name")
	}
	// Some vendors give no id, or every call the same.
	same := func(have call) bool { return have.id == now.id }
	if now.id == "" || slices.ContainsFunc(c.list[:n], same) {
		now.id = fmt.Sprintf("call_%s_%d", w.ID(), n)
	}
	w.ToolUse(now.id, now.name)
	w.ToolInput(string(now.input))
	now.state, c.open = live, n+1
	return nil
}

// flush writes what still waits. The answer has ended, so nothing more will come.
func (c *calls) flush(w *anthropic.Writer) error {
	c.open = 0
	for n := range c.list {
		if c.list[n].state == waiting {
			if err := c.start(w, n); err != nil {
				return err
			}
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
