package app

import (
	"strings"
	"time"

	"afterglow/app/board"
)

// newVendorTable, newModelTable and newSessionTable are the tables of the usage page.
func newVendorTable(resized func()) *tableView {
	return newTable(tr("usage.by_vendor"), board.Order{By: board.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(tr("usage.vendor"))}, numberColumns()...)...)
}

func newModelTable(resized func()) *tableView {
	vendor := column{tr("usage.vendor"), board.ColumnVendor, 0, func(l *board.Line) string { return l.Vendor }}
	return newTable(tr("usage.by_model"), board.Order{By: board.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(tr("usage.model")), vendor}, numberColumns()...)...)
}

// A session has its key in short, and is copied whole.
func newSessionTable(d desk, resized func()) *tableView {
	key := column{tr("usage.session"), board.ColumnName, 0, func(l *board.Line) string { return board.ShortSession(l.Name) }}
	models := column{tr("usage.model"), board.ColumnVendor, 0, func(l *board.Line) string { return strings.Join(l.Models, ", ") }}
	last := column{tr("usage.last"), board.ColumnLast, 88, func(l *board.Line) string { return lastText(l.Last) }}
	t := newTable(tr("usage.by_session"), board.Order{By: board.ColumnLast, Down: true}, resized,
		key, models, last, requestsColumn(), tokensColumn(), costColumn(), successColumn())
	t.copy = func(l *board.Line) { d.copy(l.Name) }
	return t
}

func numberColumns() []column {
	return []column{requestsColumn(), tokensColumn(), costColumn(), successColumn(),
		{tr("usage.p95_head"), board.ColumnTook, 56, func(l *board.Line) string { return spanText(l.TookMost) }}}
}

func nameColumn(title string) column {
	return column{title, board.ColumnName, 0, func(l *board.Line) string { return l.Name }}
}

func requestsColumn() column {
	return column{tr("usage.requests"), board.ColumnRequests, 64, func(l *board.Line) string { return board.Exact(l.Requests) }}
}

func tokensColumn() column {
	return column{tr("usage.tokens"), board.ColumnTokens, 56, func(l *board.Line) string { return board.Tokens(l.Tokens()) }}
}

func costColumn() column {
	return column{tr("usage.cost"), board.ColumnCost, 92, func(l *board.Line) string { return l.Cost.String() }}
}

func successColumn() column {
	return column{tr("usage.success"), board.ColumnSuccess, 56, func(l *board.Line) string { return successText(l.Figures) }}
}

// lastText is a time without its year.
func lastText(t time.Time) string { return t.Local().Format("01-02 15:04") }
