package usage

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
)

// usageChart shows the days of a range as bars: of requests, tokens or costs, by vendor or by model.
type usageChart struct {
	usage   *viewmodel.Usage
	measure *widget.Segment
	group   *widget.Segment
	chart   *widget.BarChart
	remark  *widget.Text // on what the chart leaves out
	card    *widget.Card
}

// chartHeight is what a chart takes of a page, in Fyne's units.
const chartHeight = 240

func newUsageChart() *usageChart {
	v := &usageChart{usage: &viewmodel.Usage{}, chart: widget.NewBarChart(), remark: widget.NewText("", widget.Style{Color: widget.ColorMuted})}
	v.measure = widget.NewSegment(ui.Tr("usage.requests"), ui.Tr("usage.tokens"), ui.Tr("usage.cost"))
	v.group = widget.NewSegment(ui.Tr("usage.by_vendor"), ui.Tr("usage.by_model"))
	again := func(int) { v.set(v.usage) }
	v.measure.OnChosen, v.group.OnChosen = again, again
	v.remark.Hide()
	v.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(10),
		container.NewBorder(nil, nil, v.measure, v.group), container.New(tallLayout(chartHeight), v.chart), v.remark))
	return v
}

func (v *usageChart) set(u *viewmodel.Usage) {
	v.usage = u
	measure, group := viewmodel.Measure(v.measure.Chosen()), viewmodel.Group(v.group.Chosen())
	c := u.Charts[measure][group]
	data := widget.BarData{Format: amountText(measure, string(c.Currency))}
	for _, day := range c.Days {
		data.Labels, data.Full = append(data.Labels, day[len("2026-"):]), append(data.Full, dayText(day))
	}
	for _, s := range c.Stacks {
		name := s.Name
		if name == "" {
			name = ui.Tr("usage.others")
		}
		data.Series = append(data.Series, widget.BarSeries{Name: name, Values: s.Values})
	}
	v.chart.Set(data)
	remark := ""
	switch {
	case c.Mixed:
		remark = ui.TrText("usage.one_currency", string(c.Currency))
	case measure == viewmodel.MeasureCost && len(c.Stacks) == 0 && u.Range.Requests > 0:
		remark = ui.Tr("usage.no_prices")
	}
	v.remark.Set(remark)
	ui.SetVisible(v.remark, remark != "")
	v.card.Refresh()
}

// amountText writes a chart's numbers.
func amountText(m viewmodel.Measure, currency string) func(float64) string {
	if m == viewmodel.MeasureCost {
		return func(x float64) string {
			digits := 2
			if x >= 100 || x == float64(int(x)) {
				digits = 0
			}
			return currency + strconv.FormatFloat(x, 'f', digits, 64)
		}
	}
	return func(x float64) string { return viewmodel.Tokens(int64(x)) }
}

// dayText is a day with its weekday.
func dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	names := [...]string{
		ui.Tr("weekday.sunday"), ui.Tr("weekday.monday"), ui.Tr("weekday.tuesday"), ui.Tr("weekday.wednesday"), ui.Tr("weekday.thursday"), ui.Tr("weekday.friday"), ui.Tr("weekday.saturday"),
	}
	return day + " · " + names[t.Weekday()]
}
