package normalize

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

// fields appends the fields of the object that the cursor stands at; anything else is passed over.
func (c *cursor) fields(items []item) []item {
	if !c.open('{') {
		c.skip()
		return items
	}
	for c.next('}') {
		start := c.i
		it := item{key: c.key(), start: start, from: c.i}
		c.skip()
		it.to = c.i
		items = append(items, it)
	}
	return items
}

// fields lists the fields of an object.
func fields(object string) []item { return (&cursor{s: object}).fields(nil) }

// field returns the value of an object's field as it is written; "" if there is none. Of a field
// that is given twice the last counts, as most parsers have it.
func field(object, key string) string {
	value := ""
	c := cursor{s: object}
	if !c.open('{') {
		return ""
	}
	for c.next('}') {
		if k, v := c.key(), c.skip(); k == key {
			value = v
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

// object is an element of an array with its fields.
type object struct {
	raw   string
	items []item
}

// field is like the function field.
func (o object) field(key string) string {
	for n := len(o.items) - 1; n >= 0; n-- {
		if it := o.items[n]; it.key == key {
			return o.raw[it.from:it.to]
		}
	}
	return ""
}

// each calls visit with every element of an array. The fields of an object are valid until visit
// returns.
func each(array string, visit func(object)) {
	at := cursor{s: array}
	if !at.open('[') {
		return
	}
	var items []item
	for at.next(']') {
		start := at.i
		items = at.fields(items[:0])
		for n := range items {
			items[n].start, items[n].from, items[n].to = items[n].start-start, items[n].from-start, items[n].to-start
		}
		visit(object{array[start:at.i], items})
	}
}

// rewrite passes every element of an array through change, which returns "" to drop it. The array
// itself is returned if nothing was changed.
func rewrite(array string, change func(object) string) string {
	var kept []string
	same := true
	each(array, func(o object) {
		now := change(o)
		same = same && now == o.raw
		if now != "" {
			kept = append(kept, now)
		}
	})
	if same {
		return array
	}
	return "[" + strings.Join(kept, ",") + "]"
}
