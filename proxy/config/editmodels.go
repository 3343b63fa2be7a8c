package config

import "slices"

// models writes the rules of a row.
func (e *vendorEdit) models(want Draft, above []Rule) error {
	row, err := e.row(want.Name)
	if err != nil {
		return err
	}
	f, inline := e.find(row, "models")
	tables := e.rules(row)
	switch {
	case sameRules(want.Models, above) && inline && !e.inner(f.pair.value.span):
		return e.remove(row, "models")
	case inline:
		return e.setList(f.pair.value, e.items(f.pair.value, want.Models))
	case len(tables) > 0 && len(want.Models) > 0:
		return e.ruleTables(want)
	case len(tables) > 0:
		if err := e.removeAll(row, "models"); err != nil {
			return err
		}
		if len(above) == 0 {
			return nil
		}
		if row, err = e.row(want.Name); err != nil {
			return err
		}
	}
	text := "["
	for _, r := range want.Models {
		text += e.newline() + "  " + ruleText(r) + ","
	}
	if len(want.Models) > 0 {
		text += e.newline()
	}
	return e.set(row, []string{"models"}, text+"]")
}

func ruleText(r Rule) string {
	return "{ match = " + quoted(r.Match) + ", to = " + quoted(r.To) + " }"
}

// inner reports whether a comment stands within a value.
func (d *document) inner(at span) bool {
	for i := at.from; i < at.to; {
		next := d.filler(i)
		if gap := d.text[i:min(next, at.to)]; next > i && slices.Contains([]byte(gap), '#') {
			return true
		}
		i = max(next, i+1)
	}
	return false
}

// items are a list of rules as it is to be: a rule that stays keeps how it is written, and of one with another goal only
// that changes.
func (e *vendorEdit) items(list value, want []Rule) []item {
	items, used := make([]item, len(want)), map[int]bool{}
	take := func(n int, fits func(Rule) bool) {
		for i, old := range list.items {
			if !used[i] && items[n].text == "" && fits(ruleIn(old)) {
				items[n] = item{i, e.ruleAs(old, want[n])}
				used[i] = true
			}
		}
	}
	for n := range want {
		take(n, func(r Rule) bool { return r.Match == want[n].Match && r.To == want[n].To })
	}
	for n := range want {
		take(n, func(r Rule) bool { return r.Match == want[n].Match })
	}
	for n := range want {
		if items[n].text == "" && n < len(list.items) && len(list.items) == len(want) && !used[n] {
			items[n] = item{n, e.ruleAs(list.items[n], want[n])}
			used[n] = true
		}
	}
	for n := range want {
		if items[n].text == "" {
			items[n] = item{-1, ruleText(want[n])}
		}
	}
	return items
}

func ruleIn(v value) (r Rule) {
	for _, p := range v.pairs {
		switch p.key[0] {
		case "match":
			r.Match = p.value.str
		case "to":
			r.To = p.value.str
		}
	}
	return r
}

// ruleAs is the text of a rule with other values.
func (e *vendorEdit) ruleAs(v value, want Rule) string {
	text := e.text
	whole, to := text[v.from:v.to], map[string]string{"match": want.Match, "to": want.To}
	for i := len(v.pairs) - 1; i >= 0; i-- {
		p := v.pairs[i]
		if p.value.str != to[p.key[0]] {
			whole = whole[:p.value.from-v.from] + quotedAs(text, p.value, to[p.key[0]]) + whole[p.value.to-v.from:]
		}
	}
	return whole
}

// rules are the [[vendors.models]] of a row.
func (e *vendorEdit) rules(row table) (list []table) {
	for _, t := range e.tables("vendors", "models") {
		if t.first > row.first && t.end <= row.end {
			list = append(list, t)
		}
	}
	return list
}

// ruleTables changes the [[vendors.models]] of a row in their places; more are added behind them.
func (e *vendorEdit) ruleTables(want Draft) error {
	for n := 0; ; n++ {
		row, err := e.row(want.Name)
		if err != nil {
			return err
		}
		tables := e.rules(row)
		switch {
		case n >= len(want.Models) && n >= len(tables):
			return nil
		case n >= len(want.Models):
			err = e.removeTable(tables[n])
			n--
		case n >= len(tables):
			nl := e.newline()
			err = e.addLine(e.sectionEnd(tables[len(tables)-1].end-1),
				nl+"[[vendors.models]]"+nl+"match = "+quoted(want.Models[n].Match)+nl+"to = "+quoted(want.Models[n].To))
		default:
			if err = e.set(tables[n], []string{"match"}, quoted(want.Models[n].Match)); err == nil {
				err = e.set(e.rules(row)[n], []string{"to"}, quoted(want.Models[n].To))
			}
		}
		if err != nil {
			return err
		}
	}
}
