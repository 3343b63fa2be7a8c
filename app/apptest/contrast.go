package apptest

import (
	"fmt"
	"image/color"
	"math"

	"afterglow/app/widget"
)

// mouseOnly are things that need no key: what they show when tapped is read aloud, or other keys do the same.
func mouseOnly(o any) bool {
	_, name := o.(*widget.Name)
	return name || fmt.Sprintf("%T", o) == "*widget.scrollBarArea"
}

// unmarked are things that Fyne gives the focus without showing it, and that no user needs: a text of which a part can be
// selected has a button that copies it whole.
func unmarked(o any) bool { return fmt.Sprintf("%T", o) == "*widget.focusSelectable" }

// Contrast is the contrast ratio of WCAG 2, from 1 to 21.
func Contrast(a, b color.Color) float64 {
	high, low := luminance(a), luminance(b)
	return (max(high, low) + 0.05) / (min(high, low) + 0.05)
}

// luminance is the relative luminance of WCAG 2, from 0 to 1.
func luminance(c color.Color) float64 {
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b, _ := c.RGBA()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
