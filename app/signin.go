package app

import (
	"cmp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
)

// signInView is the part of a card where the user signs in to the vendor: what to do, the code to type
// on the vendor's page or else the page's address, and buttons. It is hidden while there is nothing to do.
type signInView struct {
	desk    ui.Context
	shown   proxy.SignIn
	asked   bool // the user pressed the button: the page opens as soon as it is known
	words   *widget.Name
	line    *widget.Code // the code or the address
	copy    *ui.CopyButton
	begin   *widget.Button
	open    *widget.Button
	cancel  *widget.Button
	box     *fyne.Container
	actions signInActions
}

// signInActions are what the user can do about signing in.
type signInActions struct {
	begin, cancel func()
	open          func(page string)
	resized       func() // called when the part has another size
}

func newSignIn(d ui.Context, do signInActions) *signInView {
	s := &signInView{desk: d, actions: do, words: widget.NewName("", widget.Style{Color: widget.ColorMuted})}
	s.begin = widget.NewButton(widget.Primary, theme.LoginIcon(), "", func() {
		s.asked = true
		do.begin()
	})
	s.open = widget.NewButton(widget.Plain, theme.ComputerIcon(), ui.Tr("sign_in.open"), func() { do.open(s.shown.URL) })
	s.cancel = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("sign_in.cancel"), do.cancel)
	s.copy = ui.NewCopyButton(d, widget.Plain, do.resized)
	s.line = widget.NewCode(s.copy.Button)
	buttons := container.NewHBox(s.open, s.cancel, s.begin)
	s.box = container.NewVBox(container.NewBorder(nil, nil, nil, buttons, s.words), s.line)
	s.box.Hide()
	return s
}

// set shows where the user stands. It is true when the part has come, gone or changed its size.
func (s *signInView) set(now proxy.SignIn) bool {
	if now == s.shown {
		return false
	}
	began := now.URL != "" && now.URL != s.shown.URL
	s.shown = now
	pending := now.State == "pending"
	ui.SetVisible(s.box, now.State != "")
	line := cmp.Or(now.Code, now.URL)
	ui.SetVisible(s.line, pending && line != "")
	ui.SetVisible(s.open, pending && now.URL != "")
	ui.SetVisible(s.cancel, pending)
	ui.SetVisible(s.begin, !pending)
	s.words.Set(signInText(now))
	s.line.Set(line)
	s.copy.SetText(ui.Tr("copy.label"), line)
	label := ui.Tr("sign_in.begin")
	if now.State == "failed" {
		label = ui.Tr("sign_in.again")
	}
	s.begin.Set(theme.LoginIcon(), label)
	if began && s.asked {
		s.asked = false
		if now.Code != "" {
			s.desk.Copy(now.Code)
		}
		s.actions.open(now.URL)
	}
	return true
}

// signInText says in a sentence what there is to do.
func signInText(now proxy.SignIn) string {
	switch {
	case now.State == "failed":
		return ui.TrText("sign_in.failed", now.Problem)
	case now.State == "pending" && now.Code != "":
		_, page, _ := strings.Cut(now.URL, "://")
		return ui.TrText("sign_in.code", page)
	case now.State == "pending":
		return ui.Tr("sign_in.browser")
	case now.Provider == "google":
		return ui.Tr("sign_in.google")
	}
	return ui.Tr("sign_in.github")
}
