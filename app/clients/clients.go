// Package clients has the page on which coding agents are connected to the proxy.
package clients

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// Proxy is what the Clients page asks of the proxy. All of it reads or writes files, and is not for the UI's
// goroutine.
type Proxy interface {
	Clients() []connect.Status
	Variables(with connect.Credentials) []connect.Variable
	Connect(id string, with connect.Choice) error
	Disconnect(id string) ([]connect.Restored, error)
}

// Page is where coding agents are connected to the proxy, and disconnected.
type Page struct {
	svc     Proxy
	desk    ui.Context
	failure *widget.Notice
	outcome *widget.Notice // of the last disconnection
	reading *widget.Text
	cards   map[string]*clientCard
	list    *fyne.Container
	lines   *shellLines
	read    int // how often the files were read: what was asked before something changed is not shown after it
	Root    *fyne.Container
}

// New makes the page.
func New(svc Proxy, d ui.Context) *Page {
	p := &Page{svc: svc, desk: d, cards: map[string]*clientCard{}, list: container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap))}
	p.failure = widget.NewNotice(widget.Problem, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.report("") }))
	p.outcome = widget.NewNotice(widget.Info, widget.NewButton(widget.Quiet, theme.CancelIcon(), "", func() { p.tell(nil) }))
	p.reading = widget.NewText(ui.Tr("clients.reading"), ui.CaptionStyle)
	p.lines = newShellLines(d, p.tidy)
	restart := fynewidget.NewLabel(ui.Tr("clients.restart"))
	restart.Wrapping, restart.SizeName, restart.Importance = fyne.TextWrapWord, theme.SizeNameCaptionText, fynewidget.LowImportance
	body := container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), p.failure, p.outcome, p.reading, p.list,
		container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, 10, 10), restart), p.lines.card)
	p.Root = container.NewStack(container.NewVScroll(container.New(layout.NewCustomPaddedLayout(ui.PageMargin-4, ui.PageMargin, ui.PageMargin, ui.PageMargin), body)))
	return p
}

// Enter is called when the page comes to the front.
func (p *Page) Enter() { p.reload() }

// Leave is called when another page comes to the front.
func (p *Page) Leave() {
	p.report("")
	p.tell(nil)
}

// reload reads how the clients are configured, and shows it.
func (p *Page) reload() {
	p.read++
	asked := p.read
	login := connect.Usual
	if card := p.cards["claude-code"]; card != nil {
		login = card.login()
	}
	go func() {
		clients, variables := p.svc.Clients(), p.svc.Variables(login)
		p.desk.Run(func() {
			if asked == p.read {
				p.show(clients, variables)
			}
		})
	}()
}

func (p *Page) show(clients []connect.Status, variables []connect.Variable) {
	ui.SetVisible(p.reading, false)
	for _, c := range clients {
		card := p.cards[c.ID]
		if card == nil {
			card = newClientCard(c, p)
			p.cards[c.ID] = card
			p.list.Add(card.card)
		}
		card.set(c)
	}
	p.lines.set(variables)
	p.tidy()
}

// change does what the user asked with a client's file, and shows what came of it. Until then its buttons rest.
func (p *Page) change(do func(Proxy) ([]connect.Restored, error)) {
	p.read++ // what is being read now is old
	p.report("")
	p.tell(nil)
	for _, c := range p.cards {
		c.rest(true)
	}
	p.desk.Go(func() {
		done, err := do(p.svc)
		p.desk.Run(func() {
			p.tell(done)
			if err != nil {
				p.report(ui.TrText("clients.not_done", ui.ErrorText(err)))
			}
			for _, c := range p.cards {
				c.rest(false)
			}
			p.reload()
		})
	})
}

func (p *Page) report(text string) {
	if p.failure.Set(text) {
		p.tidy()
	}
}

// tell says what came of disconnecting, file by file.
func (p *Page) tell(done []connect.Restored) {
	var lines []string
	for _, r := range done {
		lines = append(lines, restoredText(r))
	}
	if p.outcome.Set(strings.Join(lines, "\n")) {
		p.tidy()
	}
}

func (p *Page) tidy() {
	ui.LayOutAgain(p.Root)
}

// restoredText says what came of disconnecting a client's file, a sentence a line.
func restoredText(r connect.Restored) string {
	text := ""
	switch r.How {
	case connect.Same:
		text = ui.TrText("restored.same", r.File)
	case connect.Removed:
		text = ui.TrText("restored.removed", r.File)
	case connect.Edited:
		text = ui.TrText("restored.edited", r.File)
	case connect.Left:
		text = ui.TrPair("restored.left", r.File, strings.Join(r.Keys, ", "))
	case connect.Gone:
		text = ui.TrText("restored.gone", r.File)
	default:
		text = ui.TrText("restored.no_backup", r.File)
	}
	if r.Backup != "" {
		text += "\n" + ui.TrText("restored.backup", r.Backup)
	}
	switch {
	case r.Project || r.Address == "":
		return text
	case r.Here:
		return text + "\n" + ui.TrText("restored.here", r.Address)
	}
	return text + "\n" + ui.TrPair("restored.address", r.Name, r.Address)
}
