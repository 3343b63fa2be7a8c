package config

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// firstChain is what stands above the tiers that are written first.
const firstChain = "# Written at the first change. Without this line the chain is every built-in vendor that has a key, then anthropic."

// WithTiers is the file with another chain.
func (f File) WithTiers(tiers [][]string) (File, error) {
	comment := ""
	if f.empty() {
		comment = firstChain
	}
	return f.begun().edit(func(d *document) error { return d.setTiers(tiers, comment) })
}

// begun is the file, with a first line if there is none yet.
func (f File) begun() File {
	if !f.Exists && f.Text == "" {
		f.Text = newFile
	}
	return f
}

// setRoot writes a value that stands before all tables, with a comment above it if it is not there yet.
func (d *document) setRoot(key, text, comment string) error {
	root := table{0, 1}
	if f, ok := d.find(root, key); ok {
		return d.splice(f.pair.value.span, text)
	}
	line, nl := keyText(key)+" = "+text, d.newline()
	if comment != "" {
		line = comment + nl + line
	}
	if len(d.sections[0].pairs) > 0 {
		return d.addLine(d.sectionEnd(0), line)
	}
	if len(d.sections) == 1 { // nothing but comments
		if d.text != "" && !strings.HasSuffix(d.text, "\n") {
			line = nl + line
		} else {
			line += nl
		}
		return d.splice(span{len(d.text), len(d.text)}, line)
	}
	at := d.above(d.sections[1].header.from)
	return d.splice(span{at, at}, line+nl+nl)
}

// setTiers writes the chain. Tiers that stay keep how they are written, with their comments.
func (d *document) setTiers(tiers [][]string, comment string) error {
	f, ok := d.find(table{0, 1}, "tiers")
	if !ok {
		return d.setRoot("tiers", tiersText(tiers), comment)
	}
	var want []item
	used := map[int]bool{}
	for _, tier := range tiers {
		w := item{-1, tierText(tier)}
		for i, e := range f.pair.value.items {
			if !used[i] && slices.Equal(tierIn(e), tier) {
				w = item{i, d.text[e.from:e.to]}
				used[i] = true
				break
			}
		}
		want = append(want, w)
	}
	for n, w := range want { // a pool that changed stays in its place
		if w.old >= 0 {
			continue
		}
		for i, e := range f.pair.value.items {
			if !used[i] && slices.ContainsFunc(tierIn(e), func(name string) bool { return slices.Contains(tiers[n], name) }) {
				want[n].old = i
				used[i] = true
				break
			}
		}
	}
	return d.setList(f.pair.value, want)
}

// tierIn are the names of a tier as it is written.
func tierIn(e value) (names []string) {
	if e.kind != unstable.Array {
		return []string{e.str}
	}
	for _, m := range e.items {
		names = append(names, m.str)
	}
	return names
}

func tierText(names []string) string {
	if len(names) == 1 {
		return quoted(names[0])
	}
	var list []string
	for _, n := range names {
		list = append(list, quoted(n))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

func tiersText(tiers [][]string) string {
	var list []string
	for _, tier := range tiers {
		list = append(list, tierText(tier))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// rename puts a vendor's new name wherever else the file names it: in the chain, the sessions' policies, and the prices.
func (d *document) rename(old, to string) error {
	for {
		at, ok := d.naming(old)
		if !ok {
			return nil
		}
		if err := d.splice(at.span, quotedAs(d.text, at, to)); err != nil {
			return err
		}
	}
}

func (d *document) naming(vendor string) (value, bool) {
	tiers, _ := d.find(table{0, 1}, "tiers")
	lists := []value{tiers.pair.value}
	for _, t := range d.tables("sessions") {
		f, _ := d.find(t, "vendors")
		lists = append(lists, f.pair.value)
	}
	for _, t := range d.tables("prices") {
		f, _ := d.find(t, "vendor")
		lists = append(lists, f.pair.value)
	}
	for len(lists) > 0 {
		v := lists[0]
		if v.kind == unstable.String && v.str == vendor {
			return v, true
		}
		lists = append(lists[1:], v.items...)
	}
	return value{}, false
}

// with is a chain with a vendor in it: last, but before a last tier of vendors that the client has its own credentials for,
// behind which nothing is asked.
func with(tiers [][]string, name string, clients func(name string) bool) [][]string {
	tiers = slices.Clone(tiers)
	at := len(tiers)
	if at > 0 && !slices.ContainsFunc(tiers[at-1], func(n string) bool { return !clients(n) }) {
		at--
	}
	return slices.Insert(tiers, at, []string{name})
}

// without is a chain without a vendor.
func without(tiers [][]string, name string) (rest [][]string) {
	for _, tier := range tiers {
		tier = slices.DeleteFunc(slices.Clone(tier), func(n string) bool { return n == name })
		if len(tier) > 0 {
			rest = append(rest, tier)
		}
	}
	return rest
}

// inline reports whether a key is one value where rows are expected.
func (d *document) inline(key string) error {
	if f, ok := d.find(table{0, 1}, key); ok && f.pair.value.kind == unstable.Array && len(f.pair.value.items) > 0 {
		return problem(key, "written as one list, %s = [ … ]. Afterglow can only change [[%s]] rows", key, key)
	}
	return nil
}
