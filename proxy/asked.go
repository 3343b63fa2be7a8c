package proxy

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/usage"
)

// asked is what a call on a vendor route asks for.
type asked struct {
	model  string  // "" if it is no call to a model
	stream bool    // the answer will come in events
	body   *string // nil if it was not read: then it is streamed
}

// ask finds out which model a call is for, from its path or its body. What is known to be no call to a
// model passes without a look at its body.
func (s *Server) ask(c *routed, r *http.Request) *anthropic.Error {
	kind := r.Header.Get("Content-Type")
	unsure := c.kind == usage.Other && (r.Body == http.NoBody || !usage.IsJSON(kind))
	if c.kind == usage.Free || unsure {
		return nil
	}
	body, refused := s.readHeld(c.w.ResponseWriter, r, &c.rec.room)
	if refused != nil {
		return refused
	}
	model, stream, err := modelOf(kind, body)
	if err != nil {
		return anthropic.Errorf(http.StatusBadRequest, "%v", err)
	}
	if named := modelIn(c.path); named != "" {
		model = named
	}
	if model == "" && c.kind == usage.Call {
		return anthropic.Errorf(http.StatusBadRequest, "model: field required")
	}
	if badModel(model) {
		return badModelError()
	}
	// Cloned, or the name alone would keep the whole body in memory.
	c.asks = asked{strings.Clone(model), stream || strings.Contains(c.path, ":streamGenerateContent"), &body}
	return nil
}

// modelOf reads a body's model, "" if it has none, and whether it asks for a stream. A model that is
// given twice is refused: vendors differ in which of the two they take.
func modelOf(contentType, body string) (model string, stream bool, err error) {
	if kind, params, _ := mime.ParseMediaType(contentType); kind == "multipart/form-data" {
		return modelOfForm(body, params["boundary"])
	}
	root := gjson.Parse(body)
	if !root.IsObject() {
		return "", false, nil
	}
	models := 0
	root.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "model":
			model = value.Str
			models++
		case "stream":
			stream = value.Type == gjson.True
		}
		return true
	})
	if models > 1 {
		return "", false, errors.New("model: this key appears twice")
	}
	return model, stream, nil
}

// modelOfForm reads the fields of a form, such as an upload of speech.
func modelOfForm(body, boundary string) (model string, stream bool, err error) {
	models := 0
	for form := multipart.NewReader(strings.NewReader(body), boundary); ; {
		part, err := form.NextPart()
		if err != nil { // its end, or a form that the vendor will refuse
			break
		}
		switch part.FormName() {
		case "model":
			value, _ := io.ReadAll(io.LimitReader(part, maxName+1))
			model = string(value)
			models++
		case "stream":
			value, _ := io.ReadAll(io.LimitReader(part, 8))
			stream = string(value) == "true"
		}
	}
	if models > 1 {
		return "", false, errors.New("model: this key appears twice")
	}
	return model, stream, nil
}
