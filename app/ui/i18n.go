package ui

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/jeandeaual/go-locale"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"afterglow/app/viewmodel"
	"afterglow/assets"
	"afterglow/proxy/config"
)

// Joined puts a dot between the texts that say something.
func Joined(texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), " · ")
}

// When is the text for key, or "" when the notice is not to be shown.
func When(shown bool, key string) string {
	if !shown {
		return ""
	}
	return Tr(key)
}

// PlainLines is plain for a text whose lines stay lines.
func PlainLines(s string, length int) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Plain(line, length)
	}
	return strings.Join(lines, "\n")
}

// localizer is the language that tr speaks; nil before LoadTranslations.
//
// It is a package's variable against the habit of this house, because a language is one for the whole process as
// Fyne's own is: tr is called wherever a text is made, also by widgets' callbacks and on the tray's goroutine, and a
// localizer handed to each of them would be a parameter of every constructor, for one value that is never two. It is
// atomic, holds nothing that changes, and only LoadTranslations sets it.
var localizer atomic.Pointer[i18n.Localizer]

// LoadTranslations makes tr speak a language of config.Languages; "" is the system's, or English where the system speaks none
// of ours. Texts that have been made before do not change.
func LoadTranslations(tongue string) error {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	var known []language.Tag
	for _, name := range config.Languages {
		file, err := bundle.LoadMessageFileFS(assets.Translations, "translations/"+name+".json")
		if err != nil {
			return fmt.Errorf("load translations: %w", err)
		}
		known = append(known, file.Tag)
	}
	if tongue == "" {
		tongue = systemLanguage(known)
	}
	localizer.Store(i18n.NewLocalizer(bundle, tongue))
	return nil
}

// systemLanguage is that of known that the system's user would like best; the first where there is none.
func systemLanguage(known []language.Tag) string {
	wanted, err := locale.GetLocales()
	if err != nil {
		return known[0].String()
	}
	var tags []language.Tag
	for _, name := range wanted {
		if tag, err := language.Parse(name); err == nil { // "C" is none
			tags = append(tags, tag)
		}
	}
	_, best, sure := language.NewMatcher(known).Match(tags...)
	if sure == language.No {
		best = 0
	}
	return known[best].String()
}

// localize is the text for a key with its holes filled; the key itself where it has no translation. count chooses among the
// plural forms of the text: a whole number, or a decimal one as text. nil = the text says no number.
func localize(key string, count any, holes map[string]any) string {
	words := localizer.Load()
	if words == nil {
		return key
	}
	text, err := words.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: holes})
	if err != nil && text == "" {
		return key
	}
	return text
}

// Tr is the text for a key of assets/translations in the user's language.
func Tr(key string) string { return localize(key, nil, nil) }

// TrN is the text for a key that holds a number, in the form that the number asks for: "1 call", "2 calls".
func TrN(key string, n int) string { return localize(key, n, map[string]any{"N": n}) }

// TrExact is TrN for a number with all its digits, in groups of three.
func TrExact(key string, n int64) string {
	return localize(key, n, map[string]any{"N": viewmodel.Exact(n)})
}

// TrNth is the text for a key that holds a place; Nth is N as English counts.
func TrNth(key string, n int) string {
	return localize(key, n, map[string]any{"N": n, "Nth": viewmodel.Ordinal(n)})
}

// TrText is the text for a key that holds another text.
func TrText(key, text string) string { return localize(key, nil, map[string]any{"Text": text}) }

// TrPair is the text for a key that holds two others.
func TrPair(key, text, n string) string {
	return localize(key, nil, map[string]any{"Text": text, "N": n})
}

// TrTextN is the text for a key that holds another text and a number, in the form that the number asks for.
func TrTextN(key, text string, n int) string {
	return localize(key, n, map[string]any{"Text": text, "N": n})
}

// AppName is the program's name for people. No language translates it.
const AppName = "Afterglow"

// Plain is s in one line of at most length characters. Clients choose the names of models, which may
// hold anything.
func Plain(s string, length int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if letters := []rune(s); len(letters) > length {
		return string(letters[:length-1]) + "…"
	}
	return s
}
