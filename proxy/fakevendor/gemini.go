package fakevendor

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// geminiMethod is the method of a path of the Gemini API, "" for any other path. Both forms end in it:
// /v1beta/models/{model}:generateContent and /v1internal:generateContent.
func geminiMethod(path string) string {
	switch method := path[strings.LastIndexByte(path, ':')+1:]; method {
	case "generateContent", "streamGenerateContent", "countTokens":
		return method
	}
	if strings.HasSuffix(path, "/v1beta/models") {
		return "models"
	}
	return ""
}

// readGemini takes from the path what other dialects have in the body.
func (c *Call) readGemini() {
	method := geminiMethod(c.Path)
	if method == "" {
		return
	}
	c.Stream = method == "streamGenerateContent"
	if c.Model == "" {
		name := c.Path[strings.LastIndexByte(c.Path, '/')+1:]
		c.Model = strings.TrimSuffix(name, ":"+method)
	}
}

// GeminiError is an error in Google's envelope. details are JSON objects, such as a RetryInfo.
func GeminiError(code int, status, message string, details ...string) Answer {
	more := ""
	if len(details) > 0 {
		more = `,"details":[` + strings.Join(details, ",") + `]`
	}
	return Refuse(code, fmt.Sprintf(`{"error":{"code":%d,"message":%s,"status":%s%s}}`, code, quote(message), quote(status), more))
}

// RetryInfo is the detail that asks to wait, such as "34s".
func RetryInfo(delay string) string {
	return `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":` + quote(delay) + `}`
}

// Gemini is what a model says in the terms of the Gemini API. Answer renders it once.
type Gemini struct {
	Model    string   // "" = "gemini-simulated"
	ID       string   // the answer's; "" = "simulated"
	Parts    []string // JSON, one in each chunk of a stream
	Finish   string   // the finishReason; "" = "STOP"
	Input    int      // tokens of the prompt; 0 = 12
	Internal bool     // in v1internal's envelope
}

// GeminiText is a part of text.
func GeminiText(text string) string { return `{"text":` + quote(text) + `}` }

// GeminiThought is a part of thinking.
func GeminiThought(text string) string { return `{"text":` + quote(text) + `,"thought":true}` }

// GeminiCall is a part that calls a function, signed. args are JSON; id "" leaves it out.
func GeminiCall(id, name, args, signature string) string {
	if id != "" {
		id = `"id":` + quote(id) + `,`
	}
	return `{"functionCall":{` + id + `"name":` + quote(name) + `,"args":` + args + `},"thoughtSignature":` + quote(signature) + `}`
}

// Answer is the answer, a part in each chunk of a stream and whole in the body.
func (g Gemini) Answer() Answer {
	if g.Model == "" {
		g.Model = "gemini-simulated"
	}
	if g.ID == "" {
		g.ID = "simulated"
	}
	if g.Finish == "" {
		g.Finish = "STOP"
	}
	if g.Input == 0 {
		g.Input = 12
	}
	var chunks []string
	for n, p := range g.Parts {
		chunks = append(chunks, "data: "+g.chunk(p, "", n+1)+"\r\n\r\n")
	}
	a := Chunked(append(chunks, "data: "+g.chunk("", g.Finish, len(g.Parts))+"\r\n\r\n")...)
	a.Body = g.chunk(strings.Join(g.Parts, ","), g.Finish, len(g.Parts))
	return a
}

// chunk is a GenerateContentResponse.
func (g Gemini) chunk(parts, finish string, output int) string {
	candidate := `"content":{"parts":[` + parts + `],"role":"model"},`
	if parts == "" {
		candidate = ""
	}
	if finish != "" {
		candidate += `"finishReason":` + quote(finish) + `,`
	}
	body := fmt.Sprintf(`{"candidates":[{%s"index":0}],"usageMetadata":{"promptTokenCount":%d,"candidatesTokenCount":%d,"totalTokenCount":%d},`+
		`"modelVersion":%s,"responseId":%s}`, candidate, g.Input, output, g.Input+output, quote(g.Model), quote(g.ID))
	if g.Internal {
		return `{"response":` + body + `,"traceId":"simulated"}`
	}
	return body
}

// plausibleGemini answers a call of the Gemini API as Plausible does, and refuses what the API does:
// roles that do not alternate, and of a model from 3 on a call without its signature.
func plausibleGemini(c Call) Answer {
	body := gjson.ParseBytes(c.Body)
	internal := strings.Contains(c.Path, "/v1internal:")
	if internal {
		body = body.Get("request")
	}
	contents := body.Get("contents").Array()
	if problem := geminiProblem(contents, strings.Contains(c.Model, "gemini-3")); problem != "" {
		return GeminiError(http.StatusBadRequest, "INVALID_ARGUMENT", problem)
	}
	n := strconv.Itoa(c.N)
	g := Gemini{Model: c.Model, ID: "response-" + n, Input: tokens(c), Internal: internal}
	if body.Get("generationConfig.thinkingConfig.includeThoughts").Bool() {
		g.Parts = append(g.Parts, GeminiThought("The user wants something."))
	}
	if tool := namedFunction(body, contents[len(contents)-1]); tool != "" {
		g.Parts = append(g.Parts, GeminiText("I will use "+tool+"."), GeminiCall("call-"+n, tool, `{"path":"README.md"}`, "c2lnbmF0dXJl"+strings.Repeat("A", 4*(c.N%3))))
	} else {
		g.Parts = append(g.Parts, GeminiText("Hello from "), GeminiText("a simulated vendor."))
	}
	return g.Answer()
}

// geminiProblem is why the API would refuse these contents, "" if it would not.
func geminiProblem(contents []gjson.Result, signed bool) string {
	if len(contents) == 0 {
		return "* GenerateContentRequest.contents: contents is not specified\n"
	}
	role := "model"
	for _, c := range contents {
		if c.Get("role").Str == role {
			return "Please ensure that multiturn requests alternate between user and model."
		}
		role = c.Get("role").Str
		if len(c.Get("parts").Array()) == 0 {
			return "* GenerateContentRequest.contents.parts: contents.parts must not be empty.\n"
		}
		if call := c.Get(`parts.#(functionCall)`); signed && call.Exists() && call.Get("thoughtSignature").Str == "" {
			return "Function call is missing a thought_signature in functionCall parts."
		}
	}
	return ""
}

// namedFunction is the first of the declared functions whose name is in the last content's text.
func namedFunction(body, last gjson.Result) string {
	text := ""
	for _, p := range last.Get("parts.#.text").Array() {
		text += " " + p.Str
	}
	for _, tool := range body.Get("tools").Array() {
		for _, name := range tool.Get("functionDeclarations.#.name").Array() {
			if strings.Contains(text, name.Str) {
				return name.Str
			}
		}
	}
	return ""
}

// geminiEndpoint answers what the script has no say in.
func geminiEndpoint(c Call, script Script) Answer {
	switch geminiMethod(c.Path) {
	case "countTokens":
		return Answer{Body: `{"totalTokens":` + strconv.Itoa(tokens(c)) + `}`}
	case "models":
		return Answer{Body: `{"models":[{"name":"models/gemini-simulated","displayName":"Simulated","supportedGenerationMethods":["generateContent","countTokens"]}]}`}
	}
	return script(c)
}
