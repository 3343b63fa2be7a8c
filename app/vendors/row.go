package vendors

import (
	"cmp"
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// row is one vendor on the Vendors page.
type row struct {
	draft  config.Draft
	title  *widget.Name
	about  *widget.Name
	on     *widget.Switch
	edit   *widget.Button
	test   *parts.Trial
	sign   *parts.SignIn
	inside fyne.CanvasObject
	chain  parts.ChainRow    // as it stands in the chain
	beside fyne.CanvasObject // and below it
}

func (p *Page) newRow(name string) *row {
	r := &row{
		title: widget.NewName("", widget.Style{Bold: true}),
		about: widget.NewName("", ui.CaptionStyle),
	}
	r.on = widget.NewSwitch("")
	r.on.OnSet = func(on bool) { p.enable(name, on) }
	r.edit = widget.NewButton(widget.Quiet, theme.DocumentCreateIcon(), ui.Tr("vendors.edit"), func() { p.edit(name, r.draft) })
	r.test = parts.NewTrial(widget.Quiet, ui.Tr("trial.test"), p.desk, p.tidy)
	r.test.Try = func() (func(ctx context.Context) parts.TrialResult, bool) {
		return parts.TryVendor(p.svc, r.draft, ""), true
	}
	r.sign = parts.NewSignIn(p.desk, parts.SignInActions{
		Begin:   func() { p.report(p.svc.SignIn(name), "notice.not_signed_in") },
		Cancel:  func() { p.report(p.svc.CancelSignIn(name), "notice.not_signed_in") },
		Open:    func(page string) { p.report(p.desk.Open(page), "notice.no_browser") },
		Resized: p.tidy,
	})
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(4), r.test.Button, r.edit, container.New(layout.NewCustomPaddedLayout(0, 0, 6, 0), r.on))
	head := container.NewBorder(nil, nil, nil, container.NewCenter(buttons),
		container.New(layout.NewCustomPaddedVBoxLayout(2), r.title, r.about))
	r.inside = container.New(layout.NewCustomPaddedLayout(8, 8, 0, 0),
		container.New(layout.NewCustomPaddedVBoxLayout(6), head, r.test.Box, r.sign.Box))
	r.chain = p.chain.NewRow(name, r.inside)
	r.beside = container.New(layout.NewCustomPaddedLayout(0, 0, parts.PlaceWidth, 0), r.inside)
	return r
}

// set shows a vendor, where its user stands with signing in, and why it has no key.
func (r *row) set(d config.Draft, in proxy.SignIn, lack string) (resized bool) {
	r.draft = d
	r.title.Set(parts.VendorTitle(d))
	r.about.Set(captionOf(d, in, lack))
	r.on.Label = parts.VendorTitle(d)
	r.on.Set(d.Enabled)
	r.edit.Label, r.test.Button.Label = parts.VendorTitle(d), parts.VendorTitle(d)
	return r.sign.Set(in)
}

// captionOf is what a vendor's row says below its title.
func captionOf(d config.Draft, in proxy.SignIn, lack string) string {
	name := d.Name
	if d.Title == "" || strings.EqualFold(d.Title, d.Name) {
		name = ""
	}
	return ui.Joined(name, d.Dialect, parts.HostOf(d.BaseURL), cmp.Or(lack, parts.KeyText(d, in)))
}
