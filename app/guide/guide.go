// Package guide has the page that leads those who are new through four steps.
package guide

import (
	"context"
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// Proxy is what the guide asks of the proxy. Each of its steps has a part.
type Proxy interface {
	keyProxy
	clientProxy
	TryCall(ctx context.Context) proxy.TriedCall // not for the UI's goroutine
	ChangeDesktop(edit func(*config.Desktop)) error
}

// readEvery is how often the configuration file is read again while the page is in front.
const readEvery = 5 * time.Second

// clientID is the agent that the guide connects.
const clientID = "claude-code"

// Page leads those who are new through four steps. It stands in Live's place until it was finished or skipped.
type Page struct {
	svc    Proxy
	to     ui.Navigator
	report func(err error, key string)
	desk   ui.Context
	list   proxy.VendorList
	read   bool
	work   ui.TaskQueue
	stop   context.CancelFunc

	demo   *widget.Notice
	failed *widget.Notice
	key    *keyStep
	order  *step
	chain  *parts.ChainView
	titles map[string]*chainRow
	client *clientStep
	try    *step
	trial  *parts.Trial
	skip   *widget.Button
	done   *widget.Button
	scroll *container.Scroll
	Root   *fyne.Container
}

// chainRow is a vendor in the guide's chain.
type chainRow struct {
	title *widget.Name
	row   parts.ChainRow
}

// New makes the page. report shows an error under the text of a key, or takes that back.
func New(svc Proxy, d ui.Context, report func(err error, key string), to ui.Navigator) *Page {
	p := &Page{svc: svc, to: to, desk: d, report: report, titles: map[string]*chainRow{}}
	p.work = d.Queue()
	p.scroll = container.NewVScroll(nil)
	p.demo = widget.NewNotice(widget.Info, nil)
	p.failed = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.ViewRefreshIcon(), ui.Tr("usage.again"), p.reload))
	p.key = newKeyStep(p)
	p.chain = parts.NewChainView()
	p.chain.Resized, p.chain.Changed = p.tidy, p.setTiers
	p.chain.Row = p.row
	p.order = newStep("2", ui.Tr("guide.order"), ui.Tr("guide.order_why"), p.chain.Box)
	p.client = newClientStep(p)
	p.trial = parts.NewTrial(widget.Primary, ui.Tr("guide.send"), d, p.tidy)
	p.trial.Try = func() (func(ctx context.Context) parts.TrialResult, bool) { return p.call, true }
	p.try = newStep("4", ui.Tr("guide.try"), ui.Tr("guide.try_why"),
		container.New(layout.NewCustomPaddedVBoxLayout(8), container.NewHBox(p.trial.Button), p.trial.Box))
	p.skip = widget.NewButton(widget.Quiet, theme.NavigateNextIcon(), ui.Tr("guide.skip"), p.finish)
	p.done = widget.NewButton(widget.Primary, theme.ConfirmIcon(), ui.Tr("guide.done"), p.finish)
	p.lay()
	return p
}

func (p *Page) lay() {
	title := ui.WithCaption(widget.NewText(ui.Tr("guide.title"), widget.Style{Bold: true, Size: ui.SizeFigure}), widget.NewText(ui.Tr("guide.why"), widget.Style{Color: widget.ColorMuted}))
	top := container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, nil, container.NewCenter(p.skip), title), p.demo, p.failed)
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), p.key.step.card, p.order.card, p.client.step.card, p.try.card,
		container.NewHBox(layout.NewSpacer(), p.done))
	p.scroll.Content = container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body)
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 12, ui.PageMargin, ui.PageMargin), top), p.scroll)
}

// Enter is called when the page comes to the front.
func (p *Page) Enter() { p.reload() }

// Leave is called when another page comes to the front.
func (p *Page) Leave() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.trial.Cancel()
	p.key.test.Cancel()
}

// reload reads the vendors, now and again and again until the page is left.
func (p *Page) reload() {
	if p.stop != nil {
		p.stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	login := p.client.chosen()
	go p.desk.Follow(ctx, readEvery, func() func() {
		list, err := p.svc.Vendors()
		now := p.client.ask(login)
		return func() {
			p.client.set(now)
			p.set(list, err)
		}
	})
}

// set shows what was read.
func (p *Page) set(list proxy.VendorList, err error) {
	if err != nil {
		p.notify(p.failed, ui.TrText("vendors.not_read", ui.ErrorText(err)))
		return
	}
	p.failed.Set("")
	if p.work.Busy || p.chain.Dragged || p.read && reflect.DeepEqual(list, p.list) {
		return
	}
	p.list, p.read = list, true
	p.demo.Set(ui.When(!list.Live, "vendors.demo"))
	p.key.set(list)
	p.chain.Set(list.Tiers)
	p.tick()
	p.tidy()
}

// tick marks the steps that are done.
func (p *Page) tick() {
	has := p.key.has()
	p.key.step.tick(has)
	p.order.tick(has && len(p.list.Tiers) > 0)
	p.tidy()
}

// row is a vendor's row in the chain.
func (p *Page) row(name string) parts.ChainRow {
	r := p.titles[name]
	if r == nil {
		r = &chainRow{title: widget.NewName("", widget.Style{})}
		r.row = p.chain.NewRow(name, container.New(layout.NewCustomPaddedLayout(6, 6, 0, 0), r.title))
		p.titles[name] = r
	}
	title := name
	for _, d := range p.list.Drafts {
		if d.Name == name {
			title = parts.VendorTitle(d) + " · " + parts.KeyText(d, p.key.signs[name])
		}
	}
	r.title.Set(title)
	return r.row
}

// setTiers has the chain written that the user has put in order.
func (p *Page) setTiers(tiers [][]string) {
	p.list.Tiers = tiers
	p.work.Do(func() error { return p.svc.SetTiers(tiers) }, func(err error) {
		p.report(err, "vendors.not_changed")
		p.again()
	})
}

// again reads the vendors once more, if the page is still in front and nothing else is on its way.
func (p *Page) again() {
	if p.stop != nil && !p.work.Busy {
		p.read = false
		p.reload()
	}
}

// call is a small call through the chain.
func (p *Page) call(ctx context.Context) parts.TrialResult {
	t := p.svc.TryCall(ctx)
	r := parts.TestResult(t.VendorTest, t.Vendor)
	if t.OK {
		r.Words = ui.TrPair("guide.works", t.Vendor+" · "+t.Model, ui.AnswerTime(t.Took))
		if t.Answer != "" {
			r.Words += "\n" + ui.TrText("trial.said", t.Answer)
		}
	} else if t.Outcome == "client_auth" {
		r.Words = ui.Tr("guide.client_auth")
	}
	p.desk.Run(func() {
		if ctx.Err() == nil {
			p.try.tick(t.OK)
			p.tidy()
		}
	})
	return r
}

// Take shows where users stand with signing in, and the proxy's address.
func (p *Page) Take(b viewmodel.Board) bool {
	p.client.address(b.Addr, b.NoLogin)
	if p.key.take(b) {
		p.tick()
	}
	return false
}

// TakeOver goes on with what was chosen and typed in another.
func (p *Page) TakeOver(old *Page) { p.key.takeOver(old.key) }

// finish leaves the guide for good: it does not come by itself again.
func (p *Page) finish() {
	p.work.Do(func() error {
		return p.svc.ChangeDesktop(func(d *config.Desktop) { d.Guided = true })
	}, func(err error) { p.report(err, "guide.not_kept") })
	p.to.Back()
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

// step is one step: its number, what it is about, and whether it is done.
type step struct {
	mark *fyne.Container // shows once it is done
	card *widget.Card
}

func newStep(number, title, why string, content fyne.CanvasObject) *step {
	tick := fynewidget.NewIcon(theme.NewColoredResource(theme.ConfirmIcon(), theme.ColorNameSuccess))
	s := &step{mark: container.NewHBox(tick, widget.NewText(ui.Tr("guide.ticked"), ui.CaptionStyle))}
	s.mark.Hide()
	head := container.NewBorder(nil, nil, widget.NewText(number, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText, Color: theme.ColorNamePrimary}), s.mark,
		container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), widget.NewText(title, widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})))
	said := fynewidget.NewLabel(why)
	said.Wrapping = fyne.TextWrapWord
	s.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(8), head, ui.Flush(said), content))
	return s
}

func (s *step) tick(done bool) { ui.SetVisible(s.mark, done) }
