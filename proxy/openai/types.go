package openai

import "encoding/json"

// request is the body of POST /chat/completions.
type request struct {
	Model           string          `json:"model"`
	Messages        []message       `json:"messages"`
	MaxTokens       json.Number     `json:"max_tokens,omitempty"`
	MaxCompletion   json.Number     `json:"max_completion_tokens,omitempty"`
	Temperature     json.Number     `json:"temperature,omitempty"`
	TopP            json.Number     `json:"top_p,omitempty"`
	Stop            []string        `json:"stop,omitempty"`
	Stream          bool            `json:"stream,omitempty"`
	StreamOptions   *streamOptions  `json:"stream_options,omitempty"`
	Tools           []tool          `json:"tools,omitempty"`
	ToolChoice      any             `json:"tool_choice,omitempty"` // a word, or a namedTool
	Parallel        *bool           `json:"parallel_tool_calls,omitempty"`
	ResponseFormat  *responseFormat `json:"response_format,omitempty"`
	ReasoningEffort string          `json:"reasoning_effort,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// message is one turn. Which fields it has depends on Role.
type message struct {
	Role             string            `json:"role"`
	Content          any               `json:"content"` // a string, []part, or nil
	ReasoningContent *string           `json:"reasoning_content,omitempty"`
	Reasoning        string            `json:"reasoning,omitempty"`
	ReasoningDetails []json.RawMessage `json:"reasoning_details,omitempty"` // OpenRouter's
	ReasoningText    string            `json:"reasoning_text,omitempty"`    // Copilot's, with the next
	ReasoningOpaque  string            `json:"reasoning_opaque,omitempty"`
	ToolCalls        []toolCall        `json:"tool_calls,omitempty"`
	ToolCallID       string            `json:"tool_call_id,omitempty"`
}

// part is a piece of a user's content.
type part struct {
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	ImageURL *imageURL `json:"image_url,omitempty"`
	File     *file     `json:"file,omitempty"`
	// CacheControl is the Messages API's own; see familiar.
	CacheControl json.RawMessage `json:"cache_control,omitempty"`
}

type imageURL struct {
	URL string `json:"url"`
}

type file struct {
	Name string `json:"filename"`
	Data string `json:"file_data"`
}

type toolCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
	Extra *extraContent `json:"extra_content,omitempty"`
}

// extraContent is what Google's endpoint wants back with a call.
type extraContent struct {
	Google struct {
		ThoughtSignature string `json:"thought_signature"`
	} `json:"google"`
}

type tool struct {
	Type     string   `json:"type"`
	Function function `json:"function"`
}

type function struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

type namedTool struct {
	Type     string `json:"type"`
	Function struct {
		Name string `json:"name"`
	} `json:"function"`
}

type responseFormat struct {
	Type   string     `json:"type"`
	Schema jsonSchema `json:"json_schema"`
}

type jsonSchema struct {
	Name   string          `json:"name"`
	Schema json.RawMessage `json:"schema"`
	Strict bool            `json:"strict,omitempty"`
}
