package viewmodel

import (
	"cmp"
	"slices"
	"strings"
)

// Column is a table's column, to sort by.
type Column uint8

const (
	ColumnName Column = iota
	ColumnVendor
	ColumnRequests
	ColumnTokens
	ColumnCost
	ColumnSuccess
	ColumnTook
	ColumnLast
)

// Order is how a table is sorted.
type Order struct {
	By   Column
	Down bool // the greatest first
}

// Next is the order after a click on a column's head: it turns what is sorted by it already. Numbers begin with the
// greatest, names with A.
func (o Order) Next(by Column) Order {
	if o.By == by {
		return Order{by, !o.Down}
	}
	return Order{by, by != ColumnName && by != ColumnVendor}
}

// Sort puts lines into an order. What is not known comes last in either direction, and equal lines by their names.
func (o Order) Sort(lines []Line) {
	slices.SortFunc(lines, func(a, b Line) int {
		if known := cmp.Compare(missing(a, o.By), missing(b, o.By)); known != 0 {
			return known
		}
		by := compare(a, b, o.By)
		if o.Down {
			by = -by
		}
		return cmp.Or(by, strings.Compare(a.Name, b.Name), strings.Compare(a.Vendor, b.Vendor))
	})
}

// missing is 1 where a line has nothing to sort by.
func missing(l Line, by Column) int {
	known := true
	switch by {
	case ColumnCost:
		known = Known(l.Cost)
	case ColumnSuccess:
		_, known = l.Success()
	case ColumnTook:
		known = l.TookMost > 0
	}
	if known {
		return 0
	}
	return 1
}

func compare(a, b Line, by Column) int {
	switch by {
	case ColumnVendor: // of a session, its models
		return cmp.Or(strings.Compare(a.Vendor, b.Vendor), slices.Compare(a.Models, b.Models))
	case ColumnRequests:
		return cmp.Compare(a.Requests, b.Requests)
	case ColumnTokens:
		return cmp.Compare(a.Tokens(), b.Tokens())
	case ColumnCost: // two currencies stand one after the other
		return cmp.Or(cmp.Compare(a.Cost.Dollars, b.Cost.Dollars), cmp.Compare(a.Cost.Yuan, b.Cost.Yuan))
	case ColumnSuccess:
		x, _ := a.Success()
		y, _ := b.Success()
		return cmp.Compare(x, y)
	case ColumnTook:
		return cmp.Compare(a.TookMost, b.TookMost)
	case ColumnLast:
		return a.Last.Compare(b.Last)
	}
	return strings.Compare(a.Name, b.Name)
}
