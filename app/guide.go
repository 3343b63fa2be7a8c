package app

import (
	"context"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// GuideService is what the guide asks of the proxy. Each of its steps has a part.
type GuideService interface {
	guideKeys
	guideClients
	TryCall(ctx context.Context) proxy.TriedCall // not for the UI's goroutine
	ChangeDesktop(edit func(*config.Desktop)) error
}

// guideClient is the agent that the guide connects.
const guideClient = "claude-code"

// guidePage leads those who are new through four steps. It stands in Live's place until it was finished or skipped.
type guidePage struct {
	svc    GuideService
	to     ui.Navigator
	report func(err error, key string)
	desk   ui.Context
	list   proxy.VendorList
	read   bool
	work   ui.TaskQueue
	stop   context.CancelFunc

	demo   *widget.Notice
	failed *widget.Notice
	key    *guideKey
	order  *guideStep
	chain  *parts.ChainView
	titles map[string]*guideRow
	client *guideConnect
	try    *guideStep
	trial  *parts.Trial
	skip   *widget.Button
	done   *widget.Button
	scroll *container.Scroll
	root   *fyne.Container
}

// guideRow is a vendor in the guide's chain.
type guideRow struct {
	title *widget.Name
	row   parts.ChainRow
}

func newGuidePage(svc GuideService, d ui.Context, report func(err error, key string), to ui.Navigator) *guidePage {
	p := &guidePage{svc: svc, to: to, desk: d, report: report, titles: map[string]*guideRow{}}
	p.work.Run = d.Run
	p.scroll = container.NewVScroll(nil)
	p.demo = widget.NewNotice(widget.Info, nil)
	p.failed = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.ViewRefreshIcon(), ui.Tr("usage.again"), p.reload))
	p.key = newGuideKey(p)
	p.chain = parts.NewChainView()
	p.chain.Resized, p.chain.Changed = p.tidy, p.setTiers
	p.chain.Row = p.row
	p.order = newGuideStep("2", ui.Tr("guide.order"), ui.Tr("guide.order_why"), p.chain.Box)
	p.client = newGuideConnect(p)
	p.trial = parts.NewTrial(widget.Primary, ui.Tr("guide.send"), d, p.tidy)
	p.trial.Try = func() (func(ctx context.Context) parts.TrialResult, bool) { return p.call, true }
	p.try = newGuideStep("4", ui.Tr("guide.try"), ui.Tr("guide.try_why"),
		container.New(layout.NewCustomPaddedVBoxLayout(8), container.NewHBox(p.trial.Button), p.trial.Box))
	p.skip = widget.NewButton(widget.Quiet, theme.NavigateNextIcon(), ui.Tr("guide.skip"), p.finish)
	p.done = widget.NewButton(widget.Primary, theme.ConfirmIcon(), ui.Tr("guide.done"), p.finish)
	p.lay()
	return p
}

func (p *guidePage) lay() {
	title := ui.WithCaption(widget.NewText(ui.Tr("guide.title"), widget.Style{Bold: true, Size: ui.SizeFigure}), widget.NewText(ui.Tr("guide.why"), widget.Style{Color: widget.ColorMuted}))
	top := container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, nil, container.NewCenter(p.skip), title), p.demo, p.failed)
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), p.key.step.card, p.order.card, p.client.step.card, p.try.card,
		container.NewHBox(layout.NewSpacer(), p.done))
	p.scroll.Content = container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body)
	p.root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 12, ui.PageMargin, ui.PageMargin), top), p.scroll)
}

// enter is called when the page comes to the front, leave when another does.
func (p *guidePage) enter() { p.reload() }

func (p *guidePage) leave() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	p.trial.Cancel()
	p.key.test.Cancel()
}

// reload reads the vendors, now and again and again until the page is left.
func (p *guidePage) reload() {
	if p.stop != nil {
		p.stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	login := p.client.chosen()
	go p.desk.Follow(ctx, vendorsAgain, func() func() {
		list, err := p.svc.Vendors()
		now := p.client.ask(login)
		return func() {
			p.client.set(now)
			p.set(list, err)
		}
	})
}

// set shows what was read.
func (p *guidePage) set(list proxy.VendorList, err error) {
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
func (p *guidePage) tick() {
	has := p.key.has()
	p.key.step.tick(has)
	p.order.tick(has && len(p.list.Tiers) > 0)
	p.tidy()
}

// row is a vendor's row in the chain.
func (p *guidePage) row(name string) parts.ChainRow {
	r := p.titles[name]
	if r == nil {
		r = &guideRow{title: widget.NewName("", widget.Style{})}
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
func (p *guidePage) setTiers(tiers [][]string) {
	p.list.Tiers = tiers
	p.work.Do(func() error { return p.svc.SetTiers(tiers) }, func(err error) {
		p.report(err, "vendors.not_changed")
		p.again()
	})
}

// again reads the vendors once more, if the page is still in front and nothing else is on its way.
func (p *guidePage) again() {
	if p.stop != nil && !p.work.Busy {
		p.read = false
		p.reload()
	}
}

// call is a small call through the chain.
func (p *guidePage) call(ctx context.Context) parts.TrialResult {
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

// take shows where users stand with signing in, and the proxy's address.
func (p *guidePage) take(b viewmodel.Board) bool {
	p.client.address(b.Addr, b.NoLogin)
	if p.key.take(b) {
		p.tick()
	}
	return false
}

// TakeOver goes on with what was chosen and typed in another.
func (p *guidePage) takeOver(old *guidePage) { p.key.takeOver(old.key) }

// finish leaves the guide for good: it does not come by itself again.
func (p *guidePage) finish() {
	p.work.Do(func() error {
		return p.svc.ChangeDesktop(func(d *config.Desktop) { d.Guided = true })
	}, func(err error) { p.report(err, "guide.not_kept") })
	p.to.Back()
}

func (p *guidePage) notify(n *widget.Notice, text string) {
	if n.Set(text) {
		p.tidy()
	}
}

// tidy lays the page out again.
func (p *guidePage) tidy() {
	if p.root != nil {
		ui.LayOutAgain(p.root)
	}
}
