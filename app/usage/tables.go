package usage

import (
	"strings"
	"time"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
)

// newVendorTable, newModelTable and newSessionTable are the tables of the usage page.
func newVendorTable(resized func()) *table {
	return newTable(ui.Tr("usage.by_vendor"), viewmodel.Order{By: viewmodel.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(ui.Tr("usage.vendor"))}, numberColumns()...)...)
}

func newModelTable(resized func()) *table {
	vendor := column{ui.Tr("usage.vendor"), viewmodel.ColumnVendor, 0, func(l *viewmodel.Line) string { return l.Vendor }}
	return newTable(ui.Tr("usage.by_model"), viewmodel.Order{By: viewmodel.ColumnRequests, Down: true}, resized,
		append([]column{nameColumn(ui.Tr("usage.model")), vendor}, numberColumns()...)...)
}

// A session has its key in short, and is copied whole.
func newSessionTable(d ui.Context, resized func()) *table {
	key := column{ui.Tr("usage.session"), viewmodel.ColumnName, 0, func(l *viewmodel.Line) string { return viewmodel.ShortSession(l.Name) }}
	models := column{ui.Tr("usage.model"), viewmodel.ColumnVendor, 0, func(l *viewmodel.Line) string { return strings.Join(l.Models, ", ") }}
	last := column{ui.Tr("usage.last"), viewmodel.ColumnLast, 88, func(l *viewmodel.Line) string { return lastText(l.Last) }}
	t := newTable(ui.Tr("usage.by_session"), viewmodel.Order{By: viewmodel.ColumnLast, Down: true}, resized,
		key, models, last, requestsColumn(), tokensColumn(), costColumn(), successColumn())
	t.copy = func(l *viewmodel.Line) { d.Copy(l.Name) }
	return t
}

func numberColumns() []column {
	return []column{requestsColumn(), tokensColumn(), costColumn(), successColumn(),
		{ui.Tr("usage.p95_head"), viewmodel.ColumnTook, 56, func(l *viewmodel.Line) string { return ui.SpanText(l.TookMost) }}}
}

func nameColumn(title string) column {
	return column{title, viewmodel.ColumnName, 0, func(l *viewmodel.Line) string { return l.Name }}
}

func requestsColumn() column {
	return column{ui.Tr("usage.requests"), viewmodel.ColumnRequests, 64, func(l *viewmodel.Line) string { return viewmodel.Exact(l.Requests) }}
}

func tokensColumn() column {
	return column{ui.Tr("usage.tokens"), viewmodel.ColumnTokens, 56, func(l *viewmodel.Line) string { return viewmodel.Tokens(l.Tokens()) }}
}

func costColumn() column {
	return column{ui.Tr("usage.cost"), viewmodel.ColumnCost, 92, func(l *viewmodel.Line) string { return l.Cost.String() }}
}

func successColumn() column {
	return column{ui.Tr("usage.success"), viewmodel.ColumnSuccess, 56, func(l *viewmodel.Line) string { return successText(l.Figures) }}
}

// lastText is a time without its year.
func lastText(t time.Time) string { return t.Local().Format("01-02 15:04") }
