package viewmodel

import (
	"cmp"
	"slices"
	"strings"

	"afterglow/proxy"
)

// Choices are the values of calls to choose from, each once, in the order in which they are met.
type Choices struct {
	Vendors, Models, Sessions []string // sessions in their short form
}

// ChoicesOf are the first values of calls, at most most of each kind. Of a model it is the vendor's name.
func ChoicesOf(calls []proxy.Call, most int) Choices {
	var c Choices
	add := func(list *[]string, value string) {
		if value != "" && len(*list) < most && !slices.Contains(*list, value) {
			*list = append(*list, value)
		}
	}
	for i := range calls {
		add(&c.Vendors, calls[i].Vendor)
		add(&c.Models, cmp.Or(calls[i].VendorModel, calls[i].Model))
		add(&c.Sessions, ShortSession(calls[i].Session))
	}
	return c
}

// With is a query's text with a word of [VendorWord], [ModelWord] or [SessionWord] in place of the one for the same
// field.
func With(text, word string) string {
	field, _, _ := strings.Cut(word, ":")
	words := slices.DeleteFunc(strings.Fields(text), func(w string) bool {
		return strings.HasPrefix(strings.ToLower(w), field+":")
	})
	return strings.Join(append(words, word), " ")
}
