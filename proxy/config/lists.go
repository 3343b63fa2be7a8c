package config

import (
	"strings"
)

// item is an element of a list as it is to be: an old one, or a new text.
type item struct {
	old  int // -1 = none
	text string
}

// setList makes a list's elements those wanted. Where each stands on lines of its own, they move with their comments;
// else the elements change in their places.
func (d *document) setList(list value, want []item) error {
	if rows, ok := d.rows(list); ok && len(want) > 0 {
		return d.setRows(list, rows, want)
	}
	n := len(list.items)
	if len(want) == 0 || n == 0 {
		var texts []string
		for _, w := range want {
			texts = append(texts, w.text)
		}
		return d.splice(list.span, "["+strings.Join(texts, ", ")+"]")
	}
	// From the end, so that the places before stay right. No place is looked for between.
	text := d.text
	if len(want) < n {
		text = text[:list.items[len(want)-1].to] + text[list.items[n-1].to:]
	}
	if len(want) > n {
		more := ""
		for _, w := range want[n:] {
			more += ", " + w.text
		}
		at := list.items[n-1].to
		text = text[:at] + more + text[at:]
	}
	for i := min(len(want), n) - 1; i >= 0; i-- {
		text = text[:list.items[i].from] + want[i].text + text[list.items[i].to:]
	}
	return d.splice(span{0, len(d.text)}, text)
}

// listRow is an element on lines of its own.
type listRow struct{ before, after string }

// rows are a list's elements where each stands on lines of its own, with the comments above it and behind it.
func (d *document) rows(list value) (rows []listRow, ok bool) {
	at := d.lineEnd(list.from)
	if len(list.items) == 0 || !blank(d.text[list.from+1:min(at, list.to)]) || at > list.to {
		return nil, false
	}
	for _, e := range list.items {
		if e.from < at || d.lineStart(e.from) < at || !allBlank(d.text[at:e.from]) {
			return nil, false
		}
		end := d.lineEnd(e.to)
		rest, _ := strings.CutPrefix(strings.TrimLeft(d.text[e.to:min(end, list.to)], " \t"), ",")
		if end > list.to || !blank(rest) {
			return nil, false
		}
		rows = append(rows, listRow{d.text[at:e.from], d.text[e.to:end]})
		at = end
	}
	return rows, allBlank(d.text[at : list.to-1])
}

// blank reports whether the rest of a line has nothing or a comment.
func blank(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

func allBlank(lines string) bool {
	for line := range strings.Lines(lines) {
		if !blank(line) {
			return false
		}
	}
	return true
}

func (d *document) setRows(list value, rows []listRow, want []item) error {
	last := rows[len(rows)-1]
	endComma := comma(last.after)
	first := rows[0].before
	indent := first[strings.LastIndexByte(first, '\n')+1:]
	text := ""
	for i, w := range want {
		row := listRow{indent, d.newline()}
		if w.old >= 0 {
			row = rows[w.old]
		}
		text += row.before + w.text + withComma(row.after, i < len(want)-1 || endComma)
	}
	return d.splice(span{d.lineEnd(list.from), d.lineEnd(list.items[len(list.items)-1].to)}, text)
}

func comma(after string) bool { return strings.HasPrefix(strings.TrimLeft(after, " \t"), ",") }

func withComma(after string, on bool) string {
	switch had := comma(after); {
	case on && !had:
		return "," + after
	case !on && had:
		return strings.Replace(after, ",", "", 1)
	}
	return after
}
