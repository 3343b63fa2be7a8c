package parts

import (
	"path/filepath"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// FindingList says what else decides where a client's calls go, and has a button that sets that aside. It is hidden while
// there is nothing to say.
type FindingList struct {
	Lines []string
	rows  *fyne.Container
	Aside *widget.Button
	Foot  *fyne.Container
	Box   *fyne.Container
}

// NewFindingList makes a hidden list; setAside is called when the user wants the findings set aside.
func NewFindingList(setAside func()) *FindingList {
	l := &FindingList{rows: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	l.Aside = widget.NewButton(widget.Plain, theme.VisibilityOffIcon(), "", setAside)
	why := container.NewCenter(widget.NewText(ui.Tr("found.restored"), ui.CaptionStyle))
	l.Foot = container.New(layout.NewCustomPaddedHBoxLayout(8), l.Aside, why)
	l.Box = container.New(layout.NewCustomPaddedLayout(4, 0, 0, 0), container.New(layout.NewCustomPaddedVBoxLayout(6), l.rows, l.Foot))
	l.Box.Hide()
	return l
}

// Set shows the findings about a client.
func (l *FindingList) Set(c connect.Status) {
	var lines []string
	can := false
	var overrides []bool
	for _, f := range c.Findings {
		if f.Kind == connect.Address && f.Replaced {
			continue // the card's state says so
		}
		lines, overrides, can = append(lines, findingText(c, f)), append(overrides, f.Overrides), can || f.Aside
	}
	if !slices.Equal(lines, l.Lines) {
		l.Lines = lines
		l.rows.RemoveAll()
		for i, line := range lines {
			l.rows.Add(findingRow(line, overrides[i]))
		}
	}
	l.Aside.Label = ui.Tr("found.aside_connect")
	if c.State == connect.Connected {
		l.Aside.Label = ui.Tr("found.aside")
	}
	l.Aside.Set(theme.VisibilityOffIcon(), l.Aside.Label)
	ui.SetVisible(l.Foot, can)
	ui.SetVisible(l.Box, len(lines) > 0)
}

func findingRow(line string, overrides bool) fyne.CanvasObject {
	color, icon := widget.ColorMuted, theme.InfoIcon()
	if overrides {
		color, icon = theme.ColorNameWarning, theme.WarningIcon()
	}
	words := fynewidget.NewLabel(line)
	words.Wrapping, words.SizeName = fyne.TextWrapWord, theme.SizeNameCaptionText
	mark := container.New(layout.NewCustomPaddedLayout(1, 0, 0, 0), fynewidget.NewIcon(theme.NewColoredResource(icon, color)))
	return container.NewBorder(nil, nil, container.NewVBox(mark), nil,
		container.New(layout.NewCustomPaddedLayout(-ui.TextInset, -ui.TextInset, -2, -ui.TextInset), words))
}

// findingText says what a setting does.
func findingText(c connect.Status, f connect.Finding) string {
	at := f.Key
	if f.File != "" && filepath.Clean(f.File) != filepath.Clean(c.File) {
		at = f.File + " · " + f.Key
	}
	switch f.Kind {
	case connect.Address:
		return ui.TrPair("found.address", at, f.Value)
	case connect.Credential:
		if f.Replaced {
			return ui.TrText("found.credential_replaced", at)
		}
		return ui.TrText("found.credential", at)
	case connect.Helper:
		return ui.TrText("found.helper", at)
	case connect.Model:
		return ui.TrPair("found.model", at, f.Value)
	case connect.Cloud:
		return ui.TrText("found.cloud", at)
	case connect.WebProxy:
		return ui.TrPair("found.web_proxy", at, f.Value)
	case connect.Ignored:
		return ui.Tr("found.ignored")
	case connect.Profile:
		return ui.TrText("found.profile", f.Value)
	case connect.Provider:
		return ui.TrText("found.provider", at)
	case connect.OtherModel:
		return ui.TrText("found.other_model", f.Value)
	}
	return f.String()
}

// LoginName is what a client signs its calls with, in a word or two.
func LoginName(c connect.Credentials) string {
	if c == connect.Own {
		return ui.Tr("clients.login_own")
	}
	return ui.Tr("clients.login_none")
}
