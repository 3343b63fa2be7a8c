package anthropic

import "encoding/json"

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
	// Unread are the fields, wherever they stand, that have no place here, as labels, 16 at most: what a
	// translation loses without knowing.
	Unread Labels
}

// Message is one turn. Role is "user", "assistant" or "system".
type Message struct {
	Role    string
	Content Content
}

// Content is a list of blocks. A text in its place is one text block, an object a list of one.
type Content []Block

// Block is one content block of any type: which fields it has depends on Type.
type Block struct {
	Type         string
	Text         string          // text
	Source       *Source         // image, document, search_result
	Title        string          // document, search_result
	Context      string          // document
	ID           string          // tool_use, server_tool_use
	Name         string          // the same
	Input        json.RawMessage // the same; as written
	ToolUseID    string          // tool_result, *_tool_result
	Content      Content         // the same, search_result
	IsError      bool            // tool_result
	Thinking     string          // thinking
	Signature    string          // thinking; "" if nobody signed it
	Data         string          // redacted_thinking
	ToolName     string          // tool_reference
	Citations    json.RawMessage // text, document
	CacheControl json.RawMessage // any
}

// Label adds the labels of what a block has beside its content, which no other dialect carries.
func (b *Block) Label(labels *Labels) {
	if Given(b.CacheControl) {
		labels.Add("cache_control")
	}
	if Given(b.Citations) {
		labels.Add("citations")
	}
}

// Given reports whether a value is there and is not null.
func Given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// Source is where an image's or a document's content is. Type is "base64", "url", "text", "content"
// or "file"; a search_result's is a bare URL.
type Source struct {
	Type      string
	MediaType string
	Data      string
	URL       string
	FileID    string
	Content   Content
}

// Tool is a tool's definition. One that the client runs has no Type, or "custom".
type Tool struct {
	Type         string
	Name         string
	Description  string
	InputSchema  json.RawMessage // as written
	Strict       *bool
	DeferLoading bool
	CacheControl json.RawMessage
}

// ToolChoice says which tools may or must be used: Type is "auto", "any", "none" or "tool".
type ToolChoice struct {
	Type            string
	Name            string
	DisableParallel bool
}

// Thinking is what a request wants of it: Type is "enabled", "adaptive" or "disabled".
type Thinking struct {
	Type         string
	BudgetTokens int64 // of "enabled"
	Display      string
}

// OutputConfig is what a request wants of the answer.
type OutputConfig struct {
	Effort string // "low", "medium", "high", "max"; "" if absent
	Format *Format
}

// Format is a structured output's: Type is "json_schema".
type Format struct {
	Type   string
	Schema json.RawMessage // as written
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
