// Package ui is what all pages of the window need: the theme, translations, spacing, the clipboard, menus, the queue of slow
// tasks, and the focus. It knows no page.
package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/widget"
	"afterglow/assets"
	"afterglow/proxy/config"
)

// SizeTotal is the size of the window's totals.
const SizeTotal fyne.ThemeSizeName = "total"

// SizeFigure is the size of the usage page's figures.
const SizeFigure fyne.ThemeSizeName = "figure"

// appearance is Afterglow's theme: dusk greys with one accent, in light and dark. Which of the two is the
// system's choice, if the user has not made one. What it does not name comes from Fyne.
type appearance struct {
	fyne.Theme
	chinese fyne.Resource // the font to look in first; nil where the system has a good Chinese one
	shade   string        // "light", "dark"; "" = the system's
}

// DefaultTheme makes the theme as it is before anybody has chosen, with the font that we bring.
func DefaultTheme() fyne.Theme { return Theme(config.Desktop{}, true) }

// Theme makes the theme that was chosen. bundled tells that the system has no good Chinese font, so that ours is used.
func Theme(d config.Desktop, bundled bool) fyne.Theme {
	l := appearance{Theme: theme.DefaultTheme(), shade: d.Theme}
	if bundled {
		l.chinese = fyne.NewStaticResource("DroidSansFallback-GB2312.ttf", assets.ChineseFont)
	}
	return l
}

// Font gives the Chinese font where there is one: it holds nothing but Chinese, so that Fyne goes on
// to its own font for all other letters.
func (l appearance) Font(style fyne.TextStyle) fyne.Resource {
	if l.chinese != nil && !style.Symbol {
		return l.chinese
	}
	return l.Theme.Font(style)
}

// Color gives a colour of the palette.
func (l appearance) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	pair, ok := palette(name)
	if !ok {
		return l.Theme.Color(name, l.shaded(variant))
	}
	if l.shaded(variant) == theme.VariantLight {
		return rgba(pair.light)
	}
	return rgba(pair.dark)
}

// shaded is the variant to show.
func (l appearance) shaded(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch l.shade {
	case "light":
		return theme.VariantLight
	case "dark":
		return theme.VariantDark
	}
	return system
}

// Size gives a size on a grid of 4.
func (l appearance) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 13
	case theme.SizeNameCaptionText:
		return 11
	case theme.SizeNameSubHeadingText:
		return 15
	case SizeFigure:
		return 20
	case SizeTotal:
		return 28
	case theme.SizeNamePadding:
		return 4
	case theme.SizeNameInnerPadding:
		return TextInset
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius:
		return 6
	case theme.SizeNameInlineIcon:
		return 16
	case theme.SizeNameScrollBar:
		return 8
	}
	return l.Theme.Size(name)
}

// tint is one colour, 0xRRGGBBAA, in both variants.
type tint struct{ light, dark uint32 }

func rgba(c uint32) color.Color {
	return color.NRGBA{R: uint8(c >> 24), G: uint8(c >> 16), B: uint8(c >> 8), A: uint8(c)}
}

func palette(name fyne.ThemeColorName) (tint, bool) {
	switch name {
	case theme.ColorNameBackground:
		return tint{0xf5f4f8ff, 0x17161cff}, true
	case theme.ColorNameForeground:
		return tint{0x1c1b22ff, 0xedecf2ff}, true
	case theme.ColorNamePrimary, theme.ColorNameHyperlink:
		return tint{0x5b5bd6ff, 0x8e8cffff}, true
	case theme.ColorNameForegroundOnPrimary:
		return tint{0xffffffff, 0x17161cff}, true
	case theme.ColorNameInputBackground:
		return tint{0xffffffff, 0x1f1e26ff}, true
	case theme.ColorNameInputBorder:
		return tint{0xe4e3ebff, 0x2f2d39ff}, true
	case theme.ColorNamePlaceHolder, theme.ColorNameDisabled:
		return tint{0x625f6eff, 0xa6a3b3ff}, true
	case theme.ColorNameFocus:
		return tint{0x5b5bd633, 0x8e8cff40}, true
	case theme.ColorNameHover:
		return tint{0x1c1b220f, 0xedecf216}, true
	case theme.ColorNamePressed:
		return tint{0x1c1b221f, 0xedecf226}, true
	case theme.ColorNameButton, theme.ColorNameMenuBackground:
		return tint{0xecebf2ff, 0x2e2c38ff}, true
	case theme.ColorNameScrollBar:
		return tint{0x1c1b2244, 0xedecf244}, true
	case theme.ColorNameShadow, theme.ColorNameScrollBarBackground:
		return tint{0x00000000, 0x00000000}, true
	case theme.ColorNameSeparator, widget.ColorCardBorder:
		return tint{0xe4e3ebff, 0x2f2d39ff}, true
	case theme.ColorNameSuccess:
		return tint{0x2a8f63ff, 0x4cc38aff}, true
	case theme.ColorNameError:
		return tint{0xc2322aff, 0xff6b61ff}, true
	case theme.ColorNameWarning:
		return tint{0xb26a00ff, 0xf0b429ff}, true
	}
	return ownPalette(name)
}

// ownPalette holds the colours that only Afterglow's widgets have.
func ownPalette(name fyne.ThemeColorName) (tint, bool) {
	switch name {
	case widget.ColorMuted:
		return tint{0x625f6eff, 0xa6a3b3ff}, true
	case widget.ColorTrack:
		return tint{0xe3e2ebff, 0x383643ff}, true
	case widget.ColorOver:
		return tint{0x34309eff, 0xd3d2ffff}, true
	case widget.ColorCard:
		return tint{0xffffffff, 0x1f1e26ff}, true
	case widget.ColorVeil:
		return tint{0x1c1b2280, 0x08080bb0}, true
	case widget.ColorCode:
		return tint{0xf2f1f6ff, 0x15141aff}, true
	case widget.ColorThumb:
		return tint{0xffffffff, 0xd9d7e3ff}, true
	case widget.ColorThumbEdge:
		return tint{0x7d7a8aff, 0x8d8a9cff}, true
	case widget.ColorPending:
		return tint{0xfff3d6ff, 0x3a2c12ff}, true
	case widget.ColorPendingBorder:
		return tint{0xb7791fff, 0xa97b24ff}, true
	case widget.ColorPendingText:
		return tint{0x7a4b00ff, 0xf7cf7aff}, true
	case widget.ColorGlow:
		return tint{0xf1f0f5ff, 0x2a2932ff}, true
	case widget.ColorGlowBorder:
		return tint{0x8a8797ff, 0x767384ff}, true
	case widget.ColorGlowText:
		return tint{0x56535fff, 0xb5b2c1ff}, true
	case widget.ColorProblem:
		return tint{0xfdedebff, 0x381d1fff}, true
	case widget.ColorProblemBorder:
		return tint{0xcf3a32ff, 0xc4504aff}, true
	case widget.ColorProblemText:
		return tint{0x8e1f19ff, 0xffb4aeff}, true
	}
	return seriesPalette(name)
}

// seriesPalette holds the colours of a bar chart's series. They were searched for: any two are as far apart as could
// be found for every kind of colour vision.
func seriesPalette(name fyne.ThemeColorName) (tint, bool) {
	switch name {
	case widget.ColorSeries1:
		return tint{0x5b5bd6ff, 0x8e8cffff}, true
	case widget.ColorSeries2:
		return tint{0x912f03ff, 0xb19804ff}, true
	case widget.ColorSeries3:
		return tint{0x03a774ff, 0x02965bff}, true
	case widget.ColorSeries4:
		return tint{0xa088c1ff, 0xf7e0c5ff}, true
	case widget.ColorSeries5:
		return tint{0x610778ff, 0x70d2f8ff}, true
	case widget.ColorSeries6:
		return tint{0xc68602ff, 0xc6f25aff}, true
	case widget.ColorSeries7:
		return tint{0x4a4758ff, 0x6b6879ff}, true
	}
	return tint{}, false
}

// CaptionStyle is that of what is said next to something, TrailingCaption the same at the right edge, TrailingText that of
// a value there.
var (
	CaptionStyle    = widget.Style{Color: widget.ColorMuted, Size: theme.SizeNameCaptionText}
	TrailingText    = widget.Style{Align: fyne.TextAlignTrailing}
	TrailingCaption = widget.Style{Color: widget.ColorMuted, Size: theme.SizeNameCaptionText, Align: fyne.TextAlignTrailing}
)
