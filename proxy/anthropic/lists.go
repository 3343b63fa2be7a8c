package anthropic

import "github.com/tidwall/gjson"

// Each visits the objects of a list in a vendor's answer, with their places. What is optional may be null, absent or of
// another type: an object alone is a list of one, and all else is an empty list. It stops when visit reports false.
func Each(list gjson.Result, visit func(at int, one gjson.Result) bool) {
	if list.IsObject() {
		visit(0, list)
		return
	}
	if !list.IsArray() {
		return // gjson would visit null as one element
	}
	at := 0
	list.ForEach(func(_, one gjson.Result) bool {
		at++
		return !one.IsObject() || visit(at-1, one)
	})
}

// Word is a text in a vendor's answer, or a number in its place; "" for anything else.
func Word(v gjson.Result) string {
	if v.Type == gjson.Number {
		return v.Raw
	}
	return v.Str
}
