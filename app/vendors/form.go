package vendors

import (
	"cmp"
	"context"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// FormPage is the form of one vendor.
type FormPage struct {
	svc     Proxy
	to      ui.Navigator
	e       opened       // what was opened
	draft   config.Draft // as the form stands
	key     config.Secret
	good    bool // what stands in the form can be saved, as far as the form knows
	filled  bool // there is something in the form
	filling bool // the form is being filled: what changes is not the user's doing
	work    ui.TaskQueue

	back, remove, save *widget.Button
	test               *parts.Trial
	about              *widget.Name
	unsaved            *widget.Text
	problem            *widget.Notice
	discard            *widget.Notice // asks whether changes may be lost
	loses, stays       *widget.Button // its answers
	gone               *widget.Notice // asks whether the vendor is to be removed
	goes, keeps        *widget.Button
	lead               *widget.Notice // asks whether the client's own credentials may go to another host
	leads, goesOn      *widget.Button
	host               string // which: scheme, host and port
	fields             *fieldsView
	limits             *limitsView
	models             *mapView
	scroll             *container.Scroll
	Root               *fyne.Container
}

func newForm(svc Proxy, d ui.Context, to ui.Navigator) *FormPage {
	p := &FormPage{svc: svc, to: to, good: true}
	p.work = d.Queue()
	p.back = widget.NewButton(widget.Quiet, theme.NavigateBackIcon(), ui.Tr("page.back"), func() { p.to.Back() })
	p.save = widget.NewButton(widget.Primary, theme.DocumentSaveIcon(), ui.Tr("vendor.save"), p.store)
	p.remove = widget.NewButton(widget.Quiet, theme.DeleteIcon(), ui.Tr("vendor.remove"), func() {
		p.discard.Set("")
		p.notify(p.gone, ui.TrText("vendor.remove_ask", parts.VendorTitle(p.e.draft)))
		ui.Focus(p.keeps)
	})
	p.about = widget.NewName("", widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})
	p.about.RevealColor = theme.ColorNameBackground
	p.unsaved = widget.NewText("", ui.CaptionStyle)
	p.problem = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.notify(p.problem, "") }))
	p.loses = widget.NewButton(widget.Plain, theme.DeleteIcon(), ui.Tr("vendor.discard"), func() { p.close() })
	p.stays = widget.NewButton(widget.Quiet, theme.DocumentCreateIcon(), ui.Tr("vendors.go_on"), func() { p.notify(p.discard, "") })
	p.discard = widget.NewNotice(widget.Attention, ui.Answers(p.stays, p.loses))
	p.goes = widget.NewButton(widget.Plain, theme.DeleteIcon(), ui.Tr("vendor.remove"), p.drop)
	p.keeps = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("vendor.keep"), func() { p.notify(p.gone, "") })
	p.gone = widget.NewNotice(widget.Attention, ui.Answers(p.keeps, p.goes))
	p.leads = widget.NewButton(widget.Plain, theme.ConfirmIcon(), ui.Tr("vendor.lead"), func() { p.storeTo(p.host) })
	p.goesOn = widget.NewButton(widget.Quiet, theme.DocumentCreateIcon(), ui.Tr("vendors.go_on"), func() { p.notify(p.lead, "") })
	p.lead = widget.NewNotice(widget.Attention, ui.Answers(p.goesOn, p.leads))
	p.scroll = container.NewVScroll(nil)
	p.fields = newFieldsView(p.changed)
	p.limits, p.models = newLimitsView(p.changed, p.tidy), newMapView(p.changed, p.tidy)
	p.test = parts.NewTrial(widget.Plain, ui.Tr("trial.test"), d, p.tidy)
	p.test.Try = func() (func(ctx context.Context) parts.TrialResult, bool) {
		return parts.TryVendor(p.svc, p.draft, p.key), true
	}
	p.lay()
	return p
}

func (p *FormPage) lay() {
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap),
		widget.NewCard(p.fields.box), widget.NewCard(p.models.box), widget.NewCard(p.limits.box))
	p.scroll.Content = container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), body)
	head := container.NewBorder(nil, nil, p.back, container.NewHBox(p.remove, p.test.Button, p.save),
		container.NewBorder(nil, nil, nil, p.unsaved, p.about))
	top := container.New(layout.NewCustomPaddedVBoxLayout(8), head, container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0),
		container.New(layout.NewCustomPaddedVBoxLayout(8), p.discard, p.gone, p.lead, p.problem, p.test.Box)))
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-6, 8, ui.PageMargin-8, ui.PageMargin), top), p.scroll)
}

// open fills the form with a vendor.
func (p *FormPage) open(e opened) {
	p.e, p.filled = e, true
	p.filling = true
	p.test.Clear()
	p.problem.Set("")
	p.fields.set(e.draft, parts.KeysPlace(e.list))
	p.limits.set(e.draft.Limit)
	p.models.set(e.draft)
	p.filling = false
	p.about.Set(cmp.Or(parts.VendorTitle(e.draft), ui.Tr("vendors.another")))
	ui.SetVisible(p.remove, e.name != "" && e.draft.Written)
	p.scroll.ScrollToTop()
	p.changed()
}

// TakeOver fills the form with what stands in another.
func (p *FormPage) TakeOver(old *FormPage) {
	if !old.filled {
		return
	}
	p.open(opened{old.e.name, old.draft, old.e.list})
	p.e = old.e
	p.fields.key.Put(old.key.Reveal())
	p.changed()
}

// Leave is called when another page comes to the front.
func (p *FormPage) Leave() {
	p.test.Cancel()
	p.discard.Set("")
	p.gone.Set("")
	p.lead.Set("")
}

// changed reads the form.
func (p *FormPage) changed() {
	if p.filling {
		return
	}
	d := p.e.draft
	p.key = p.fields.read(&d)
	d.Limit, p.good = p.limits.read()
	d.Models, d.DefaultModel = p.models.read(), p.models.rest.Text
	p.draft = d
	p.models.follow(d)
	p.unsaved.Set(ui.When(p.dirty(), "vendor.unsaved"))
	p.lead.Set("")
	if p.test.Stop == nil {
		p.test.Clear() // it was about something else
	}
	p.tidy()
}

// dirty tells that the form holds something that is not saved.
func (p *FormPage) dirty() bool {
	if !p.filled {
		return false
	}
	was, now := p.e.draft, p.draft
	if len(was.Models) == 0 && len(now.Models) == 0 {
		was.Models, now.Models = nil, nil
	}
	if len(was.Limit.Models) == 0 && len(now.Limit.Models) == 0 {
		was.Limit.Models, now.Limit.Models = nil, nil
	}
	same := sameRules(was.Models, now.Models)
	was.Models, now.Models = nil, nil
	return p.key != "" || !p.good || !same || !reflect.DeepEqual(was, now)
}

// sameRules compares what is written, not what was made of it.
func sameRules(a, b []config.Rule) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Match != b[i].Match || a[i].To != b[i].To {
			return false
		}
	}
	return true
}

// pending is the title of the vendor whose form has changes that are not saved, "" if there are none.
func (p *FormPage) pending() string {
	if !p.dirty() {
		return ""
	}
	return cmp.Or(parts.VendorTitle(p.draft), ui.Tr("vendors.another"))
}

// Stay is true when the page must stay in front: it asks first whether changes may be lost.
func (p *FormPage) Stay() bool {
	if !p.dirty() {
		return false
	}
	p.gone.Set("")
	p.notify(p.discard, ui.Tr("vendor.discard_ask"))
	ui.Focus(p.stays)
	return true
}

// close leaves the form, and what is in it is lost.
func (p *FormPage) close() {
	p.filled = false
	p.key = ""
	p.fields.key.Put("")
	p.to.Back()
}

func (p *FormPage) notify(n *widget.Notice, text string) {
	if n.Set(text) {
		p.tidy()
	}
}

// tidy lays the page out again.
func (p *FormPage) tidy() {
	if p.Root != nil {
		ui.LayOutAgain(p.Root)
	}
}
