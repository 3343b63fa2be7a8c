package viewmodel

import (
	"strings"

	"afterglow/proxy"
)

// Query chooses calls. The zero Query chooses all.
type Query struct {
	UnderWay, Failed bool // only those
	words            []word
}

// word is one word of a query; with a field it must be the field's value, without it is part of one.
type word struct{ field, text string }

// The fields that a word may name.
const (
	fieldVendor  = "vendor"
	fieldModel   = "model"
	fieldSession = "session"
)

// ParseQuery reads the words of text, all of which a call must match: "zhipu" is part of its vendor, of its model
// by either name or of its session; "vendor:zhipu", "model:glm-5.1" and "session:4f2a" are exact, a session by its
// start. Case does not matter.
func ParseQuery(text string) Query {
	var q Query
	for _, part := range strings.Fields(strings.ToLower(text)) {
		w := word{text: part}
		if field, value, ok := strings.Cut(part, ":"); ok && (field == fieldVendor || field == fieldModel || field == fieldSession) {
			w = word{field, value}
		}
		if w.text != "" {
			q.words = append(q.words, w)
		}
	}
	return q
}

// VendorWord, ModelWord and SessionWord are the words of a query for exactly that.
func VendorWord(vendor string) string { return fieldVendor + ":" + vendor }
func ModelWord(model string) string   { return fieldModel + ":" + model }
func SessionWord(id string) string    { return fieldSession + ":" + ShortSession(id) }

// All tells that every call matches.
func (q Query) All() bool { return !q.UnderWay && !q.Failed && len(q.words) == 0 }

// Match tells that a call is one of those chosen.
func (q Query) Match(c proxy.Call) bool {
	if q.UnderWay && c.Phase == proxy.Ended || q.Failed && !Failed(c) {
		return false
	}
	for _, w := range q.words {
		if !w.match(c) {
			return false
		}
	}
	return true
}

func (w word) match(c proxy.Call) bool {
	switch w.field {
	case fieldVendor:
		return strings.EqualFold(c.Vendor, w.text)
	case fieldModel:
		return strings.EqualFold(c.Model, w.text) || strings.EqualFold(c.VendorModel, w.text)
	case fieldSession:
		return strings.HasPrefix(strings.ToLower(ShortSession(c.Session)), w.text) || strings.HasPrefix(strings.ToLower(c.Session), w.text)
	}
	for _, value := range []string{c.Vendor, c.Model, c.VendorModel, c.Session} {
		if strings.Contains(strings.ToLower(value), w.text) {
			return true
		}
	}
	return false
}
