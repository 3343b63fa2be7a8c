package ui

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"

	"afterglow/assets"
	"afterglow/proxy/config"
)

// fontList finds the first of its fonts that has a character.
type fontList []*font.Face

func (l fontList) ResolveFace(r rune) *font.Face {
	for _, face := range l {
		if _, has := face.NominalGlyph(r); has {
			return face
		}
	}
	if len(l) == 0 {
		return nil
	}
	return l[0]
}

// fontFace reads a font.
func fontFace(t *testing.T, data []byte) *font.Face {
	t.Helper()
	f, err := font.ParseTTF(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestASystemSpeaksChineseWhereOneFontHasAllLetters(t *testing.T) {
	letters := chineseLetters()
	for _, r := range "进行中排队" {
		if !slices.Contains(letters, r) {
			t.Errorf("%c is not asked for", r)
		}
	}
	latin, chinese, other := fontFace(t, theme.DefaultTextFont().Content()), fontFace(t, assets.ChineseFont), fontFace(t, assets.ChineseFont)
	for _, c := range []struct {
		what  string
		fonts systemFonts
		want  bool
	}{
		{"none", fontList{}, false},
		{"only letters", fontList{latin}, false},
		{"a Chinese one behind it", fontList{latin, chinese}, true},
		// As where a Japanese font has what both scripts share, and a Chinese one the rest.
		{"two that share the letters", mixed{other, chinese}, false},
	} {
		if got := speaksChinese(c.fonts, letters); got != c.want {
			t.Errorf("%s: %t", c.what, got)
		}
	}
}

// mixed takes every other letter from another font.
type mixed [2]*font.Face

func (m mixed) ResolveFace(r rune) *font.Face { return m[r%2] }

func TestTheFontWeBringIsUsedOnlyWhereTheSystemHasNone(t *testing.T) {
	test.NewTempApp(t)
	ours := Theme(config.Desktop{}, true).(appearance)
	theirs := Theme(config.Desktop{}, false).(appearance)
	if ours.chinese == nil || theirs.chinese != nil {
		t.Errorf("bundled %v, the system's %v", ours.chinese, theirs.chinese)
	}
}

func TestTheStartWaitsForTheFontsOnlyAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if known, _ := AwaitChineseFont(make(chan bool)); known {
			t.Error("an answer, though none came")
		}
		if waited := time.Since(begun); waited != fontPatience {
			t.Errorf("waited %v", waited)
		}
	})
	said := make(chan bool, 1)
	said <- true
	if known, chinese := AwaitChineseFont(said); !known || !chinese {
		t.Error("the answer is not heard")
	}
}

// The fonts of the machine that runs this test: its answer depends on them, and comes in time once Fyne has its index.
func TestTheSystemAnswers(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	begun := time.Now()
	chinese := <-FindChineseFont()
	t.Logf("Chinese: %t, after %v", chinese, time.Since(begun))
	begun = time.Now()
	if again := <-FindChineseFont(); again != chinese {
		t.Error("the second answer is another")
	}
	t.Logf("the second time after %v", time.Since(begun))
}
