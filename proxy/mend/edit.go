package mend

import "strings"

// edit replaces [from, to) of a text.
type edit struct {
	from, to int
	with     string
}

// splice applies edits, which are in order and do not overlap.
func splice(s string, edits []edit) string {
	size := len(s)
	for _, e := range edits {
		size += len(e.with) - (e.to - e.from)
	}
	var b strings.Builder
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(s[at:e.from])
		b.WriteString(e.with)
		at = e.to
	}
	b.WriteString(s[at:])
	return b.String()
}

// fields lists the fields of an object.
func fields(object string) []item {
	at := cursor{s: object}
	if !at.open('{') {
		return nil
	}
	var items []item
	for at.next('}') {
		start := at.i
		it := item{key: at.key(), start: start, from: at.i}
		at.skip()
		it.to = at.i
		items = append(items, it)
	}
	return items
}

// field returns the value of an object's field as it is written; "" if there is none. Of a field
// that is given twice the last counts, as most parsers have it.
func field(object, key string) string {
	value := ""
	for _, it := range fields(object) {
		if it.key == key {
			value = object[it.from:it.to]
		}
	}
	return value
}

// set gives an object's field a value, in its place if the object has it, else first.
func set(object, key, value string) string {
	items := fields(object)
	for n := len(items) - 1; n >= 0; n-- {
		if items[n].key == key {
			return splice(object, []edit{{items[n].from, items[n].to, value}})
		}
	}
	first := `"` + key + `":` + value
	if len(items) > 0 {
		first += ","
	}
	at := strings.IndexByte(object, '{') + 1
	return splice(object, []edit{{at, at, first}})
}

// without returns an object without a field.
func without(object, key string) string {
	items := fields(object)
	return splice(object, drop(items, func(it item) bool { return it.key == key }))
}

// drop makes the edits that remove items of an object, or of an array, with their commas.
func drop(items []item, gone func(item) bool) []edit {
	var edits []edit
	end := -1 // where the last item that stays ends
	for n, it := range items {
		switch {
		case !gone(it):
			end = it.to
		case n+1 < len(items):
			edits = append(edits, edit{it.start, items[n+1].start, ""})
		case end >= 0:
			// The items since then are gone too, and their commas; what is left is the last comma.
			for len(edits) > 0 && edits[len(edits)-1].from >= end {
				edits = edits[:len(edits)-1]
			}
			edits = append(edits, edit{end, it.to, ""})
		default:
			edits = append(edits, edit{it.start, it.to, ""})
		}
	}
	return edits
}

// elements lists the elements of an array; nil if it is none.
func elements(array string) []string {
	at := cursor{s: array}
	if !at.open('[') {
		return nil
	}
	var out []string
	for at.next(']') {
		out = append(out, at.skip())
	}
	return out
}

// rewrite passes every element of an array through change, which returns "" to drop it. The array
// itself is returned if nothing was changed.
func rewrite(array string, change func(element string) string) string {
	old := elements(array)
	kept := make([]string, 0, len(old))
	same := true
	for _, element := range old {
		now := change(element)
		same = same && now == element
		if now != "" {
			kept = append(kept, now)
		}
	}
	if same {
		return array
	}
	return "[" + strings.Join(kept, ",") + "]"
}
