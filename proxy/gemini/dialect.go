// Package gemini speaks Google's Gemini API: generateContent, streamGenerateContent and countTokens.
//
// A conversation becomes contents of the roles user and model. Blocks that the API has no part for
// become text, and what cannot be carried at all is named by a label, or refused where the answer
// would not be the same.
//
// Gemini signs the parts that it made while thinking, and its models from 3 on refuse a function call
// that comes back without its signature. The Messages API has a place for a signature in a thinking
// block only. So a signature travels in the thinking block before the block that it belongs to, behind
// a mark that says so (signature.go), and is put back where it was on the next turn.
package gemini

import (
	"net/url"
	"strings"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/sse"
)

// Dialect is the Gemini API. Its methods are pure.
type Dialect struct {
	// Internal is whether the vendor is v1internal, where the model stands beside the request and not
	// in the path, and answers come in an envelope. What is sent gets its envelope from the caller.
	Internal bool
}

// Encode returns the request for generateContent, or streamGenerateContent if it asks for a stream.
// The error is an *anthropic.Error with status 400 that names what the vendor cannot take.
func (d Dialect) Encode(r *anthropic.Request, model string) (anthropic.Encoded, error) {
	req, out, err := encode(r, model)
	if err != nil {
		return anthropic.Encoded{}, err
	}
	method := ":generateContent"
	if r.Stream {
		method = ":streamGenerateContent?alt=sse"
	}
	return encoded(d.path(model, method), req, out)
}

// Counts reports whether the vendor counts tokens: v1internal does not.
func (d Dialect) Counts() bool { return !d.Internal }

// EncodeCount returns the request for countTokens.
func (d Dialect) EncodeCount(r *anthropic.Request, model string) (anthropic.Encoded, error) {
	req, out, err := encode(r, model)
	if err != nil {
		return anthropic.Encoded{}, err
	}
	return encoded(d.path(model, ":countTokens"), countRequest{counted{resource(model), *req}}, out)
}

// Decode returns the vendor's stream as one of the Messages API.
func (Dialect) Decode(s sse.Stream, model string) sse.Stream {
	return anthropic.Translate(s, model, &decoder{})
}

// path is where a method is, below the base URL. v1internal has its methods directly behind its name:
// "…/v1internal:generateContent".
func (d Dialect) path(model, method string) string {
	if d.Internal {
		return method
	}
	collection, name, _ := strings.Cut(resource(model), "/")
	return "/" + collection + "/" + url.PathEscape(name) + method
}

// resource is a model's full name.
func resource(model string) string {
	if strings.HasPrefix(model, "models/") || strings.HasPrefix(model, "tunedModels/") {
		return model
	}
	return "models/" + model
}

// encoded completes out with the body.
func encoded(path string, body any, out anthropic.Encoded) (anthropic.Encoded, error) {
	raw, err := anthropic.EncodeJSON(body)
	if err != nil {
		return anthropic.Encoded{}, err
	}
	out.Path, out.Body = path, []string{raw}
	return out, nil
}
