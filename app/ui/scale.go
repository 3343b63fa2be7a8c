package ui

import (
	"os"
	"strconv"

	"fyne.io/fyne/v2"
)

// scaleVariable is where Fyne looks for its scale, each time a theme is set and a window is shown.
const scaleVariable = "FYNE_SCALE"

// Zoom is how large the window shows everything. Texts do not grow alone: what stands next to them would have to make
// room, in every row and column, and lines and marks would stay too fine for users who want larger texts.
type Zoom struct {
	own    string  // what the variable held before
	system float32 // what is multiplied
	factor float32 // chosen, 1 = as it is
}

// NewZoom makes a zoom that changes nothing. It multiplies the scale that the environment or the system has chosen.
func NewZoom(a fyne.App) *Zoom {
	z := &Zoom{own: os.Getenv(scaleVariable), system: 1, factor: 1}
	if n, err := strconv.ParseFloat(z.own, 32); err == nil && n > 0 {
		z.system = float32(n)
	} else if n := a.Settings().Scale(); z.own == "" && n > 0 {
		z.system = n
	}
	return z
}

// Set takes a factor, 0 for 1, for the next theme that is set. It gives the factor by which what is shown becomes larger.
func (z *Zoom) Set(factor float32) (by float32, err error) {
	if factor == 0 {
		factor = 1
	}
	value := z.own
	if factor != 1 {
		value = strconv.FormatFloat(float64(z.system*factor), 'f', 2, 32)
	}
	if err := os.Setenv(scaleVariable, value); err != nil {
		return 1, err
	}
	by, z.factor = factor/z.factor, factor
	return by, nil
}
