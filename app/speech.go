package app

import (
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/jeandeaual/go-locale"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"afterglow/assets"
	"afterglow/proxy/config"
)

// spoken is the language that tr speaks; nil before loadWords.
//
// It is a package's variable against the habit of this house, because a language is one for the whole process as
// Fyne's own is: tr is called wherever a text is made, also by widgets' callbacks and on the tray's goroutine, and a
// localizer handed to each of them would be a parameter of every constructor, for one value that is never two. It is
// atomic, holds nothing that changes, and only loadWords sets it.
var spoken atomic.Pointer[i18n.Localizer]

// loadWords makes tr speak a language of config.Languages; "" is the system's, or English where the system speaks none
// of ours. Texts that have been made before do not change.
func loadWords(tongue string) error {
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
	spoken.Store(i18n.NewLocalizer(bundle, tongue))
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

// say is the text for a key with its holes filled; the key itself where it has no translation. count chooses among the
// plural forms of the text: a whole number, or a decimal one as text. nil = the text says no number.
func say(key string, count any, holes map[string]any) string {
	words := spoken.Load()
	if words == nil {
		return key
	}
	text, err := words.Localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: holes})
	if err != nil && text == "" {
		return key
	}
	return text
}
