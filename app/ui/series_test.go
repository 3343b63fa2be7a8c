package ui_test

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// visions are what the eye makes of linear red, green and blue: all of it, or without one of its three kinds of
// cones (Machado, Oliveira and Fernandes, 2009, severity 1).
var visions = map[string][3][3]float64{
	"normal":       {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deuteranopia": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritanopia":   {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

// lab is a colour as somebody sees it, in CIE Lab, where distances are differences.
func lab(c color.Color, vision [3][3]float64) (p [3]float64) {
	linear := func(v uint8) float64 {
		if v := float64(v) / 255; v > .04045 {
			return math.Pow((v+.055)/1.055, 2.4)
		}
		return float64(v) / 255 / 12.92
	}
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	rgb := times(vision, [3]float64{linear(n.R), linear(n.G), linear(n.B)})
	for i, v := range rgb {
		rgb[i] = min(max(v, 0), 1)
	}
	xyz := times([3][3]float64{{.4124, .3576, .1805}, {.2126, .7152, .0722}, {.0193, .1192, .9505}}, rgb)
	for i, white := range [3]float64{.9505, 1, 1.089} {
		if xyz[i] /= white; xyz[i] > .008856 {
			xyz[i] = math.Cbrt(xyz[i])
		} else {
			xyz[i] = 7.787*xyz[i] + 16./116
		}
	}
	return [3]float64{116*xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])}
}

func times(m [3][3]float64, v [3]float64) (p [3]float64) {
	for i, row := range m {
		p[i] = row[0]*v[0] + row[1]*v[1] + row[2]*v[2]
	}
	return p
}

// Orange and ochre were one colour for who does not see red.
func TestSeriesDifferForEveryEye(t *testing.T) {
	const least = 20 // 2 is what can be seen side by side; here one is in the legend
	all := []fyne.ThemeColorName{widget.ColorSeries1, widget.ColorSeries2, widget.ColorSeries3, widget.ColorSeries4,
		widget.ColorSeries5, widget.ColorSeries6, widget.ColorSeries7}
	for shade, variant := range test.KnownThemeVariants() {
		for eye, vision := range visions {
			for i, a := range all {
				for _, b := range all[:i] {
					p, q := lab(ui.DefaultTheme().Color(a, variant), vision), lab(ui.DefaultTheme().Color(b, variant), vision)
					if d := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2]); d < least {
						t.Errorf("%s, %s: %s and %s are %.0f apart, want %d", shade, eye, a, b, d, least)
					}
				}
			}
		}
	}
}
