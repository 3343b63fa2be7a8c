package anthropic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/nesting"
	"afterglow/proxy/sse"
)

// Dialect is the identity: a vendor that speaks the Messages API gets the client's bytes, and the
// client gets the vendor's.
type Dialect struct{}

// Encoded is a request as a vendor gets it.
type Encoded struct {
	Path   string   // below the vendor's base URL; it may have a query
	Body   []string // in parts to be sent one after the other; they may be slices of the request's body
	Labels Labels   // what could not be carried as it is
	// Names are the client's names of the tools that were sent under others, by those; see [WithNames].
	Names map[string]string
}

// EncodeJSON writes a request for a dialect that made it anew. It leaves <, > and & as they are: code is
// full of them.
func EncodeJSON(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", Errorf(http.StatusBadRequest, "encode request: %v", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// Encode leaves everything as it is but the model.
func (Dialect) Encode(r *Request, model string) (Encoded, error) {
	return Encoded{Path: "/v1/messages", Body: r.Parts(model)}, nil
}

// Counts reports that there is an endpoint to count tokens.
func (Dialect) Counts() bool { return true }

// EncodeCount is Encode for a count of tokens.
func (Dialect) EncodeCount(r *Request, model string) (Encoded, error) {
	return Encoded{Path: "/v1/messages/count_tokens", Body: r.Parts(model)}, nil
}

// DecodeCount returns the count as it is. What is none is an error.
func (Dialect) DecodeCount(body []byte) ([]byte, error) {
	if nesting.ValidBytes(body) && gjson.GetBytes(body, "input_tokens").Type == gjson.Number {
		return body, nil
	}
	if failed := FailedWithin200(body); failed != nil {
		return nil, failed
	}
	return nil, fmt.Errorf("the answer is not a count: %s", excerpt(body))
}

// Decode returns the stream as it is.
func (Dialect) Decode(s sse.Stream, model string) sse.Stream { return s }

// DecodeMessage returns the message as it is. What is no message is an error, whatever its status: many gateways answer 200 with
// an error in words and fields of their own.
func (Dialect) DecodeMessage(body []byte, model string) ([]byte, error) {
	root := gjson.ParseBytes(body)
	if !root.IsObject() || !nesting.ValidBytes(body) {
		return nil, errors.New("the answer is not a JSON object")
	}
	if root.Get("type").Str != "message" && !root.Get("content").IsArray() {
		if failed := FailedWithin200(body); failed != nil {
			return nil, failed
		}
		return nil, fmt.Errorf("the answer is not a message: %s", excerpt(body))
	}
	return body, nil
}

// DecodeError reads an error answer.
func (Dialect) DecodeError(status int, header http.Header, body []byte) *Error {
	return DecodeError(status, header, body)
}
