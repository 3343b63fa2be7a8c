package fakevendor

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// cue tells the demo's vendors how to answer a call. It travels in the body's metadata.user_id, in
// which Claude Code sends JSON too, so that it reaches whichever vendor the call is sent to and one
// seed gives one demo.
type cue struct {
	Session    string `json:"session_id"`
	Millis     int    `json:"millis"`     // how long the answer takes
	Overloaded int    `json:"overloaded"` // so many tiers, from the first, answer 529
}

// unasked is the cue of a call that is not the demo's own.
var unasked = cue{Millis: 4000}

func (c cue) String() string {
	b, err := json.Marshal(c)
	if err != nil { // numbers and a string always marshal
		panic(err)
	}
	return string(b)
}

// cueOf reads a request's cue. A body without one gets unasked.
func cueOf(body []byte) cue {
	var c cue
	id := gjson.GetBytes(body, "metadata.user_id").Str
	if json.Unmarshal([]byte(id), &c) != nil || c.Millis <= 0 {
		return unasked
	}
	return c
}

// demoTier is the script of the demo's n-th vendor, counted from 0.
func demoTier(n int, overloaded Answer) Script {
	return func(c Call) Answer {
		cue := cueOf(c.Body)
		if n < cue.Overloaded {
			return overloaded
		}
		return speech(c, time.Duration(cue.Millis)*time.Millisecond)
	}
}

const (
	perWord  = 150 * time.Millisecond // about the pace of a large model under load
	demoText = "This answer comes from a simulated vendor on this machine. Nothing left it and nothing was billed. "
)

// speech is a plausible answer that takes so long, the thinking included. A sixth of the time
// passes before its first event.
func speech(c Call, takes time.Duration) Answer {
	text := strings.Fields(demoText)
	words := max(1, int(takes/perWord))
	said := strings.Join(slices.Repeat(text, words/len(text)+1)[:words], " ")
	const thinking = "The user wants to see a demo."
	a := Message{
		Model: c.Model, Input: tokens(c),
		Blocks: []Block{ThinkingBlock(thinking, "c2ltdWxhdGVk"), TextBlock(said)},
	}.Answer()
	if openAIPath(c.Path) {
		a = Chat{Model: c.Model, Input: tokens(c), Reasoning: thinking, Text: said}.Answer()
	}
	first := takes / 6
	return a.Paced(first, (takes-first)/time.Duration(len(a.Chunks)-1))
}
