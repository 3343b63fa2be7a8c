package settings

import (
	"slices"
	"time"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/ledger"
)

// RuntimeProxy are the proxy's settings that can be changed while it runs. They are kept over a restart.
type RuntimeProxy interface {
	Settings() proxy.Settings
	ChangeSettings(edit func(*proxy.Settings)) error
	LedgerStats() ledger.Stats
}

// ledgerSettings are how long calls are kept and what of them, and which lines the log has.
type ledgerSettings struct {
	page      *Page
	size      *widget.Text
	retention *widget.Segment
	terms     []time.Duration // what retention chooses
	evidence  *widget.Segment
	level     *widget.Segment
	card      *widget.Card
}

// retentions are what is offered; 0 = for ever.
var retentions = []time.Duration{30 * ui.DayLong, 90 * ui.DayLong, 180 * ui.DayLong, 365 * ui.DayLong, 0}

// levels are the log's.
var levels = []string{"debug", "info", "warn", "error"}

func newLedgerSettings(p *Page) *ledgerSettings {
	s := &ledgerSettings{page: p, size: widget.NewText("", ui.TrailingText)}
	s.retention = p.segment(func(i int) { p.changeProxy(func(set *proxy.Settings) { set.Retention = s.terms[i] }) }, "")
	s.evidence = p.onOff(func(on bool) { p.changeProxy(func(set *proxy.Settings) { set.Evidence = on }) })
	s.level = p.segment(func(i int) { p.changeProxy(func(set *proxy.Settings) { set.LogLevel = levels[i] }) }, levels...)
	s.card = section(ui.Tr("settings.ledger"),
		settingLine(ui.Tr("settings.size"), s.size), settingLine(ui.Tr("settings.retention"), s.retention),
		ui.Explained(settingLine(ui.Tr("settings.evidence"), s.evidence), ui.Caption(ui.Tr("settings.evidence_why"))),
		settingLine(ui.Tr("settings.level"), s.level))
	return s
}

// read asks how large the ledger is, and shows it.
func (s *ledgerSettings) read() {
	s.page.desk.Go(func() {
		size := ledgerSize(s.page.svc.LedgerStats())
		s.page.desk.Run(func() { s.size.Set(size) })
	})
}

// show shows what is in force. A retention that is none of those offered, from the configuration, is offered too.
func (s *ledgerSettings) show() {
	set := s.page.svc.Settings()
	s.terms = termsWith(set.Retention)
	var texts []string
	for _, term := range s.terms {
		texts = append(texts, ui.TermText(term))
	}
	s.retention.Offer(texts, slices.Index(s.terms, set.Retention))
	s.level.Choose(slices.Index(levels, set.LogLevel))
	s.evidence.Choose(0)
	if set.Evidence {
		s.evidence.Choose(1)
	}
}

// termsWith is retentions with one more in its place.
func termsWith(also time.Duration) []time.Duration {
	if slices.Contains(retentions, also) {
		return retentions
	}
	i := slices.IndexFunc(retentions, func(r time.Duration) bool { return r > also || r == 0 })
	return slices.Insert(slices.Clone(retentions), i, also)
}

func ledgerSize(s ledger.Stats) string {
	if s.Path == "" {
		return ui.Unknown
	}
	return viewmodel.Bytes(s.Bytes)
}
