package parts

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

// SignIn is the part of a card where the user signs in to the vendor: what to do, the code to type
// on the vendor's page or else the page's address, and buttons. It is hidden while there is nothing to do.
type SignIn struct {
	desk    ui.Context
	shown   proxy.SignIn
	asked   bool // the user pressed the button: the page opens as soon as it is known
	words   *widget.Name
	Line    *widget.Code // the code or the address
	Copy    *ui.CopyButton
	Begin   *widget.Button
	Open    *widget.Button
	Cancel  *widget.Button
	Box     *fyne.Container
	actions SignInActions
}

// SignInActions are what the user can do about signing in.
type SignInActions struct {
	Begin, Cancel func()
	Open          func(page string)
	Resized       func() // called when the part has another size
}

// NewSignIn makes a hidden part.
func NewSignIn(d ui.Context, do SignInActions) *SignIn {
	s := &SignIn{desk: d, actions: do, words: widget.NewName("", widget.Style{Color: widget.ColorMuted})}
	s.Begin = widget.NewButton(widget.Primary, theme.LoginIcon(), "", func() {
		s.asked = true
		do.Begin()
	})
	s.Open = widget.NewButton(widget.Plain, theme.ComputerIcon(), ui.Tr("sign_in.open"), func() { do.Open(s.shown.URL) })
	s.Cancel = widget.NewButton(widget.Quiet, theme.CancelIcon(), ui.Tr("sign_in.cancel"), do.Cancel)
	s.Copy = ui.NewCopyButton(d, widget.Plain, do.Resized)
	s.Line = widget.NewCode(s.Copy.Button)
	buttons := container.NewHBox(s.Open, s.Cancel, s.Begin)
	s.Box = container.NewVBox(container.NewBorder(nil, nil, nil, buttons, s.words), s.Line)
	s.Box.Hide()
	return s
}

// Set shows where the user stands. It is true when the part has come, gone or changed its size.
func (s *SignIn) Set(now proxy.SignIn) bool {
	if now == s.shown {
		return false
	}
	began := now.URL != "" && now.URL != s.shown.URL
	s.shown = now
	pending := now.State == "pending"
	ui.SetVisible(s.Box, now.State != "")
	line := cmp.Or(now.Code, now.URL)
	ui.SetVisible(s.Line, pending && line != "")
	ui.SetVisible(s.Open, pending && now.URL != "")
	ui.SetVisible(s.Cancel, pending)
	ui.SetVisible(s.Begin, !pending)
	s.words.Set(signInText(now))
	s.Line.Set(line)
	s.Copy.SetText(ui.Tr("copy.label"), line)
	label := ui.Tr("sign_in.begin")
	if now.State == "failed" {
		label = ui.Tr("sign_in.again")
	}
	s.Begin.Set(theme.LoginIcon(), label)
	if began && s.asked {
		s.asked = false
		if now.Code != "" {
			s.desk.Copy(now.Code)
		}
		s.actions.Open(now.URL)
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
