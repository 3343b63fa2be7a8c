package app

import (
	"strings"
	"time"

	"afterglow/app/viewmodel"
)

// newVendorTable, newModelTable and newSessionTable are the tables of the usage page.
func newVendorTable(resized func()) *tableView {
	return newTable(tr("usage.by_vendor"), viewmodel.Order{By: viewmodel.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(tr("usage.vendor"))}, numberColumns()...)...)
}

func newModelTable(resized func()) *tableView {
	vendor := column{tr("usage.vendor"), viewmodel.ColumnVendor, 0, func(l *viewmodel.Line) string { return l.Vendor }}
	return newTable(tr("usage.by_model"), viewmodel.Order{By: viewmodel.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(tr("usage.model")), vendor}, numberColumns()...)...)
}

// A session has its key in short, and is copied whole.
func newSessionTable(d desk, resized func()) *tableView {
	key := column{tr("usage.session"), viewmodel.ColumnName, 0, func(l *viewmodel.Line) string { return viewmodel.ShortSession(l.Name) }}
	models := column{tr("usage.model"), viewmodel.ColumnVendor, 0, func(l *viewmodel.Line) string { return strings.Join(l.Models, ", ") }}
	last := column{tr("usage.last"), viewmodel.ColumnLast, 88, func(l *viewmodel.Line) string { return lastText(l.Last) }}
	t := newTable(tr("usage.by_session"), viewmodel.Order{By: viewmodel.ColumnLast, Down: true}, resized,
		key, models, last, requestsColumn(), tokensColumn(), costColumn(), successColumn())
	t.copy = func(l *viewmodel.Line) { d.copy(l.Name) }
	return t
}

func numberColumns() []column {
	return []column{requestsColumn(), tokensColumn(), costColumn(), successColumn(),
		{tr("usage.p95_head"), viewmodel.ColumnTook, 56, func(l *viewmodel.Line) string { return spanText(l.TookMost) }}}
}

func nameColumn(title string) column {
	return column{title, viewmodel.ColumnName, 0, func(l *viewmodel.Line) string { return l.Name }}
}

func requestsColumn() column {
	return column{tr("usage.requests"), viewmodel.ColumnRequests, 64, func(l *viewmodel.Line) string { return viewmodel.Exact(l.Requests) }}
}

func tokensColumn() column {
	return column{tr("usage.tokens"), viewmodel.ColumnTokens, 56, func(l *viewmodel.Line) string { return viewmodel.Tokens(l.Tokens()) }}
}

func costColumn() column {
	return column{tr("usage.cost"), viewmodel.ColumnCost, 92, func(l *viewmodel.Line) string { return l.Cost.String() }}
}

func successColumn() column {
	return column{tr("usage.success"), viewmodel.ColumnSuccess, 56, func(l *viewmodel.Line) string { return successText(l.Figures) }}
}

// lastText is a time without its year.
func lastText(t time.Time) string { return t.Local().Format("01-02 15:04") }
