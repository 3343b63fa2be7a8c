// Package usage has the page of what calls came to over days.
package usage

import (
	"context"
	"io"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/calendar"
	"afterglow/proxy/ledger"
)

// readEvery is how often the page is read again while it is in front.
const readEvery = 30 * time.Second

// Proxy is what the Usage page asks of the proxy. It reads a database, and is not for the UI's goroutine.
type Proxy interface {
	Usage(ctx context.Context, q ledger.Query) (proxy.Usage, error)
	Export(ctx context.Context, q ledger.Query, format string, to io.Writer) error // "csv" or "json"
}

// Page shows what calls came to over days.
type Page struct {
	svc   Proxy
	desk  ui.Context
	usage viewmodel.Usage
	read  bool // something was read already
	stop  context.CancelFunc

	days      *dayChoice
	problem   *widget.Notice
	saved     *widget.Notice
	unsaved   *widget.Notice
	empty     *widget.Text
	stats     *statCards
	charts    *usageChart
	vendors   *table
	models    *table
	sessions  *table
	failovers *failoverList
	foot      *widget.Name
	all       []fyne.CanvasObject // hidden while there is nothing to show
	scroll    *container.Scroll
	Root      *fyne.Container
}

// New makes the page.
func New(svc Proxy, d ui.Context) *Page {
	p := &Page{svc: svc, desk: d, stats: newStatCards(), failovers: newFailovers()}
	p.days = newDays(p.reload)
	p.problem = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.ViewRefreshIcon(), ui.Tr("usage.again"), p.reload))
	p.saved = widget.NewNotice(widget.Info, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.notify(p.saved, "") }))
	p.unsaved = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.notify(p.unsaved, "") }))
	p.empty = widget.NewText(ui.Tr("usage.empty"), widget.Style{Color: widget.ColorMuted})
	p.foot = widget.NewName("", ui.CaptionStyle)
	p.foot.RevealColor = theme.ColorNameBackground
	p.charts = newUsageChart()
	p.vendors, p.models = newVendorTable(p.tidy), newModelTable(p.tidy)
	p.sessions = newSessionTable(d, p.tidy)
	p.all = []fyne.CanvasObject{p.stats.card, p.charts.card, p.vendors.card, p.models.card, p.failovers.card, p.sessions.card}
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), append(append([]fyne.CanvasObject{p.empty}, p.all...), p.foot)...)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body))
	csv := widget.NewButton(widget.Quiet, theme.DownloadIcon(), "CSV", func() { p.export("csv") })
	json := widget.NewButton(widget.Quiet, theme.DownloadIcon(), "JSON", func() { p.export("json") })
	top := container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, p.days.span, container.NewHBox(csv, json)), p.days.custom, p.problem, p.saved, p.unsaved)
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 12, ui.PageMargin, ui.PageMargin), top), p.scroll)
	p.show()
	return p
}

// Enter is called when the page comes to the front.
func (p *Page) Enter() { p.reload() }

// Leave is called when another page comes to the front.
func (p *Page) Leave() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// reload reads the days that were chosen, now and again and again until the page is left.
func (p *Page) reload() {
	p.Leave()
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	chosen := p.days.chosen
	go p.desk.Follow(ctx, readEvery, func() func() { return p.ask(ctx, chosen) })
}

// ask reads the days that were chosen, for as long as ctx.
func (p *Page) ask(ctx context.Context, chosen func(now time.Time) viewmodel.Days) (show func()) {
	now := calendar.Now()
	days := chosen(now)
	read, err := p.svc.Usage(ctx, ledger.Query{From: days.From, To: days.To})
	var usage viewmodel.Usage
	if err == nil {
		usage = viewmodel.NewUsage(read, days, now.Format(time.DateOnly))
	}
	return func() { p.set(usage, err) }
}

// set shows what was read. What was there stays where that went wrong.
func (p *Page) set(u viewmodel.Usage, err error) {
	if err != nil {
		p.notify(p.problem, ui.TrText("usage.not_read", ui.ErrorText(err)))
		return
	}
	p.problem.Set("")
	p.usage, p.read = u, true
	p.show()
}

// show writes everything again. It happens twice a minute, and costs a few milliseconds.
func (p *Page) show() {
	u := &p.usage
	blank := u.Empty()
	var today *viewmodel.Figures
	if u.Days.Has(u.Day) && u.Days.From != u.Days.To {
		today = &u.Today
	}
	p.stats.set(u.Range, today)
	p.charts.set(u)
	p.vendors.set(u.Vendors)
	p.models.set(u.Models)
	p.sessions.set(u.Sessions)
	p.failovers.set(u.Failovers)
	if blank {
		for _, o := range p.all {
			o.Hide()
		}
	} else {
		p.stats.card.Show()
		p.charts.card.Show()
	}
	ui.SetVisible(p.empty, blank && p.read)
	p.foot.Set(footText(u))
	p.tidy()
}

func (p *Page) notify(n *widget.Notice, text string) {
	if n.Set(text) {
		p.tidy()
	}
}

// tidy lays the page out again.
func (p *Page) tidy() {
	if p.Root != nil {
		ui.LayOutAgain(p.Root)
	}
}

// export writes the calls of the days that are chosen into a file of the user's downloads.
func (p *Page) export(format string) {
	days := p.days.chosen(calendar.Now())
	p.desk.Go(func() {
		dir, err := downloads()
		path := ""
		if err == nil {
			path, err = saveNew(dir, "afterglow-"+days.From+"-"+days.To, format, func(to io.Writer) error {
				return p.svc.Export(context.Background(), ledger.Query{From: days.From, To: days.To}, format, to)
			})
		}
		p.desk.Run(func() {
			saved, unsaved := ui.TrText("usage.saved", path), ""
			if err != nil {
				saved, unsaved = "", ui.TrText("usage.not_saved", ui.ErrorText(err))
			}
			p.notify(p.saved, saved)
			p.notify(p.unsaved, unsaved)
		})
	})
}

// footText tells of the ledger and the prices.
func footText(u *viewmodel.Usage) string {
	if u.Ledger.Path == "" {
		return ""
	}
	kept := ui.Tr("usage.kept_for_ever")
	if u.Ledger.Retention > 0 {
		kept = ui.TrText("usage.kept", ui.TermText(u.Ledger.Retention))
	}
	dropped, prices := "", ""
	if u.Ledger.Dropped > 0 {
		dropped = ui.TrExact("usage.dropped", int64(u.Ledger.Dropped))
	}
	if u.Prices != "" {
		prices = ui.TrText("usage.prices", u.Prices)
	}
	return ui.Joined(ui.TrText("usage.ledger", viewmodel.Bytes(u.Ledger.Bytes)), kept, dropped, prices, parts.LedgerText(u.Ledger))
}
