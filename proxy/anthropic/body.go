package anthropic

import (
	"encoding/json"
	"errors"
	"net/http"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Body is a request's content, decoded for a dialect that has to write it anew. What a vendor of the
// Messages API gets is never decoded so far.
type Body struct {
	System        Content
	Messages      []Message
	Tools         []Tool
	ToolChoice    *ToolChoice
	MaxTokens     json.Number // "" if absent, as the numbers below
	Temperature   json.Number
	TopP          json.Number
	TopK          json.Number
	StopSequences []string
	Thinking      *Thinking
	OutputConfig  *OutputConfig
	UserID        string // metadata.user_id
}

// Message is one turn. Role is "user", "assistant" or "system".
type Message struct {
	Role    string  `json:"role"`
	Content Content `json:"content"`
}

// Content is a list of blocks. A string in its place is one text block, an object a list of one.
type Content []Block

// Block is one content block of any type: which fields it has depends on Type.
type Block struct {
	Type         string          `json:"type"`
	Text         string          `json:"text"`          // text
	Source       *Source         `json:"source"`        // image, document, search_result
	Title        string          `json:"title"`         // document, search_result
	Context      string          `json:"context"`       // document
	ID           string          `json:"id"`            // tool_use, server_tool_use
	Name         string          `json:"name"`          // the same
	Input        json.RawMessage `json:"input"`         // the same; as written
	ToolUseID    string          `json:"tool_use_id"`   // tool_result, *_tool_result
	Content      Content         `json:"content"`       // the same, search_result
	IsError      bool            `json:"is_error"`      // tool_result
	Thinking     string          `json:"thinking"`      // thinking
	Signature    string          `json:"signature"`     // thinking; "" if nobody signed it
	Data         string          `json:"data"`          // redacted_thinking
	ToolName     string          `json:"tool_name"`     // tool_reference
	Citations    json.RawMessage `json:"citations"`     // text, document
	CacheControl json.RawMessage `json:"cache_control"` // any
}

// Source is where an image's or a document's content is. Type is "base64", "url", "text", "content"
// or "file"; a search_result's is a bare URL.
type Source struct {
	Type      string  `json:"type"`
	MediaType string  `json:"media_type"`
	Data      string  `json:"data"`
	URL       string  `json:"url"`
	FileID    string  `json:"file_id"`
	Content   Content `json:"content"`
}

// Tool is a tool's definition. One that the client runs has no Type, or "custom".
type Tool struct {
	Type         string          `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"input_schema"` // as written
	Strict       *bool           `json:"strict"`
	DeferLoading bool            `json:"defer_loading"`
	CacheControl json.RawMessage `json:"cache_control"`
}

// ToolChoice says which tools may or must be used: Type is "auto", "any", "none" or "tool".
type ToolChoice struct {
	Type            string `json:"type"`
	Name            string `json:"name"`
	DisableParallel bool   `json:"disable_parallel_tool_use"`
}

// Thinking is what a request wants of it: Type is "enabled", "adaptive" or "disabled".
type Thinking struct {
	Type         string `json:"type"`
	BudgetTokens int64  `json:"budget_tokens"` // of "enabled"
	Display      string `json:"display"`
}

// OutputConfig is what a request wants of the answer.
type OutputConfig struct {
	Effort string  `json:"effort"` // "low", "medium", "high", "max"; "" if absent
	Format *Format `json:"format"`
}

// Format is a structured output's: Type is "json_schema".
type Format struct {
	Type   string          `json:"type"`
	Schema json.RawMessage `json:"schema"` // as written
}

// Decode decodes the whole body. The error is an *Error with status 400 that names the field: this
// request no translation can carry.
func (r *Request) Decode() (*Body, error) {
	b := &Body{}
	var problem error
	gjson.Parse(r.Body).ForEach(func(key, value gjson.Result) bool {
		if into := b.field(key.Str); into != nil {
			problem = decodeField(key.Str, value.Raw, into)
		}
		return problem == nil
	})
	return b, problem
}

// field is where a top-level field's value goes, nil for one that is not known.
func (b *Body) field(key string) any {
	switch key {
	case "system":
		return &b.System
	case "messages":
		return &b.Messages
	case "tools":
		return &b.Tools
	case "tool_choice":
		return &b.ToolChoice
	case "max_tokens":
		return &b.MaxTokens
	case "temperature":
		return &b.Temperature
	case "top_p":
		return &b.TopP
	case "top_k":
		return &b.TopK
	case "stop_sequences":
		return &b.StopSequences
	case "thinking":
		return &b.Thinking
	case "output_config":
		return &b.OutputConfig
	case "output_format": // the name that output_config.format had in its beta
		return &outputFormat{b}
	case "metadata":
		return &metadata{b}
	}
	return nil
}

type outputFormat struct{ body *Body }

func (o *outputFormat) UnmarshalJSON(raw []byte) error {
	if o.body.OutputConfig == nil {
		o.body.OutputConfig = &OutputConfig{}
	}
	return json.Unmarshal(raw, &o.body.OutputConfig.Format)
}

type metadata struct{ body *Body }

func (m *metadata) UnmarshalJSON(raw []byte) error {
	m.body.UserID = gjson.GetBytes(raw, "user_id").Str
	return nil
}

func decodeField(key, raw string, into any) error {
	// encoding/json copies what it keeps and changes nothing.
	err := json.Unmarshal(unsafe.Slice(unsafe.StringData(raw), len(raw)), into)
	var mistyped *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return Errorf(http.StatusBadRequest, "%s.%s: %s was not expected here", key, mistyped.Field, mistyped.Value)
	case errors.As(err, &mistyped):
		return Errorf(http.StatusBadRequest, "%s: %s was not expected here", key, mistyped.Value)
	}
	return Errorf(http.StatusBadRequest, "%s: %v", key, err)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Content) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		text := ""
		err := json.Unmarshal(raw, &text)
		*c = Content{{Type: "text", Text: text}}
		return err
	case '{':
		*c = make(Content, 1)
		return json.Unmarshal(raw, &(*c)[0])
	}
	return json.Unmarshal(raw, (*[]Block)(c))
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Source) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' {
		return json.Unmarshal(raw, &s.URL)
	}
	type plain Source
	return json.Unmarshal(raw, (*plain)(s))
}

// Labels are the names of what a request could not carry as it is, each once, in order.
type Labels []string

// Add adds a label, unless it is there.
func (l *Labels) Add(label string) {
	for _, have := range *l {
		if have == label {
			return
		}
	}
	*l = append(*l, label)
}

// longestLabel bounds, in bytes, a label that is made of a client's own words.
const longestLabel = 40

// LabelFor is the label for a field or a type that has no word of ours: its own name, cut and without
// what a label does not have.
func LabelFor(name string) string {
	var label []byte
	for _, c := range []byte(name[:min(len(name), longestLabel)]) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			label = append(label, c)
		}
	}
	if len(label) == 0 {
		return "unknown"
	}
	return string(label)
}
