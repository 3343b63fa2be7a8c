package ui_test

import (
	"bytes"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/go-text/typesetting/font"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/assets"
)

// TestContrast asks for what WCAG AA does: 4.5 for text, 3 for large text and for what tells without text.
func TestContrast(t *testing.T) {
	const text, large, graphic = 4.5, 3, 3
	page, card := theme.ColorNameBackground, widget.ColorCard
	for _, c := range []struct {
		front, back fyne.ThemeColorName
		least       float64
	}{
		{theme.ColorNameForeground, page, text},
		{theme.ColorNameForeground, card, text},
		{theme.ColorNameForeground, widget.ColorCode, text},
		{theme.ColorNameForeground, widget.ColorGlow, text},
		{theme.ColorNameForeground, theme.ColorNameButton, text},
		{widget.ColorMuted, page, text},
		{widget.ColorMuted, card, text},
		{widget.ColorOver, card, text},
		{widget.ColorPendingText, widget.ColorPending, text},
		{widget.ColorGlowText, widget.ColorGlow, text},
		{widget.ColorProblemText, widget.ColorProblem, text},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, text},
		{theme.ColorNameError, card, text},
		{widget.ColorPendingText, card, text},
		{widget.ColorMuted, widget.ColorCode, text},
		{theme.ColorNameForeground, theme.ColorNameInputBackground, text},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, text},
		{theme.ColorNameWarning, page, large},
		{widget.ColorPendingBorder, card, graphic},
		{widget.ColorGlowBorder, card, graphic},
		{widget.ColorProblemBorder, page, graphic},
		{widget.ColorThumbEdge, card, graphic},
		{theme.ColorNamePrimary, card, graphic},
		{theme.ColorNamePrimary, widget.ColorTrack, graphic},
		{theme.ColorNameWarning, card, graphic},
		{theme.ColorNameSuccess, card, graphic},
		{theme.ColorNameError, card, graphic},
		{widget.ColorSeries1, card, graphic},
		{widget.ColorSeries2, card, graphic},
		{widget.ColorSeries3, card, graphic},
		{widget.ColorSeries4, card, graphic},
		{widget.ColorSeries5, card, graphic},
		{widget.ColorSeries6, card, graphic},
		{widget.ColorSeries7, card, graphic},
	} {
		for shade, variant := range test.KnownThemeVariants() {
			l := ui.DefaultTheme()
			if got := apptest.Contrast(l.Color(c.front, variant), l.Color(c.back, variant)); got < c.least {
				t.Errorf("%s: %s on %s has %.2f, want %.1f", shade, c.front, c.back, got, c.least)
			}
		}
	}
}

func TestBundledFontHasOurChinese(t *testing.T) {
	runes := map[rune]bool{' ': true}
	for _, text := range words(t, "zh-Hans") {
		for _, r := range text {
			if r > 0x2e80 {
				runes[r] = true
			}
		}
	}
	if len(runes) < 50 {
		t.Fatalf("only %d characters to look for", len(runes))
	}
	font := chineseFace(t)
	for r := range runes {
		if _, ok := font.NominalGlyph(r); !ok {
			t.Errorf("the font lacks %q", r)
		}
	}
	if _, ok := font.NominalGlyph('a'); ok {
		t.Error("the font has Latin letters, which would be drawn instead of Fyne's")
	}
}

func chineseFace(t *testing.T) *font.Face {
	t.Helper()
	face, err := font.ParseTTF(bytes.NewReader(assets.ChineseFont))
	if err != nil {
		t.Fatal(err)
	}
	return face
}
