package anthropic

import (
	"testing"

	"afterglow/proxy/sse"
)

// read is what a stream's events tell; the name of each is its type.
func read(events ...string) (u Usage) {
	for _, data := range events {
		e := sse.Event{Data: []byte(data)}
		u.Read(KindOf(e), e)
	}
	return u
}

const start = `{"type":"message_start","message":{"id":"m1","usage":{"input_tokens":1200,"cache_read_input_tokens":5,"output_tokens":1}}}`

func TestUsageOfAStream(t *testing.T) {
	for name, tc := range map[string]struct {
		events []string
		want   Usage
	}{
		// RC-2
		"null message": {[]string{`{"type":"message_start","message":null}`, `{"type":"message_delta","usage":{"output_tokens":9}}`}, Usage{Output: 9}},
		"null usage":   {[]string{`{"type":"message_start","message":{"id":"m1","usage":null}}`, `{"type":"message_delta","usage":null}`}, Usage{}},
		"null counts":  {[]string{start, `{"type":"message_delta","usage":{"input_tokens":null,"cache_read_input_tokens":null,"cache_creation":null,"output_tokens_details":null,"output_tokens":9}}`}, Usage{Input: 1200, CacheRead: 5, Output: 9}},
		// RC-6
		"zero does not overwrite": {[]string{start, `{"type":"message_delta","usage":{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":9}}`}, Usage{Input: 1200, CacheRead: 5, Output: 9}},
		// RC-7
		"other names": {[]string{start, `{"type":"message_delta","usage":{"prompt_tokens":33,"completion_tokens":7}}`}, Usage{Input: 33, CacheRead: 5, Output: 7}},
		// RC-8
		"only the cache": {[]string{`{"type":"message_start","message":{"usage":{"input_tokens":0,"cache_read_input_tokens":5000}}}`, `{"type":"message_delta","usage":{"output_tokens":40}}`}, Usage{CacheRead: 5000, Output: 40}},
		"below zero":     {[]string{start, `{"type":"message_delta","usage":{"input_tokens":-1,"output_tokens":-2,"cache_creation":{"ephemeral_1h_input_tokens":-3}}}`}, Usage{Input: 1200, CacheRead: 5, Output: 1}},
		"no counts":      {[]string{`{"type":"message_start","message":{"usage":"much"}}`, `{"type":"message_delta","usage":[1,2]}`}, Usage{}},

		"an hour's part":        {[]string{`{"type":"message_start","message":{"usage":{"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}}}`}, Usage{CacheCreation: 7, CacheCreation1h: 4}},
		"the part is kept":      {[]string{`{"type":"message_start","message":{"usage":{"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":4}}}}`, `{"type":"message_delta","usage":{"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":0}}}`}, Usage{CacheCreation: 7, CacheCreation1h: 4}},
		"only the parts":        {[]string{`{"type":"message_start","message":{"usage":{"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4}}}}`}, Usage{CacheCreation: 7, CacheCreation1h: 4}},
		"parts above the whole": {[]string{`{"type":"message_delta","usage":{"cache_creation_input_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":4},"output_tokens":3,"output_tokens_details":{"thinking_tokens":5}}}`}, Usage{CacheCreation: 2, CacheCreation1h: 2, Output: 3, Reasoning: 3}},
		"thinking":              {[]string{`{"type":"message_delta","usage":{"output_tokens":9,"output_tokens_details":{"thinking_tokens":5}}}`}, Usage{Output: 9, Reasoning: 5}},
		"thinking, other names": {[]string{`{"type":"message_delta","usage":{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":5}}}`}, Usage{Output: 9, Reasoning: 5}},
	} {
		if got := read(tc.events...); got != tc.want {
			t.Errorf("%s: %+v, want %+v", name, got, tc.want)
		}
	}
}

// What the Writer writes of counts is what Usage reads, in a stream and in a whole message. RC-11: input and
// output are always there.
func TestUsageIsReadAsItWasWritten(t *testing.T) {
	for _, u := range []Usage{{}, {Input: 1}, {Input: 1, Output: 9, CacheCreation: 3, CacheRead: 4, Reasoning: 5}} {
		w := &Writer{Model: "m"}
		w.Usage(u)
		w.Text("hi")
		w.Finish("end_turn", "", u)
		var got Usage
		for len(w.events) > 0 {
			e := w.next()
			got.Read(KindOf(e), e)
		}
		if got != u {
			t.Errorf("stream: %+v, want %+v", got, u)
		}
		whole := &Writer{Whole: true, Model: "m"}
		whole.Text("hi")
		whole.Finish("end_turn", "", u)
		got = Usage{}
		if got.ReadMessage(whole.Message()); got != u {
			t.Errorf("message: %+v, want %+v", got, u)
		}
	}
}

// RC-12
func TestTotalCountsEachTokenOnce(t *testing.T) {
	if got := (Usage{Input: 1, Output: 2, CacheCreation: 3, CacheRead: 4, CacheCreation1h: 3, Reasoning: 2}).Total(); got != 10 {
		t.Error(got)
	}
}
