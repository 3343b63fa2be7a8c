package app

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/board"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// settingsPage is where the user changes what is no limit and no order.
type settingsPage struct {
	svc       Service
	failure   *widget.Notice
	size      *widget.Text
	retention *widget.Segment
	evidence  *widget.Segment
	level     *widget.Segment
	root      *fyne.Container
}

// retentions are what can be chosen; 0 = for ever. Another, from the configuration, shows none of them chosen.
var retentions = [...]time.Duration{30 * dayLong, 90 * dayLong, 180 * dayLong, 365 * dayLong, 0}

// levels are the log's.
var levels = [...]string{"debug", "info", "warn", "error"}

const dayLong = 24 * time.Hour

func newSettingsPage(svc Service) *settingsPage {
	p := &settingsPage{svc: svc, size: widget.NewText("", widget.Style{Align: fyne.TextAlignTrailing})}
	p.failure = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.report(nil) }))
	var terms []string
	for _, r := range retentions[:len(retentions)-1] {
		terms = append(terms, trN("settings.days", int(r/dayLong)))
	}
	p.retention = widget.NewSegment(append(terms, tr("settings.for_ever"))...)
	p.retention.OnChosen = func(i int) { p.change(func(s *proxy.Settings) { s.Retention = retentions[i] }) }
	p.evidence = widget.NewSegment(tr("settings.off"), tr("settings.on"))
	p.evidence.OnChosen = func(i int) { p.change(func(s *proxy.Settings) { s.Evidence = i == 1 }) }
	p.level = widget.NewSegment(levels[:]...)
	p.level.OnChosen = func(i int) { p.change(func(s *proxy.Settings) { s.LogLevel = levels[i] }) }
	why := widget.NewText(tr("settings.evidence_why"), captionStyle)
	book := widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(10), heading(tr("settings.ledger")),
		settingLine(tr("settings.size"), p.size), settingLine(tr("settings.retention"), p.retention),
		container.New(layout.NewCustomPaddedVBoxLayout(2), settingLine(tr("settings.evidence"), p.evidence), why)))
	log := widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(10), heading(tr("settings.log")), settingLine(tr("settings.level"), p.level)))
	body := container.New(layout.NewCustomPaddedVBoxLayout(cardGap), p.failure, book, log)
	p.root = container.NewStack(container.NewVScroll(container.New(layout.NewCustomPaddedLayout(pageMargin-4, pageMargin, pageMargin, pageMargin), body)))
	return p
}

// settingLine is a setting's name, and at the right what it is set to.
func settingLine(name string, control fyne.CanvasObject) fyne.CanvasObject {
	return container.NewBorder(nil, nil, widget.NewText(name, widget.Style{}), control)
}

// enter is called when the page comes to the front, leave when another does.
func (p *settingsPage) enter() {
	p.show(p.svc.Settings())
	p.size.Set(ledgerSize(p.svc.LedgerStats()))
}

func (p *settingsPage) leave() { p.report(nil) }

func ledgerSize(s ledger.Stats) string {
	if s.Path == "" {
		return unknown
	}
	return board.Bytes(s.Bytes)
}

func (p *settingsPage) show(s proxy.Settings) {
	p.retention.Choose(slices.Index(retentions[:], s.Retention))
	p.level.Choose(slices.Index(levels[:], s.LogLevel))
	p.evidence.Choose(0)
	if s.Evidence {
		p.evidence.Choose(1)
	}
}

// change sets what the user chose. What was not taken goes back.
func (p *settingsPage) change(edit func(*proxy.Settings)) {
	s := p.svc.Settings()
	edit(&s)
	p.report(p.svc.SetSettings(s))
	p.show(p.svc.Settings())
}

func (p *settingsPage) report(err error) {
	text := ""
	if err != nil {
		text = trText("settings.not_set", err.Error())
	}
	if p.failure.Set(text) {
		p.root.Refresh()
		p.root.Refresh() // a wrapped text knows its height only after it has been given its width
	}
}
