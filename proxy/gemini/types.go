package gemini

import "encoding/json"

// request is the body of generateContent. The contents come last: what stands before them is the same
// on every turn, so a conversation that grows keeps its bytes, and with them the prompt cache.
type request struct {
	SystemInstruction *content          `json:"systemInstruction,omitempty"`
	Tools             []tool            `json:"tools,omitempty"`
	ToolConfig        *toolConfig       `json:"toolConfig,omitempty"`
	GenerationConfig  *generationConfig `json:"generationConfig,omitempty"`
	Contents          []content         `json:"contents"`
}

// countRequest is the body of countTokens for all that a call holds. Model is a resource's name.
type countRequest struct {
	GenerateContentRequest counted `json:"generateContentRequest"`
}

type counted struct {
	Model string `json:"model"`
	request
}

type content struct {
	Role  string `json:"role,omitempty"` // "user" or "model"; none for the system's
	Parts []part `json:"parts"`
}

// part holds one of text, inlineData, fileData, functionCall and functionResponse.
type part struct {
	Text             *string           `json:"text,omitempty"`
	Thought          bool              `json:"thought,omitempty"`
	InlineData       *blob             `json:"inlineData,omitempty"`
	FileData         *fileData         `json:"fileData,omitempty"`
	FunctionCall     *functionCall     `json:"functionCall,omitempty"`
	FunctionResponse *functionResponse `json:"functionResponse,omitempty"`
	ThoughtSignature string            `json:"thoughtSignature,omitempty"`
}

type blob struct {
	MimeType string `json:"mimeType"`
	Data     string `json:"data"` // base64
}

type fileData struct {
	MimeType string `json:"mimeType"`
	FileURI  string `json:"fileUri"`
}

type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args"` // as the client wrote it
}

type functionResponse struct {
	ID       string   `json:"id,omitempty"`
	Name     string   `json:"name"`
	Response response `json:"response"`
}

// response has one of the two keys that the API gives a meaning.
type response struct {
	Output *string `json:"output,omitempty"`
	Error  *string `json:"error,omitempty"`
}

type tool struct {
	FunctionDeclarations []declaration `json:"functionDeclarations,omitempty"`
	GoogleSearch         *struct{}     `json:"googleSearch,omitempty"`
}

type declaration struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"` // a cleaned schema
}

type toolConfig struct {
	FunctionCallingConfig functionCallingConfig `json:"functionCallingConfig"`
}

type functionCallingConfig struct {
	Mode                 string   `json:"mode"` // "AUTO", "ANY", "NONE"
	AllowedFunctionNames []string `json:"allowedFunctionNames,omitempty"`
}

type generationConfig struct {
	MaxOutputTokens  json.Number     `json:"maxOutputTokens,omitempty"`
	Temperature      json.Number     `json:"temperature,omitempty"`
	TopP             json.Number     `json:"topP,omitempty"`
	TopK             json.Number     `json:"topK,omitempty"`
	StopSequences    []string        `json:"stopSequences,omitempty"`
	ResponseMimeType string          `json:"responseMimeType,omitempty"`
	ResponseSchema   json.RawMessage `json:"responseSchema,omitempty"` // a cleaned schema
	ThinkingConfig   *thinkingConfig `json:"thinkingConfig,omitempty"`
}

// thinkingConfig has a level for the models from 3 on and a budget for those before; both together
// are refused.
type thinkingConfig struct {
	IncludeThoughts bool   `json:"includeThoughts,omitempty"`
	ThinkingBudget  *int64 `json:"thinkingBudget,omitempty"` // in tokens; 0 is off, -1 as the model likes
	ThinkingLevel   string `json:"thinkingLevel,omitempty"`  // "MINIMAL", "LOW", "MEDIUM", "HIGH"
}
