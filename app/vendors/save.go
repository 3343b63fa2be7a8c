package vendors

import (
	"errors"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// store writes the vendor. If that is refused, all stays as it was typed.
func (p *FormPage) store() { p.storeTo("") }

// storeTo writes the vendor, once the user has let the client's own credentials go to a host.
func (p *FormPage) storeTo(host string) {
	p.lead.Set("")
	if err := p.wrong(); err != nil {
		p.showProblems(err)
		return
	}
	name, d, key := p.e.name, p.draft, p.key
	d.Confirmed = host
	p.unsaved.Set(ui.Tr("vendor.saving"))
	p.work.Do(func() error { return parts.SaveVendor(p.svc, name, d, key) }, p.saved)
}

// saved is called when the vendor was written, or was not.
func (p *FormPage) saved(err error) {
	p.unsaved.Set(ui.When(p.dirty(), "vendor.unsaved"))
	var to *config.DestinationError
	if errors.As(err, &to) && to.Ask {
		p.host = to.Origin
		p.showProblems(nil)
		p.notify(p.lead, ui.TrText("vendor.lead_ask", to.Origin))
		ui.Focus(p.goesOn)
		return
	}
	p.showProblems(err)
	if err == nil {
		p.close()
	}
}

// drop removes the vendor.
func (p *FormPage) drop() {
	name := p.e.name
	p.gone.Set("")
	p.work.Do(func() error { return p.svc.RemoveVendor(name) }, p.saved)
}

// wrong is what the form itself knows to be wrong.
func (p *FormPage) wrong() error {
	if p.draft.Name == "" {
		return &config.Error{Problems: []config.Problem{{Key: "vendors.name", Reason: reason.New(reason.NameNeeded, "", "enter a name")}}}
	}
	if !p.good {
		return errors.New(ui.Tr("limits.wrong"))
	}
	if _, err := p.draft.Model(sampleModel); err != nil {
		return errors.New(ui.Tr("map.wrong") + " " + err.Error())
	}
	return nil
}

// showProblems says what was wrong, below the field that it is about or above the form, or takes that back.
func (p *FormPage) showProblems(err error) {
	text := p.fields.tell(err)
	switch {
	case text != "":
		text = ui.TrText("vendor.not_saved", text)
	case err != nil:
		text = ui.Tr("vendor.look_below")
		p.scroll.ScrollToTop()
	}
	p.problem.Set(text)
	p.tidy()
}
