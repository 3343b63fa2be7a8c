package viewmodel

import (
	"strconv"
	"strings"
)

// Bytes is a size: "512 B", "12.3 kB", "4.5 MB".
func Bytes(n int64) string {
	return scaled(float64(n), 1000, []string{" B", " kB", " MB", " GB", " TB"})
}

// Exact is a count with all its digits, in groups of three.
func Exact(n int64) string {
	text := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, r := range text {
		if i > 0 && (len(text)-i)%3 == 0 && text[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Percent is a share from 0 to 1: "100 %", "98.4 %". It is never 100 where something is missing.
func Percent(share float64) string {
	if share >= 1 {
		return "100 %"
	}
	return strconv.FormatFloat(float64(int(share*1000))/10, 'f', -1, 64) + " %"
}

func scaled(n, step float64, units []string) string {
	unit := 0
	for ; unit < len(units)-1 && n >= step-0.5; unit++ {
		n /= step
	}
	digits := 0
	if unit > 0 && n < 99.95 {
		digits = 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', digits, 64), ".0") + units[unit]
}
