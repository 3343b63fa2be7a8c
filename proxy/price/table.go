package price

import "strings"

// Key names a row of the list. "*" in Model stands for any text.
type Key struct{ Vendor, Model string }

// Row is a row of a price list.
type Row struct {
	Key
	Price
}

// Table is a price list. A nil Table has no prices.
type Table map[Key]Price

// Make makes a table of lists. A list goes before those that follow it; within one a name goes before a
// pattern, and the first row of several that fit counts.
func Make(lists ...[]Row) Table {
	t, rank := Table{}, 0
	for i, list := range lists {
		for _, row := range banded(list) {
			if shadowed(row.Key, lists[:i]) {
				continue
			}
			rank++
			row.rank = rank
			t.put(row.Key, row.Price)
			t.put(Key{row.Vendor, Normal(row.Model)}, row.Price)
		}
	}
	return t
}

// banded puts the bands of a model, which a list has as rows of one Key, into one row.
func banded(list []Row) []Row {
	var rows []Row
	place := map[Key]int{}
	for _, row := range list {
		i, found := place[row.Key]
		if !found {
			place[row.Key] = len(rows)
			rows = append(rows, row)
			continue
		}
		if first := &rows[i].Price; first.Beyond != row.Beyond {
			first.bands = append(first.bands, row.Price)
		}
	}
	return rows
}

// shadowed reports whether a pattern of an earlier list fits a row, which without it would go first as a name.
func shadowed(k Key, earlier [][]Row) bool {
	for _, list := range earlier {
		for _, row := range list {
			if row.Vendor == k.Vendor && fits(Normal(row.Model), Normal(k.Model)) {
				return true
			}
		}
	}
	return false
}

func (t Table) put(k Key, p Price) {
	if _, taken := t[k]; !taken {
		t[k] = p
	}
}

// Find gives the price of a vendor's model: that of its exact name; or else of its Normal name; or else of the
// first pattern that fits the Normal name.
func (t Table) Find(vendor, model string) (Price, bool) {
	if p, ok := t[Key{vendor, model}]; ok {
		return p, true
	}
	name := Normal(model)
	if p, ok := t[Key{vendor, name}]; ok {
		return p, true
	}
	var best Price
	found := false
	for k, p := range t {
		if k.Vendor == vendor && (!found || p.rank < best.rank) && strings.Contains(k.Model, "*") && fits(k.Model, name) {
			best, found = p, true
		}
	}
	return best, found
}

// Normal is the form of a model's name in which a list is searched: in lower case, without an "@" and what
// follows, and with "-" for ".". A list holds its rows under both.
func Normal(model string) string {
	model, _, _ = strings.Cut(model, "@")
	return strings.ReplaceAll(strings.ToLower(model), ".", "-")
}

// fits reports whether a name is a pattern's, in which "*" stands for any text.
func fits(pattern, name string) bool {
	first, rest, more := strings.Cut(pattern, "*")
	name, ok := strings.CutPrefix(name, first)
	for ok && more {
		var part string
		part, rest, more = strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(name, part)
		}
		_, name, ok = strings.Cut(name, part)
	}
	return ok && name == ""
}
