package activity

import (
	"net/http"
	"slices"
	"strings"
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
	"afterglow/proxy/reason"
)

// CallProxy is what the page of a call asks of the proxy.
type CallProxy interface {
	Call(number int) (proxy.CallDetail, bool)
	Cancel(number int) error
}

// CallPage shows all that is known of one call.
type CallPage struct {
	svc    CallProxy
	to     ui.Navigator
	report func(err error, key string)
	number int // of the call
	known  bool
	shown  proxy.CallDetail

	cancelled int // the call that the user cancelled here

	back       *widget.Button
	cancel     *widget.Button
	done       *widget.Text // what became of that
	route      *widget.Route
	dot        *widget.Dot
	word       *widget.Text
	why        *fynewidget.Label
	properties *propertyList
	only       *fyne.Container // ways to the calls that are like it
	tries      *fyne.Container
	views      []*tryView
	trials     *widget.Card
	made       *fynewidget.Label // the adaptations
	texts      [4]*collapsible
	textCard   *widget.Card
	body       *fyne.Container
	scroll     *container.Scroll
	Root       *fyne.Container
}

// NewCallPage makes the page. report shows an error under the text of a key, or takes that back.
func NewCallPage(svc CallProxy, d ui.Context, report func(err error, key string), to ui.Navigator) *CallPage {
	p := &CallPage{svc: svc, to: to, report: report}
	p.back = widget.NewButton(widget.Quiet, theme.NavigateBackIcon(), ui.Tr("page.back"), func() { p.to.Back() })
	p.cancel = widget.NewButton(widget.Plain, theme.CancelIcon(), ui.Tr("call.cancel"), p.stop)
	p.done = widget.NewText(ui.Tr("call.cancelled"), widget.Style{Color: widget.ColorMuted})
	p.route = widget.NewRoute(widget.Style{Bold: true, Size: theme.SizeNameSubHeadingText})
	p.dot, p.word = widget.NewDot(), widget.NewText("", widget.Style{})
	p.why = fynewidget.NewLabel("")
	p.why.Wrapping, p.why.Selectable = fyne.TextWrapWord, true
	p.properties = newPropertyList()
	p.only = container.NewHBox(
		p.like(ui.Tr("call.only_vendor"), func(c proxy.Call) string { return viewmodel.VendorWord(c.Vendor) }),
		p.like(ui.Tr("call.only_model"), func(c proxy.Call) string { return viewmodel.ModelWord(c.Model) }),
		p.like(ui.Tr("call.only_session"), func(c proxy.Call) string { return viewmodel.SessionWord(c.Session) }))
	p.tries = container.New(layout.NewCustomPaddedVBoxLayout(6))
	p.made = fynewidget.NewLabel("")
	p.made.Wrapping = fyne.TextWrapWord
	p.trials = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(ui.RowGap), ui.Heading(ui.Tr("call.tries")), p.tries, ui.Flush(p.made)))
	p.texts = [4]*collapsible{
		newCollapsible(d, ui.Tr("call.request_headers"), false, p.tidy), newCollapsible(d, ui.Tr("call.answer_headers"), false, p.tidy),
		newCollapsible(d, ui.Tr("call.request_body"), true, p.tidy), newCollapsible(d, ui.Tr("call.answer_body"), true, p.tidy),
	}
	folds := container.New(layout.NewCustomPaddedVBoxLayout(4))
	for _, f := range p.texts {
		folds.Objects = append(folds.Objects, f.box)
	}
	p.textCard = widget.NewCard(container.New(layout.NewCustomPaddedLayout(-4, -4, -8, -8), folds))
	p.lay()
	return p
}

func (p *CallPage) lay() {
	title := container.New(layout.NewCustomPaddedVBoxLayout(4), p.route,
		container.New(layout.NewCustomPaddedHBoxLayout(8), container.NewCenter(p.dot), p.word), ui.Flush(p.why))
	about := widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(14), title, p.properties.box,
		container.New(layout.NewCustomPaddedLayout(0, 0, -8, -8), p.only)))
	p.body = container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), about, p.trials, p.textCard)
	p.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(0, ui.PageMargin, ui.PageMargin, ui.PageMargin), p.body))
	head := container.NewBorder(nil, nil, p.back, container.NewHBox(p.done, p.cancel))
	p.Root = ui.Below(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-6, 8, ui.PageMargin-8, ui.PageMargin), head), p.scroll)
}

// like makes a button that lists the calls that share something with this one.
func (p *CallPage) like(label string, query func(c proxy.Call) string) *widget.Button {
	return widget.NewButton(widget.Quiet, theme.SearchIcon(), label, func() { p.to.Calls(query(p.shown.Call)) })
}

// Choose takes the call to show.
func (p *CallPage) Choose(number int) { p.number = number }

// TakeOver shows the call of another page.
func (p *CallPage) TakeOver(old *CallPage) { p.number = old.number }

// Enter shows the call, from its top.
func (p *CallPage) Enter() {
	p.scroll.ScrollToTop()
	p.shown, p.known = proxy.CallDetail{}, false
}

// Set shows the call as it stands. One that is forgotten stays as it was. It is true while it is under way.
func (p *CallPage) Set(viewmodel.Board) bool {
	d, ok := p.svc.Call(p.number)
	if !ok {
		d = p.shown
		d.Until = time.Time{}
	}
	was, fresh := p.shown, !p.known
	p.shown, p.known = d, true
	r := viewmodel.RowOf(d.Call, time.Now())
	p.setHead(r, d)
	resized := p.properties.set(propertiesOf(r, d)) || fresh
	if fresh || !slices.Equal(d.Tries, was.Tries) || !slices.Equal(d.Adaptations, was.Adaptations) {
		p.setTries(d)
		resized = true
	}
	for i, text := range textsOf(d) {
		resized = p.texts[i].set(text) || resized
	}
	ui.SetVisible(p.textCard, slices.ContainsFunc(p.texts[:], func(f *collapsible) bool { return f.text != "" }))
	if resized || was.Outcome != d.Outcome {
		p.tidy()
	}
	return ok && r.UnderWay
}

func (p *CallPage) setHead(r viewmodel.CallRow, d proxy.CallDetail) {
	now := parts.StandingOf(r)
	p.route.Set(r.Model, r.Served())
	p.dot.Set(now.Dot, now.Ring)
	p.word.Set(now.Word + " · " + ui.TrTook(r.Took))
	p.word.SetColor(now.Ink)
	why := ""
	if r.Failed {
		why = outcomeText(d.Call)
	}
	p.why.SetText(why)
	ui.SetVisible(p.why, why != "")
	cancelled := p.cancelled == p.number
	ui.SetVisible(p.cancel, r.UnderWay && !cancelled)
	ui.SetVisible(p.done, cancelled)
	for i, has := range []bool{r.Vendor != "", r.Model != "", d.Session != ""} {
		ui.SetVisible(p.only.Objects[i], has)
	}
}

func (p *CallPage) setTries(d proxy.CallDetail) {
	for len(p.views) < len(d.Tries) {
		p.views = append(p.views, newTryView())
	}
	p.tries.Objects = nil
	for i, t := range d.Tries {
		p.views[i].set(t)
		p.tries.Objects = append(p.tries.Objects, p.views[i].box)
	}
	made := make([]string, len(d.Adaptations))
	for i, label := range d.Adaptations {
		made[i] = strings.ReplaceAll(label, "_", " ")
	}
	p.made.SetText(ui.TrText("call.adapted", strings.Join(made, ", ")))
	ui.SetVisible(p.made, len(made) > 0)
	ui.SetVisible(p.trials, len(d.Tries)+len(made) > 0)
}

// stop cancels the call.
func (p *CallPage) stop() {
	err := p.svc.Cancel(p.number)
	p.report(err, "notice.not_cancelled")
	if err == nil {
		p.cancelled = p.number
		p.Set(viewmodel.Board{})
		p.Root.Refresh()
	}
}

// tidy lays the page out again.
func (p *CallPage) tidy() {
	ui.LayOutAgain(p.Root)
}

// textsOf are the texts of a call in the order of the folds.
func textsOf(d proxy.CallDetail) [4]string {
	texts := [4]string{headerText(d.Request), headerText(d.Answer)}
	if d.Bodies != nil {
		texts[2], texts[3] = d.Bodies.Request, d.Bodies.Answer
	}
	return texts
}

// headerText is a header, a line a value, by name.
func headerText(h http.Header) string {
	var lines []string
	for name, values := range h {
		for _, value := range values {
			lines = append(lines, name+": "+value)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// outcomeText is why a call did not end well. What the vendor said stands alone: the class before it says what it means.
func outcomeText(c proxy.Call) string {
	switch c.Why.Code {
	case reason.Refused, reason.KeyRejected, reason.RateLimited, reason.Overloaded, reason.UsedUp:
		return c.Why.Text
	}
	return ui.WhyText(c.Why, c.Outcome)
}
