package openai

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
)

// DecodeError reads an error answer. Its status says what kind of error it is: the types of OpenAI and
// of those who are compatible with it do not agree with it or with each other.
func (Dialect) DecodeError(status int, header http.Header, body []byte) *anthropic.Error {
	e := anthropic.DecodeError(status, header, body)
	e.Type, e.Body = anthropic.TypeOf(status), nil
	if e.Code == "" {
		e.Code = gjson.GetBytes(body, "error.type").Str
	}
	if status == http.StatusBadRequest || status == http.StatusRequestEntityTooLarge {
		e.Message = tooLong(e.Message)
	}
	return e
}

// contextLength is how OpenAI, and most who are compatible with it, say that a prompt is too long.
var contextLength = regexp.MustCompile(`maximum context length (?:is|of) (\d+) tokens\D+?(\d+) tokens`)

// tooLong says that a prompt is too long in the words that clients of the Messages API understand.
func tooLong(message string) string {
	if found := contextLength.FindStringSubmatch(message); found != nil {
		return fmt.Sprintf("prompt is too long: %s tokens > %s maximum (%s)", found[2], found[1], message)
	}
	return message
}

// failure reads an error that came under status 200: failed is the error in body.
func failure(body []byte, failed gjson.Result) *anthropic.Error {
	status := int(failed.Get("code").Int()) // OpenRouter's codes are statuses
	if status < 400 || status > 599 {
		status = statusOf(anthropic.Word(failed.Get("code")) + " " + failed.Get("type").Str)
	}
	e := Dialect{}.DecodeError(status, http.Header{}, body)
	e.Within200 = true
	return e
}

// words are what OpenAI's types and codes contain, and the status that goes with them.
var words = []struct {
	status int
	word   *regexp.Regexp
}{
	{http.StatusTooManyRequests, regexp.MustCompile(`rate_limit|quota|too_many`)},
	{anthropic.StatusOverloaded, regexp.MustCompile(`overload|unavailable|capacity`)},
	{http.StatusUnauthorized, regexp.MustCompile(`api_key|authentication`)},
	{http.StatusForbidden, regexp.MustCompile(`permission|forbidden`)},
	{http.StatusNotFound, regexp.MustCompile(`not_found`)},
	{http.StatusBadRequest, regexp.MustCompile(`invalid_request|context_length|invalid_value`)},
}

// statusOf reads a code or a type in any case: "CONTEXT_LENGTH_EXCEEDED".
func statusOf(kind string) int {
	kind = strings.ToLower(kind)
	for _, w := range words {
		if w.word.MatchString(kind) {
			return w.status
		}
	}
	return http.StatusInternalServerError
}

// ErrorBody is an error in OpenAI's envelope, for clients that speak it.
func ErrorBody(e *anthropic.Error) []byte {
	var answer struct {
		Error struct {
			Message string  `json:"message"`
			Type    string  `json:"type"`
			Param   *string `json:"param"`
			Code    *string `json:"code"`
		} `json:"error"`
	}
	answer.Error.Message, answer.Error.Type = e.Message, e.Type
	if e.Code != "" {
		answer.Error.Code = &e.Code
	}
	body, err := json.Marshal(answer)
	if err != nil { // texts always marshal
		panic(err)
	}
	return body
}
