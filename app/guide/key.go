package guide

import (
	"context"
	"strings"

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

// keyProxy are what the first step asks of the proxy.
type keyProxy interface {
	parts.VendorStore
	parts.VendorTester
	SignIn(vendor string) error // begins it; how it goes is in the status
	CancelSignIn(vendor string) error
}

// keyStep is the guide's first step: a vendor, and its key or a sign-in.
type keyStep struct {
	page   *Page
	drafts []config.Draft // what can be chosen
	chosen string         // of them, by name
	signs  map[string]proxy.SignIn
	states map[string]proxy.TierState // of the vendors that run; empty in a demo

	choose *widget.Button // opens a menu
	key    *widget.Input
	kept   *widget.Text
	save   *widget.Button
	test   *parts.Trial
	enter  *fyne.Container // key and save
	sign   *parts.SignIn
	put    *widget.Button // into the chain, to be signed in to
	step   *step
}

func newKeyStep(page *Page) *keyStep {
	k := &keyStep{page: page, signs: map[string]proxy.SignIn{}, states: map[string]proxy.TierState{}}
	k.choose = widget.NewButton(widget.Plain, theme.MenuDropDownIcon(), ui.Tr("guide.choose"), k.offer)
	k.key = widget.NewSecret("", func(string) { k.test.Cancel(); k.test.Clear() })
	k.key.Label = ui.Tr("vendor.key")
	k.key.OnSubmitted = func(string) { k.store() }
	k.kept = widget.NewText("", ui.CaptionStyle)
	k.save = widget.NewButton(widget.Primary, theme.DocumentSaveIcon(), ui.Tr("guide.save"), k.store)
	k.test = parts.NewTrial(widget.Quiet, ui.Tr("trial.test"), page.desk, page.tidy)
	k.test.Try = func() (func(ctx context.Context) parts.TrialResult, bool) {
		d, ok := k.draft()
		return parts.TryVendor(page.svc, d, k.secret()), ok
	}
	k.enter = container.New(layout.NewCustomPaddedVBoxLayout(4),
		container.NewBorder(nil, nil, nil, container.NewHBox(container.NewCenter(k.save), container.NewCenter(k.test.Button)), k.key), k.kept)
	k.put = widget.NewButton(widget.Primary, theme.LoginIcon(), ui.Tr("guide.use"), k.store)
	k.sign = parts.NewSignIn(page.desk, parts.SignInActions{
		Begin:   func() { page.report(page.svc.SignIn(k.chosen), "notice.not_signed_in") },
		Cancel:  func() { page.report(page.svc.CancelSignIn(k.chosen), "notice.not_signed_in") },
		Open:    func(url string) { page.report(page.desk.Open(url), "notice.no_browser") },
		Resized: page.tidy,
	})
	k.step = newStep("1", ui.Tr("guide.key"), ui.Tr("guide.key_why"), container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewHBox(k.choose), k.enter, container.NewHBox(k.put), k.sign.Box, k.test.Box))
	return k
}

// offer opens a menu of the vendors.
func (k *keyStep) offer() {
	var items []*fyne.MenuItem
	for _, d := range k.drafts {
		items = append(items, fyne.NewMenuItem(parts.VendorTitle(d), func() { k.pick(d.Name) }))
	}
	if len(items) == 0 {
		return
	}
	ui.MenuBelow(k.choose, items...)
}

// set shows what can be chosen: the vendors that there are, then the built-in ones, without those that need nothing.
func (k *keyStep) set(list proxy.VendorList) {
	k.drafts = nil
	for _, d := range append(append([]config.Draft(nil), list.Drafts...), list.Presets...) {
		if parts.TakesKey(d) || parts.SignsIn(d) {
			k.drafts = append(k.drafts, d)
		}
	}
	if _, ok := k.draft(); !ok && len(k.drafts) > 0 {
		k.chosen = k.drafts[0].Name
	}
	k.kept.Set(ui.TrText("vendor.kept", parts.KeysPlace(list)))
	k.show()
}

// pick chooses a vendor. A key that was typed for another is not sent to it.
func (k *keyStep) pick(name string) {
	if name != k.chosen {
		k.chosen = name
		k.key.Put("")
		k.test.Cancel()
		k.test.Clear()
	}
	k.show()
	k.page.tidy()
}

func (k *keyStep) show() {
	d, ok := k.draft()
	if ok {
		k.choose.Set(theme.MenuDropDownIcon(), parts.VendorTitle(d))
	}
	if k.states[k.chosen] == proxy.NoKey && d.Key == config.KeyInKeyring {
		d.Key = config.KeyNone // the place is named, and empty
	}
	k.key.SetPlaceHolder(parts.KeyHint(d))
	ui.SetVisible(k.enter, ok && !parts.SignsIn(d))
	ui.SetVisible(k.put, ok && parts.SignsIn(d) && !d.Enabled)
	in := proxy.SignIn{}
	if ok && parts.SignsIn(d) {
		in = k.signs[k.chosen]
	}
	k.sign.Set(in)
}

// draft is the vendor that is chosen.
func (k *keyStep) draft() (config.Draft, bool) {
	for _, d := range k.drafts {
		if d.Name == k.chosen {
			return d, true
		}
	}
	return config.Draft{}, false
}

// takeOver goes on with what was chosen and typed in another.
func (k *keyStep) takeOver(old *keyStep) {
	k.chosen = old.chosen
	k.key.Put(old.key.Text)
}

func (k *keyStep) secret() config.Secret { return config.Secret(strings.TrimSpace(k.key.Text)) }

// store writes the vendor with its key, puts it into the chain and tries it.
func (k *keyStep) store() {
	d, ok := k.draft()
	key := k.secret()
	if !ok || parts.TakesKey(d) && key == "" && d.Key == config.KeyNone {
		k.test.Tell(parts.TestResult(proxy.VendorTest{Outcome: "no_key"}, ""))
		return
	}
	p := k.page
	name, already := "", d.Enabled
	for _, there := range p.list.Drafts {
		if there.Name == d.Name {
			name = d.Name
		}
	}
	d.Enabled = true
	tiers := parts.WithVendor(p.list.Tiers, p.list.Drafts, d.Name)
	p.work.Do(func() error {
		err := parts.SaveVendor(p.svc, name, d, key)
		if err == nil && name != "" && !already {
			err = p.svc.SetTiers(tiers)
		}
		return err
	}, func(err error) {
		if err != nil {
			k.test.Tell(parts.TrialResult{OK: false, Words: ui.TrText("vendor.not_saved", ui.ErrorText(err))})
			return
		}
		if !parts.SignsIn(d) {
			if p.stop != nil { // the page is still in front
				k.test.Begin(parts.TryVendor(p.svc, d, key))
			}
			k.key.Put("")
			k.key.Mask()
		}
		p.again()
	})
}

// take is true when it is another board for this step.
func (k *keyStep) take(b viewmodel.Board) bool {
	changed := false
	for _, c := range b.Cards {
		if k.signs[c.Vendor] != c.SignIn || !b.Demo && k.states[c.Vendor] != c.State {
			changed = true
		}
		k.signs[c.Vendor] = c.SignIn
		if !b.Demo {
			k.states[c.Vendor] = c.State
		}
	}
	if changed {
		k.show()
	}
	return changed
}

// has tells that a vendor in the chain has what it needs, and does not need the client's own credentials. What does not
// run yet counts by where its key is.
func (k *keyStep) has() bool {
	for _, d := range k.page.list.Drafts {
		kept := d.Key == config.KeyInKeyring || d.Key == config.KeyInFile
		if state := k.states[d.Name]; state != "" {
			kept = state != proxy.NoKey && state != proxy.SignedOut && d.Auth != config.AuthClient
		}
		if d.Enabled && kept {
			return true
		}
	}
	return false
}
