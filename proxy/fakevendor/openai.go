package fakevendor

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// openAIPath reports whether a path is one of OpenAI's that a vendor answers.
func openAIPath(path string) bool {
	return strings.HasSuffix(path, "/chat/completions") || strings.HasSuffix(path, "/models") && geminiMethod(path) == ""
}

// openAIEndpoint answers a path of OpenAI's.
func openAIEndpoint(c Call, script Script) Answer {
	if strings.HasSuffix(c.Path, "/models") {
		return Answer{Body: `{"object":"list","data":[{"id":"gpt-simulated","object":"model","created":1764000000,"owned_by":"simvendor"}]}`}
	}
	return script(c)
}

// OpenAIError is an error in OpenAI's envelope.
func OpenAIError(status int, kind, code, message string) Answer {
	return Refuse(status, `{"error":{"message":`+quote(message)+`,"type":`+quote(kind)+`,"param":null,"code":`+quote(code)+`}}`)
}

// Chat is what a model says in the terms of Chat Completions. Answer renders it once.
type Chat struct {
	Model     string // "" = "gpt-simulated"
	Reasoning string // as reasoning_content
	Text      string
	Calls     []ChatCall
	Finish    string // the finish_reason; "" = "tool_calls" where there are calls, else "stop"
	Input     int    // prompt_tokens; 0 = 12
	Cached    int    // of these
}

// ChatCall is a tool call. Input is JSON, and streamed in two pieces that are not.
type ChatCall struct{ ID, Name, Input string }

// Answer is the answer: a word or a piece in each chunk of a stream, its usage in the last, and whole in
// the body.
func (m Chat) Answer() Answer {
	if m.Model == "" {
		m.Model = "gpt-simulated"
	}
	if m.Finish == "" {
		m.Finish = "stop"
		if len(m.Calls) > 0 {
			m.Finish = "tool_calls"
		}
	}
	if m.Input == 0 {
		m.Input = 12
	}
	a := Chunked(m.chunks()...)
	a.Body = fmt.Sprintf(`{"id":"chatcmpl-simulated","object":"chat.completion","created":1764000000,"model":%s,"choices":[{"index":0,"message":{"role":"assistant","content":%s%s%s},"finish_reason":%s}],"usage":%s}`,
		quote(m.Model), m.content(), m.reasoning(), m.calls(), quote(m.Finish), m.usage())
	return a
}

func (m Chat) chunks() []string {
	head := `data: {"id":"chatcmpl-simulated","object":"chat.completion.chunk","created":1764000000,"model":` + quote(m.Model) + `,"choices":[`
	var all []string
	add := func(delta, finish string) {
		all = append(all, head+`{"index":0,"delta":`+delta+`,"finish_reason":`+finish+`}],"usage":null}`+"\n\n")
	}
	add(`{"role":"assistant","content":""}`, "null")
	for _, w := range words(m.Reasoning) {
		add(`{"reasoning_content":`+quote(w)+`}`, "null")
	}
	for _, w := range words(m.Text) {
		add(`{"content":`+quote(w)+`}`, "null")
	}
	for i, c := range m.Calls {
		add(fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%s,"type":"function","function":{"name":%s,"arguments":""}}]}`, i, quote(c.ID), quote(c.Name)), "null")
		half := len(c.Input) / 2
		for _, piece := range []string{c.Input[:half], c.Input[half:]} {
			add(fmt.Sprintf(`{"tool_calls":[{"index":%d,"function":{"arguments":%s}}]}`, i, quote(piece)), "null")
		}
	}
	add("{}", quote(m.Finish))
	return append(all, head+`],"usage":`+m.usage()+"}\n\n", "data: [DONE]\n\n")
}

func words(text string) []string {
	if text == "" {
		return nil
	}
	return strings.SplitAfter(text, " ")
}

func (m Chat) content() string {
	if m.Text == "" {
		return "null"
	}
	return quote(m.Text)
}

func (m Chat) reasoning() string {
	if m.Reasoning == "" {
		return ""
	}
	return `,"reasoning_content":` + quote(m.Reasoning)
}

func (m Chat) calls() string {
	var list []string
	for _, c := range m.Calls {
		list = append(list, fmt.Sprintf(`{"id":%s,"type":"function","function":{"name":%s,"arguments":%s}}`, quote(c.ID), quote(c.Name), quote(c.Input)))
	}
	if list == nil {
		return ""
	}
	return `,"tool_calls":[` + strings.Join(list, ",") + `]`
}

func (m Chat) usage() string {
	out := (len(m.Reasoning)+len(m.Text))/4 + 1
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`, m.Input, out, m.Input+out, m.Cached)
}

// plausibleOpenAI answers like Plausible in the terms of Chat Completions.
func plausibleOpenAI(c Call) Answer {
	m := Chat{Model: c.Model, Input: tokens(c)}
	if gjson.GetBytes(c.Body, "reasoning_effort").Exists() {
		m.Reasoning = "The user wants something."
	}
	names := map[string]bool{}
	for _, name := range gjson.GetBytes(c.Body, "tools.#.function.name").Array() {
		names[name.Str] = true
	}
	messages := gjson.GetBytes(c.Body, "messages").Array()
	m.Text = "Hello from a simulated vendor."
	if len(messages) == 0 {
		return m.Answer()
	}
	last := messages[len(messages)-1]
	for name := range names {
		if last.Get("role").Str == "user" && strings.Contains(last.Get("content").String(), name) {
			m.Text, m.Calls = "I will use "+name+".", []ChatCall{{fmt.Sprintf("call_simulated%d", c.N), name, `{"path":"README.md"}`}}
		}
	}
	return m.Answer()
}
