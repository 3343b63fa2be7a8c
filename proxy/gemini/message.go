package gemini

import (
	"encoding/json"
	"fmt"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/nesting"
)

// DecodeMessage turns a whole answer, or a list of a stream's chunks, into a message. The error is an
// *anthropic.Error if the vendor answered one.
func (Dialect) DecodeMessage(body []byte, model string) ([]byte, error) {
	w := &anthropic.Writer{Whole: true, Model: model}
	d := &decoder{}
	if err := d.Event(w, body); err != nil {
		return nil, err
	}
	if !w.Finished() {
		if err := d.End(w); err != nil {
			return nil, fmt.Errorf("read answer: %w", err)
		}
	}
	return w.Message(), nil
}

// DecodeCount turns the answer to countTokens into that of the Messages API.
func (Dialect) DecodeCount(body []byte) ([]byte, error) {
	total := gjson.GetBytes(body, "totalTokens")
	if !nesting.ValidBytes(body) || !gjson.ParseBytes(body).IsObject() {
		return nil, errNoJSON
	}
	return json.Marshal(struct {
		InputTokens int64 `json:"input_tokens"`
	}{max(0, total.Int())})
}
