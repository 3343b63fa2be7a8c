package fakevendor

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/tidwall/gjson"
)

// Script decides how a call is answered. Many goroutines may call it at once, and it must not block:
// waits belong into the Answer.
type Script func(Call) Answer

// Always gives every call the same answer.
func Always(a Answer) Script { return func(Call) Answer { return a } }

// InTurn gives the calls these answers, one after the other; the last one over and over.
func InTurn(answers ...Answer) Script {
	var next atomic.Int64
	return func(Call) Answer {
		return answers[min(int(next.Add(1)), len(answers))-1]
	}
}

// ByModel asks the script of the call's model. A model that is not there is answered with 404.
func ByModel(scripts map[string]Script) Script {
	return func(c Call) Answer {
		if s := scripts[c.Model]; s != nil {
			return s(c)
		}
		return AnthropicError(http.StatusNotFound, "not_found_error", "model: "+c.Model)
	}
}

// Plausible answers like a model with little to say: it thinks if it is asked to, uses the tool that
// the last message names, and otherwise says hello.
func Plausible(c Call) Answer {
	if geminiMethod(c.Path) != "" {
		return plausibleGemini(c)
	}
	if openAIPath(c.Path) {
		return plausibleOpenAI(c)
	}
	m := Message{Model: c.Model, Input: tokens(c)}
	if kind := gjson.GetBytes(c.Body, "thinking.type").Str; kind == "enabled" || kind == "adaptive" {
		m.Blocks = append(m.Blocks, ThinkingBlock("The user wants something.", "c2ltdWxhdGVkLXNpZ25hdHVyZQ=="))
	}
	if tool := namedTool(c.Body); tool != "" {
		m.Blocks = append(m.Blocks, TextBlock("I will use "+tool+"."), ToolUseBlock("toolu_simulated"+strconv.Itoa(c.N), tool, `{"path":"README.md"}`))
	} else {
		m.Blocks = append(m.Blocks, TextBlock("Hello from a simulated vendor."))
	}
	return m.Answer()
}

// namedTool is the first of the request's tools whose name is in the last message's text.
func namedTool(body []byte) (name string) {
	messages := gjson.GetBytes(body, "messages").Array()
	if len(messages) == 0 {
		return ""
	}
	content := messages[len(messages)-1].Get("content")
	text := content.Str
	for _, block := range content.Array() {
		text += " " + block.Get("text").Str
	}
	for _, tool := range gjson.GetBytes(body, "tools.#.name").Array() {
		if strings.Contains(text, tool.Str) {
			return tool.Str
		}
	}
	return ""
}

func countTokens(c Call) Answer {
	return Answer{Body: `{"input_tokens":` + strconv.Itoa(tokens(c)) + `}`}
}

func tokens(c Call) int { return len(c.Body)/4 + 1 }
