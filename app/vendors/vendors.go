// Package vendors has the page on which vendors are added, removed and put in order, and the form of one vendor.
package vendors

import (
	"context"
	"reflect"
	"slices"
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

// Proxy is what the Vendors page asks of the proxy.
type Proxy interface {
	Vendors() (proxy.VendorList, error)
	SaveVendor(name string, d config.Draft, key config.Secret) error // name "" = a new one
	RemoveVendor(name string) error
	SetTiers(tiers [][]string) error
	TestVendor(ctx context.Context, d config.Draft, key config.Secret) proxy.VendorTest // not for the UI's goroutine
	SignIn(vendor string) error                                                         // begins it; how it goes is in the status
	CancelSignIn(vendor string) error
}

// readEvery is how often the configuration file is read again while the page is in front: people have editors.
const readEvery = 5 * time.Second

// Page is where vendors are added, changed and put in order.
type Page struct {
	svc    Proxy
	desk   ui.Context
	to     ui.Navigator
	report func(err error, key string)
	list   proxy.VendorList
	read   bool // the list was
	signs  map[string]proxy.SignIn
	lacks  map[string]string // why a vendor that runs has no key
	rows   map[string]*row
	work   ui.TaskQueue
	stop   context.CancelFunc
	form   *FormPage

	add      *widget.Button
	unsaved  *widget.Notice
	goOn     *widget.Button
	demo     *widget.Notice
	problem  *widget.Notice
	chain    *parts.ChainView
	inChain  *widget.Card
	others   *fyne.Container
	besides  *fyne.Container // with their heading
	empty    *fyne.Container
	path     *widget.Name
	copyPath *ui.CopyButton
	foot     *fyne.Container
	scroll   *container.Scroll
	Root     *fyne.Container
}

func newPage(svc Proxy, d ui.Context, report func(err error, key string), to ui.Navigator) *Page {
	p := &Page{svc: svc, desk: d, to: to, report: report, rows: map[string]*row{}, signs: map[string]proxy.SignIn{}, lacks: map[string]string{}}
	p.work = d.Queue()
	p.add = widget.NewButton(widget.Plain, theme.ContentAddIcon(), ui.Tr("vendors.add"), p.offer)
	p.goOn = widget.NewButton(widget.Plain, theme.DocumentCreateIcon(), ui.Tr("vendors.go_on"), func() { p.openForm(nil) })
	p.unsaved = widget.NewNotice(widget.Attention, container.New(layout.NewCustomPaddedLayout(1, 1, 0, 1), p.goOn))
	p.demo = widget.NewNotice(widget.Info, nil)
	p.problem = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.ViewRefreshIcon(), ui.Tr("usage.again"), p.reload))
	p.chain = parts.NewChainView()
	p.chain.Changed, p.chain.Resized = p.setTiers, p.tidy
	p.chain.Row = func(name string) parts.ChainRow { return p.rows[name].chain }
	p.inChain = widget.NewCard(container.New(layout.NewCustomPaddedLayout(-8, -8, 0, 0), p.chain.Box))
	p.others = container.New(layout.NewCustomPaddedVBoxLayout(0))
	p.besides = container.New(layout.NewCustomPaddedVBoxLayout(8), ui.WithCaption(ui.Heading(ui.Tr("vendors.besides")), widget.NewText(ui.Tr("vendors.besides_why"), ui.CaptionStyle)),
		widget.NewCard(container.New(layout.NewCustomPaddedLayout(-8, -8, 0, 0), p.others)))
	first := widget.NewButton(widget.Primary, theme.ContentAddIcon(), ui.Tr("vendors.add"), nil)
	first = widget.NewButton(widget.Primary, theme.ContentAddIcon(), ui.Tr("vendors.add"), func() { p.offerAt(first) })
	p.empty = container.New(layout.NewCustomPaddedVBoxLayout(8),
		ui.Heading(ui.Tr("vendors.empty")), widget.NewText(ui.Tr("vendors.empty_why"), widget.Style{Color: widget.ColorMuted}), container.NewHBox(first))
	p.path = widget.NewName("", ui.CaptionStyle)
	p.path.RevealColor = theme.ColorNameBackground
	p.copyPath = ui.NewCopyButton(d, widget.Quiet, p.tidy)
	p.lay()
	p.show()
	return p
}

func (p *Page) lay() {
	p.foot = container.NewBorder(nil, nil, nil, p.copyPath.Button, p.path)
	chain := container.New(layout.NewCustomPaddedVBoxLayout(8), ui.WithCaption(ui.Heading(ui.Tr("vendors.chain")), widget.NewText(ui.Tr("vendors.chain_why"), ui.CaptionStyle)), p.inChain)
	body := container.New(layout.NewCustomPaddedVBoxLayout(16), widget.NewCard(p.empty), chain, p.besides, p.foot)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body))
	guide := widget.NewButton(widget.Quiet, theme.HelpIcon(), ui.Tr("guide.open"), func() { p.to.Guide() })
	top := container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, p.add, guide), p.unsaved, p.demo, p.problem)
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, 12, ui.PageMargin, ui.PageMargin), top), p.scroll)
}

// Enter is called when the page comes to the front.
func (p *Page) Enter() {
	name := p.form.pending()
	text := ""
	if name != "" {
		text = ui.TrText("vendors.unsaved", name)
	}
	p.unsaved.Set(text)
	p.reload()
}

// Leave is called when another page comes to the front.
func (p *Page) Leave() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
	for _, r := range p.rows {
		r.test.Cancel()
	}
}

// reload reads the configuration, now and again and again until the page is left.
func (p *Page) reload() {
	if p.stop != nil {
		p.stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	go p.desk.Follow(ctx, readEvery, func() func() {
		list, err := p.svc.Vendors()
		return func() { p.set(list, err) }
	})
}

// set shows what was read. What was there stays where that went wrong, and while something else is on its way.
func (p *Page) set(list proxy.VendorList, err error) {
	switch {
	case err != nil:
		p.notify(p.problem, ui.TrText("vendors.not_read", ui.ErrorText(err)))
	case p.work.Busy || p.chain.Dragged:
	case p.read && reflect.DeepEqual(list, p.list):
		p.notify(p.problem, "")
	default:
		p.problem.Set("")
		p.list, p.read = list, true
		p.show()
	}
}

// show writes everything again, with the rows that there were.
func (p *Page) show() {
	kept := map[string]*row{}
	p.others.Objects = nil
	for _, d := range p.list.Drafts {
		r := p.rows[d.Name]
		if r == nil {
			r = p.newRow(d.Name)
		}
		kept[d.Name] = r
		r.set(d, p.signs[d.Name], p.lacks[d.Name])
		if d.Enabled {
			continue
		}
		if len(p.others.Objects) > 0 {
			p.others.Objects = append(p.others.Objects, fynewidget.NewSeparator())
		}
		p.others.Objects = append(p.others.Objects, r.beside)
	}
	for name, r := range p.rows {
		if kept[name] == nil {
			r.test.Cancel()
		}
	}
	p.rows = kept
	p.chain.Set(known(p.list.Tiers, kept))
	p.inChain.Refresh()
	body := p.scroll.Content.(*fyne.Container).Objects[0].(*fyne.Container).Objects
	ui.SetVisible(body[0], p.read && len(p.list.Drafts) == 0)
	ui.SetVisible(body[1], len(p.chain.Tiers) > 0)
	ui.SetVisible(p.besides, len(p.others.Objects) > 0)
	ui.SetVisible(p.foot, p.list.File != "")
	p.path.Set(ui.When(p.list.File != "", "vendors.file") + " " + p.list.File)
	p.copyPath.SetText(ui.Tr("copy.label"), p.list.File)
	p.demo.Set(ui.When(p.read && !p.list.Live, "vendors.demo"))
	p.tidy()
}

// known are the tiers without vendors that have no row.
func known(tiers [][]string, rows map[string]*row) [][]string {
	var all [][]string
	for _, tier := range tiers {
		tier = slices.DeleteFunc(slices.Clone(tier), func(name string) bool { return rows[name] == nil })
		if len(tier) > 0 {
			all = append(all, tier)
		}
	}
	return all
}

// Take shows where users stand with signing in.
func (p *Page) Take(b viewmodel.Board) bool {
	resized := false
	for _, c := range b.Cards {
		lack := ""
		switch {
		case b.Demo:
		case c.State == proxy.NoKey:
			lack = ui.WhyText(c.Why, c.Reason)
		case c.State == proxy.Rejected:
			lack = parts.StateText(c.Head)
			if c.Key != config.KeyNone {
				lack += ": " + parts.KeyPlace(c.Key, c.KeyVar)
			}
		}
		if p.signs[c.Vendor] == c.SignIn && p.lacks[c.Vendor] == lack {
			continue
		}
		p.signs[c.Vendor], p.lacks[c.Vendor] = c.SignIn, lack
		if r := p.rows[c.Vendor]; r != nil {
			resized = r.set(r.draft, c.SignIn, lack) || resized
		}
	}
	if resized {
		p.tidy()
	}
	return false
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
