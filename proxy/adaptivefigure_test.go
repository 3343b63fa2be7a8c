package proxy

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

var updateDocs = flag.Bool("update", false, "write the adaptive limits' table and figure in docs")

const (
	figureDoc  = "../docs/adaptive-limits.md"
	figureFile = "../docs/images/adaptive-limits.svg"
	tableHead  = "| run | calls sent | refused with 429 | share | of the true limit in flight | answered | failed |\n|---|---|---|---|---|---|---|\n"
)

// checkFigure holds the documentation's table to the results; with -update it writes it, and the figure.
func checkFigure(t *testing.T, results []result) {
	t.Helper()
	text, err := os.ReadFile(figureDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), tableHead)
	if !found {
		t.Fatal("the document has no table")
	}
	_, after, _ := strings.Cut(rest, "\n\n")
	var rows []string
	for _, r := range results {
		rows = append(rows, r.row())
	}
	want := before + tableHead + strings.Join(rows, "\n") + "\n\n" + after
	if *updateDocs {
		writeFile(t, figureDoc, want)
		if err := os.WriteFile(figureFile, []byte(figure(results)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	// The order in which goroutines of one moment run is not the same in every run, so that a few calls may differ.
	for _, r := range results {
		_, line, _ := strings.Cut(string(text), "| "+r.name+" |")
		var calls, refused int
		var share, use float64
		_, err := fmt.Sscanf(line, " %d | %d | %f %% | %f %% |", &calls, &refused, &share, &use)
		if err != nil || math.Abs(share-100*r.share()) > 1 || math.Abs(use-100*r.use()) > 3 {
			t.Errorf("%s says %.1f %% and %.1f %% (%v) of this run, run again with -update:\n%s", figureDoc, share, use, err, r.row())
		}
	}
	if _, err := os.Stat(figureFile); err != nil {
		t.Error(err)
	}
}

// The figure's measures, in its own units.
const (
	figureWidth = 900
	plotLeft    = 44
	plotHeight  = 150
	plotGap     = 58
	plotTop     = 64
	plotHighest = 12 // calls
)

// figure draws the runs one below the other: the true limit, the limit in force, calls in flight at the vendor.
func figure(results []result) string {
	height := plotTop + len(results)*(plotHeight+plotGap)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13" fill="#444">`+"\n", figureWidth, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", figureWidth, height)
	legend(&b)
	for i, r := range results {
		plot(&b, r, plotTop+i*(plotHeight+plotGap))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func legend(b *strings.Builder) {
	x := plotLeft
	for _, l := range []struct {
		name, style string
		width       int
	}{
		{"calls in flight at the vendor", `fill="#9ec5e8"`, 210},
		{"the vendor's true limit", `fill="none" stroke="#333" stroke-width="1.6" stroke-dasharray="6 4"`, 180},
		{"the limit in force", `fill="none" stroke="#d4541c" stroke-width="2"`, 130},
		{"a call refused", `fill="#b00020"`, 90},
	} {
		if strings.Contains(l.style, "stroke-width") {
			fmt.Fprintf(b, `<path d="M%d 20h26" %s/>`, x, l.style)
		} else {
			fmt.Fprintf(b, `<rect x="%d" y="14" width="26" height="12" %s/>`, x, l.style)
		}
		fmt.Fprintf(b, `<text x="%d" y="25">%s</text>`+"\n", x+34, l.name)
		x += l.width + 28 + 20
	}
}

func plot(b *strings.Builder, r result, top int) {
	right := figureWidth - 12
	x := func(i int) float64 { return plotLeft + float64(i)*float64(right-plotLeft)/float64(len(r.samples)) }
	y := func(n int) float64 {
		return float64(top+plotHeight) - float64(min(n, plotHighest))*plotHeight/plotHighest
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" font-weight="bold" fill="#222">%s</text>`, plotLeft, top-8, r.name)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%.1f %% of calls refused, %.0f %% of the true limit in flight</text>`+"\n", right, top-8, 100*r.share(), 100*r.use())
	for n := 0; n <= 10; n += 2 {
		fmt.Fprintf(b, `<path d="M%d %.1fH%d" stroke="#e4e4e4"/><text x="%d" y="%.1f" text-anchor="end">%d</text>`+"\n", plotLeft, y(n), right, plotLeft-8, y(n)+4, n)
	}
	for minute := 0; minute <= 60; minute += 10 {
		at := x(minute * len(r.samples) / 60)
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%d min</text>`+"\n", min(at, float64(right-18)), top+plotHeight+17, minute)
	}
	fmt.Fprintf(b, `<path d="%sV%.1fH%d" fill="#9ec5e8" stroke="none"/>`+"\n", steps(r, x, y, func(s sample) int { return s.inFlight }), y(0), plotLeft)
	if r.samples[len(r.samples)-1].limit > 0 {
		fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#d4541c" stroke-width="2"/>`+"\n", steps(r, x, y, func(s sample) int { return s.limit }))
	}
	fmt.Fprintf(b, `<path d="%s" fill="none" stroke="#333" stroke-width="1.6" stroke-dasharray="6 4"/>`+"\n", steps(r, x, y, func(s sample) int { return s.truth }))
	fmt.Fprintf(b, `<path d="%s" stroke="#b00020" stroke-width="1.4"/>`+"\n", marks(r, x, top))
}

// marks are short lines above the plot, one where a second had refusals; those that would touch are one.
func marks(r result, x func(int) float64, top int) string {
	var b strings.Builder
	last := -2.0
	for i, s := range r.samples {
		if at := x(i); s.refused > 0 && at-last >= 1.4 {
			fmt.Fprintf(&b, "M%.1f %dv9", at, top)
			last = at
		}
	}
	return b.String()
}

// steps is the path of a number over the hour, with a point only where it changes.
func steps(r result, x func(int) float64, y func(int) float64, of func(sample) int) string {
	var b strings.Builder
	last := -1
	for i, s := range r.samples {
		n := of(s)
		switch {
		case last < 0:
			fmt.Fprintf(&b, "M%.1f %.1f", x(0), y(n))
		case n != last:
			fmt.Fprintf(&b, "H%.1fV%.1f", x(i), y(n))
		}
		last = n
	}
	fmt.Fprintf(&b, "H%.1f", x(len(r.samples)))
	return b.String()
}
