package widget

import "math"

// mostSteps is how many steps a scale has at most. With steps of 1, 2 and 5 it then has two at least.
const mostSteps = 4

// scale is an axis from 0, in round steps.
type scale struct {
	step  float64
	steps int
}

// newScale makes the finest scale that reaches up to value.
func newScale(value float64) scale {
	if value <= 0 {
		value = 1
	}
	for power := math.Floor(math.Log10(value / mostSteps)); ; power++ {
		for _, digit := range [...]float64{1, 2, 5} {
			step := digit * math.Pow(10, power)
			if power < 0 {
				step = digit / math.Pow(10, -power) // 0.3 and not 0.30000000000000004
			}
			if steps := math.Ceil(value/step - 1e-9); steps <= mostSteps {
				return scale{step, int(steps)}
			}
		}
	}
}

func (s scale) top() float64 { return s.step * float64(s.steps) }

// ticks are the scale's values, 0 first.
func (s scale) ticks() []float64 {
	values := make([]float64, s.steps+1)
	for i := range values {
		values[i] = float64(i) * s.step
	}
	return values
}

// span is a piece of a line.
type span struct{ from, to float32 }

// thin is n for the most of spans, which are in order, that leave gap between them when only every nth is
// kept, counted from the last.
func thin(spans []span, gap float32) int {
	for every := 1; every < len(spans); every++ {
		if apart(spans, every, gap) {
			return every
		}
	}
	return max(len(spans), 1)
}

func apart(spans []span, every int, gap float32) bool {
	for i := len(spans) - 1 - every; i >= 0; i -= every {
		if spans[i].to+gap > spans[i+every].from {
			return false
		}
	}
	return true
}
