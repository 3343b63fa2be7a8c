package live

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/limiter"
	"afterglow/proxy/calendar"
	"afterglow/proxy/history"
)

// historyService is what the history of a gauge asks of the proxy. It reads a database, and is not for the UI's goroutine.
type historyService interface {
	History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error)
}

// historyView is the history of one gauge: a chart, the choice of its span, and at what limits calls were
// refused.
type historyView struct {
	svc    historyService
	desk   ui.Context
	span   *widget.Segment
	chart  *widget.TimeChart
	remark *fynewidget.Label // on the limits, or why there is no chart
	key    limiter.Key
	stop   context.CancelFunc // ends the reading; nil while hidden
	sized  func()             // called when it has another size
	root   fyne.CanvasObject
}

func newHistoryView(svc historyService, d ui.Context) *historyView {
	v := &historyView{svc: svc, desk: d, chart: widget.NewTimeChart(), remark: fynewidget.NewLabel(""), sized: func() {}}
	v.span = widget.NewSegment(ui.Tr("history.hour"), ui.Tr("history.24_hours"), ui.Tr("history.30_days"))
	v.span.OnChosen = func(int) { v.show(v.key) }
	v.remark.Wrapping = fyne.TextWrapWord
	v.chart.Hide()
	v.root = container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewHBox(v.span),
		v.chart,
		container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, -ui.TextInset, -ui.TextInset), v.remark))
	return v
}

// show begins to show a gauge's history, and keeps it up to date until hide.
func (v *historyView) show(k limiter.Key) {
	v.hide()
	if k != v.key {
		v.key = k
		v.clear("")
	}
	ctx, cancel := context.WithCancel(context.Background())
	v.stop = cancel
	span := viewmodel.Span(v.span.Chosen())
	go v.desk.Follow(ctx, span.Again(), func() func() {
		points, err := v.svc.History(ctx, k, span.Length())
		now := calendar.Now()
		return func() { v.set(points, err, span, now) }
	})
}

// hide ends that.
func (v *historyView) hide() {
	if v.stop != nil {
		v.stop()
		v.stop = nil
	}
}

// set shows what was read.
func (v *historyView) set(points []history.Point, err error, s viewmodel.Span, now time.Time) {
	if err != nil {
		v.clear(ui.TrText("history.failed", ui.ErrorText(err)))
		return
	}
	limits := viewmodel.Refusals(points, s.Step())
	if len(limits) == 0 {
		v.clear(ui.Tr("history.empty"))
		return
	}
	line := viewmodel.Timeline(points, s, now)
	v.chart.Set(widget.TimeData{
		Points: timePoints(line),
		Labels: func(i int) string { return line[i].Time.Local().Format(axisTime(s)) },
		Full:   func(i int) string { return line[i].Time.Local().Format(tipTime(s)) },
		Ticks:  s.Ticks(line),
		Names: widget.TimeNames{
			InFlight: ui.Tr("chart.in_flight"), Pending: ui.Tr("chart.queued"), Limit: ui.Tr("chart.limit"), Refused: ui.Tr("chart.refused"),
		},
	})
	v.say(refusalText(limits), true)
}

// clear shows a text and no chart.
func (v *historyView) clear(text string) { v.say(text, false) }

// say shows the remark, and the chart or none.
func (v *historyView) say(text string, chart bool) {
	if text == v.remark.Text && chart == v.chart.Visible() {
		return
	}
	ui.SetVisible(v.chart, chart)
	v.remark.SetText(text)
	v.root.Refresh()
	v.sized()
	v.root.Refresh() // a wrapped text knows its height only after it has been given its width
	v.sized()
}

func timePoints(line []history.Point) []widget.TimePoint {
	points := make([]widget.TimePoint, len(line))
	for i, p := range line {
		points[i] = widget.TimePoint{InFlight: p.InFlight, Pending: p.Pending, Limit: p.Limit, Refused: p.Refused}
	}
	return points
}

// axisTime and tipTime are how a span's times are written.
func axisTime(s viewmodel.Span) string {
	if s == viewmodel.Month {
		return "01-02"
	}
	return "15:04"
}

func tipTime(s viewmodel.Span) string {
	if s == viewmodel.Hour {
		return time.TimeOnly
	}
	return "2006-01-02 15:04"
}

// refusalText tells how it went at each limit: "Limit 5: 12 refused in 8 min · Limit 3: none refused in 41 min".
func refusalText(limits []viewmodel.AtLimit) string {
	parts := make([]string, len(limits))
	for i, l := range limits {
		at, refused := ui.Tr("history.no_limit"), ui.Tr("history.none")
		if l.Limit > 0 {
			at = ui.TrN("history.limit", l.Limit)
		}
		if l.Refused > 0 {
			refused = ui.TrN("history.refused", l.Refused)
		}
		parts[i] = at + refused + ui.TrText("history.in", ui.TrLeft(l.InUse))
	}
	return strings.Join(parts, " · ")
}
