package usage

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Kind is what an operation means for a vendor's concurrency.
type Kind uint8

const (
	Other Kind = iota // not known: a call to a model if it names one
	Call              // a call to a model
	Free              // no call to a model: lists, files, jobs, counts
)

// Operation is what a request asks for.
type Operation struct {
	Name string // as records call it; "unknown" if it is not known
	Kind Kind
}

// operation is a row of the table. The first that matches counts.
type operation struct {
	method string // "" = any
	path   *regexp.Regexp
	Operation
}

func op(method, path, name string, kind Kind) operation {
	return operation{method, regexp.MustCompile(path), Operation{name, kind}}
}

// operations are those of the three public APIs as their references had them in November 2026, by
// dialect. Paths are without the version and the slashes around them.
var operations = map[string][]operation{
	"openai": {
		op("POST", `^chat/completions$`, "chat", Call),
		op("", `^chat/completions(/|$)`, "chat", Free), // stored ones
		op("POST", `^completions$`, "completion", Call),
		op("POST", `^responses(/compact)?$`, "responses", Call),
		op("POST", `^responses/input_tokens$`, "count_tokens", Free),
		op("", `^responses/`, "responses", Free),
		op("POST", `^embeddings$`, "embedding", Call),
		op("POST", `^audio/transcriptions$`, "audio.transcription", Call),
		op("POST", `^audio/translations$`, "audio.translation", Call),
		op("POST", `^audio/speech$`, "audio.speech", Call),
		op("POST", `^images/generations$`, "image.generation", Other), // these have a model of their own
		op("POST", `^images/edits$`, "image.edit", Other),
		op("POST", `^images/variations$`, "image.variation", Other),
		op("POST", `^moderations$`, "moderation", Other),
		op("GET", `^models$`, "model.list", Free),
		op("", `^models/.`, "model.retrieve", Free),
		op("", `^files(/|$)`, "file", Free),
		op("", `^batches(/|$)`, "batch", Free),
		op("", `^fine_tuning(/|$)`, "finetune", Free),
		op("", `^assistants(/|$)`, "assistant", Free),
		op("", `^threads(/|$)`, "thread", Other),
		op("", `^vector_stores(/|$)`, "vector_store", Free),
		op("", `^uploads(/|$)`, "upload", Free),
	},
	"gemini": {
		op("POST", `:(generateContent|streamGenerateContent)$`, "generate_content", Call),
		op("POST", `:countTokens$`, "count_tokens", Free),
		op("POST", `:embedContent$`, "embedding", Call),
		op("POST", `:batchEmbedContents$`, "embedding.batch", Call),
		op("POST", `:(predict|predictLongRunning)$`, "predict", Call),
		op("", `^cachedContents(/|$)`, "cache", Free),
		op("", `^(upload/)?files(/|$)`, "file", Free),
		op("GET", `^models$`, "model.list", Free),
		op("GET", `^models/[^:]+$`, "model.retrieve", Free),
		op("", `^tunedModels(/|$)`, "tuned_model", Free),
	},
	"anthropic": {
		op("POST", `^messages/count_tokens$`, "count_tokens", Free),
		op("", `^messages/batches(/|$)`, "messages.batch", Free),
		op("POST", `^messages$`, "messages", Call),
		op("GET", `^models$`, "model.list", Free),
		op("GET", `^models/.`, "model.retrieve", Free),
		op("", `^files(/|$)`, "file", Free),
		op("", `^organizations(/|$)`, "organization", Free),
	},
}

// version is a segment such as "v1", "v1beta" or "v4", which some clients leave out (RC-58).
var version = regexp.MustCompile(`^(upload/)?v\d+[a-z]*\d*/`)

// OperationOf names what a request of a dialect ("openai", "gemini", "anthropic") asks for. path is
// the escaped path below the API's base URL, with or without a version.
func OperationOf(dialect, method, path string) Operation {
	path = strings.Trim(plain(path), "/")
	path = version.ReplaceAllString(path, "$1")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for _, o := range operations[dialect] {
		if (o.method == "" || o.method == method) && o.path.MatchString(path) {
			return o.Operation
		}
	}
	return Operation{Name: "unknown"}
}

// inPath is a model that a path names: …/models/{model}:verb.
var inPath = regexp.MustCompile(`(?:^|/)(?:models|tunedModels)/([^:]+):\w+/?$`)

// ModelIn is the model that an escaped path calls, "" if it names none.
func ModelIn(path string) string {
	if found := inPath.FindStringSubmatch(plain(path)); found != nil {
		return found[1]
	}
	return ""
}

// plain is a path without its escapes.
func plain(path string) string {
	if p, err := url.PathUnescape(path); err == nil {
		return p
	}
	return path
}
