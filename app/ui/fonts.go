package ui

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"time"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"

	"afterglow/assets"
)

// fontPatience is how long the first picture of the window waits to hear whether the system has a Chinese font. With
// Fyne's index of the system's fonts on the disk the answer takes some milliseconds; without one, on the first start,
// every font is read.
const fontPatience = 300 * time.Millisecond

// systemFonts finds the system's font for a character as Fyne does.
type systemFonts interface {
	ResolveFace(r rune) *font.Face
}

// FindChineseFont answers, once, whether the system has a good Chinese font. Fyne's own fonts have no Chinese; it looks for a
// system's font then, which Windows and macOS always have. On the others what it finds may be a box, or characters of
// which some come from a Japanese font and others from a Chinese one.
func FindChineseFont() <-chan bool {
	answer := make(chan bool, 1)
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		answer <- true
		return answer
	}
	go func() {
		// The index is the one that Fyne has: the first that asks makes it, for both.
		fonts := fontscan.NewFontMap(silence{})
		if err := fonts.UseSystemFonts(""); err != nil {
			answer <- false
			return
		}
		fonts.SetQuery(fontscan.Query{Families: []string{fontscan.SansSerif}})
		fonts.SetScript(language.Han)
		answer <- speaksChinese(fonts, chineseLetters())
	}()
	return answer
}

// AwaitChineseFont waits for the answer of FindChineseFont for as long as a start may take.
func AwaitChineseFont(fonts <-chan bool) (known, chinese bool) {
	select {
	case chinese = <-fonts:
		return true, chinese
	case <-time.After(fontPatience):
		return false, false
	}
}

// speaksChinese tells whether one font has all letters, and is the one found for each of them: a simplified letter that
// only another font has would stand out in the middle of a word.
func speaksChinese(fonts systemFonts, letters []rune) bool {
	var first *font.Face
	for _, r := range letters {
		face := fonts.ResolveFace(r)
		if face == nil || face.Font != cmp.Or(first, face).Font {
			return false
		}
		if _, has := face.NominalGlyph(r); !has {
			return false
		}
		first = face
	}
	return first != nil
}

// chineseLetters are the Chinese characters of our own texts: those that a page in Chinese shows first.
func chineseLetters() []rune {
	text, err := assets.Translations.ReadFile("translations/zh-Hans.json")
	if err != nil {
		return nil // it is part of the program
	}
	letters := map[rune]bool{}
	for _, r := range string(text) {
		if unicode.Is(unicode.Han, r) {
			letters[r] = true
		}
	}
	return slices.Sorted(maps.Keys(letters))
}

// silence is a log for fontscan, which has a line for every font that it cannot read.
type silence struct{}

func (silence) Printf(string, ...any) {}
