package vendors

import (
	"errors"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// dialects are what can be chosen, and auths how a key is sent, or whose credentials are.
var (
	dialects = [...]string{"anthropic", "openai", "gemini"}
	auths    = [...]config.Auth{config.AuthAPIKey, config.AuthBearer, config.AuthGoogleKey, config.AuthClient, config.AuthNone}
)

// fieldsView edits what a vendor is: its names, where it is, and how it is called.
type fieldsView struct {
	title, name, base *widget.Input
	dialect, auth     *widget.Segment
	key               *widget.Input
	keyLine           *fyne.Container
	kept              *widget.Text            // where a pasted key will be
	signs             *widget.Text            // instead of the auth, for those that are signed in to
	wrong             map[string]fieldProblem // by the key of the configuration
	box               *fyne.Container
}

// fieldProblem is what is wrong with a field, in words below it.
type fieldProblem struct {
	words *fynewidget.Label
	line  *fyne.Container
}

func newFieldsView(changed func()) *fieldsView {
	typed := func(string) { changed() }
	f := &fieldsView{wrong: map[string]fieldProblem{}}
	input := func(label, hint string) *widget.Input {
		i := widget.NewInput(hint, fieldWidth, typed)
		i.Label = label
		return i
	}
	f.title, f.name = input(ui.Tr("vendor.title"), ui.Tr("vendor.title_hint")), input(ui.Tr("vendor.name"), "lab")
	f.base = input(ui.Tr("vendor.base"), "https://")
	f.dialect = widget.NewSegment("Anthropic", "OpenAI", "Gemini")
	f.dialect.OnChosen = func(int) { changed() }
	f.auth = widget.NewSegment("x-api-key", "Bearer", "x-goog-api-key", ui.Tr("vendor.auth_client"), ui.Tr("vendor.auth_none"))
	f.auth.OnChosen = func(int) { changed() }
	f.signs = widget.NewText(ui.Tr("vendor.auth_signs"), widget.Style{Color: widget.ColorMuted})
	f.key = widget.NewSecret("", typed)
	f.key.Label = ui.Tr("vendor.key")
	f.kept = widget.NewText("", ui.CaptionStyle)
	f.keyLine = container.New(layout.NewCustomPaddedVBoxLayout(4), ui.FormLine(ui.Tr("vendor.key"), f.key), ui.FormLine("", f.kept))
	f.box = container.New(layout.NewCustomPaddedVBoxLayout(8),
		ui.FormLine(ui.Tr("vendor.title"), f.title), f.problem("title"),
		ui.FormLine(ui.Tr("vendor.name"), f.name), f.problem("name"),
		ui.FormLine(ui.Tr("vendor.dialect"), container.NewHBox(f.dialect)), f.problem("dialect"),
		ui.FormLine(ui.Tr("vendor.base"), f.base), f.problem("base_url"),
		ui.FormLine(ui.Tr("vendor.auth"), container.NewStack(container.NewHBox(f.auth), f.signs)), f.problem("auth"),
		f.keyLine, f.problem("key"))
	return f
}

// problem is a place for what is wrong with a field.
func (f *fieldsView) problem(key string) fyne.CanvasObject {
	l := fynewidget.NewLabel("")
	l.Wrapping, l.Importance = fyne.TextWrapWord, fynewidget.DangerImportance
	line := ui.FormLine("", ui.Flush(l))
	line.Hide()
	f.wrong[key] = fieldProblem{l, line}
	return line
}

// set shows a vendor. keys is where keys are kept, for people.
func (f *fieldsView) set(d config.Draft, keys string) {
	f.title.Put(d.Title)
	f.name.Put(d.Name)
	f.base.Put(d.BaseURL)
	f.dialect.Choose(slices.Index(dialects[:], d.Dialect))
	f.auth.Choose(slices.Index(auths[:], d.Auth))
	ui.SetVisible(f.auth, !parts.SignsIn(d))
	ui.SetVisible(f.signs, parts.SignsIn(d))
	f.key.Put("")
	f.key.Mask()
	f.key.SetPlaceHolder(parts.KeyHint(d))
	f.kept.Set(ui.TrText("vendor.kept", keys))
	f.tell(nil)
}

// read puts what stands in the fields into a draft.
func (f *fieldsView) read(d *config.Draft) (key config.Secret) {
	d.Title, d.Name, d.BaseURL = strings.TrimSpace(f.title.Text), strings.TrimSpace(f.name.Text), strings.TrimSpace(f.base.Text)
	if i := f.dialect.Chosen(); i >= 0 {
		d.Dialect = dialects[i]
	}
	if i := f.auth.Chosen(); i >= 0 && !parts.SignsIn(*d) {
		d.Auth = auths[i]
	}
	ui.SetVisible(f.keyLine, parts.TakesKey(*d))
	if !parts.TakesKey(*d) {
		d.Key, d.KeyVar = config.KeyNone, ""
		return ""
	}
	return config.Secret(strings.TrimSpace(f.key.Text))
}

// tell says below the fields what is wrong with them. What is about none of them comes back.
func (f *fieldsView) tell(err error) (rest string) {
	told := map[string][]string{}
	var others []string
	var wrong *config.Error
	if errors.As(err, &wrong) {
		for _, problem := range wrong.Problems {
			key := problem.Key[strings.LastIndexByte(problem.Key, '.')+1:]
			if _, ours := f.wrong[key]; ours && key != problem.Key {
				told[key] = append(told[key], ui.Sentence(problem.Reason))
				continue
			}
			others = append(others, ui.ProblemText(problem))
		}
	} else if err != nil {
		others = []string{ui.ErrorText(err)}
	}
	for key, p := range f.wrong {
		text := strings.Join(told[key], "\n")
		p.words.SetText(text)
		ui.SetVisible(p.line, text != "")
	}
	return strings.Join(others, "\n")
}
