package assets

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"regexp"
	"testing"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

var update = flag.Bool("update", false, "draw icons/afterglow.png anew")

// iconSize is the size of afterglow.png in pixels: what Fyne's packager scales down for each system.
const iconSize = 512

func TestIconPictureIsOfItsSource(t *testing.T) {
	const file = "icons/afterglow.png"
	want := draw(t, Icon)
	if *update {
		var data bytes.Buffer
		if err := png.Encode(&data, want); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", file, got.Bounds(), want.Bounds())
	}
	if n := unlike(got, want); n > 0 {
		t.Errorf("%d pixels of %s are not those of icons/afterglow.svg: run go generate ./assets", n, file)
	}
}

// draw draws an SVG, iconSize pixels wide and high.
func draw(t *testing.T, svg []byte) *image.RGBA {
	t.Helper()
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(image.Rect(0, 0, iconSize, iconSize))
	icon.SetTarget(0, 0, iconSize, iconSize)
	scanner := rasterx.NewScannerGV(iconSize, iconSize, out, out.Bounds())
	icon.Draw(rasterx.NewDasher(iconSize, iconSize, scanner), 1)
	return out
}

// unlike counts the pixels that differ by more than rounding.
func unlike(a, b image.Image) int {
	const rounding = 3 << 8
	far := func(p, q uint32) bool { return max(p, q)-min(p, q) > rounding }
	n := 0
	for y := range iconSize {
		for x := range iconSize {
			r, g, b1, a1 := a.At(x, y).RGBA()
			s, h, c, d := b.At(x, y).RGBA()
			if far(r, s) || far(g, h) || far(b1, c) || far(a1, d) {
				n++
			}
		}
	}
	return n
}

func TestIconAndGlyphShowOneMark(t *testing.T) {
	path := regexp.MustCompile(` d="([^"]+)"`)
	glyph, icon := path.FindSubmatch(Glyph), path.FindSubmatch(Icon)
	if glyph == nil || icon == nil || !bytes.Equal(glyph[1], icon[1]) {
		t.Errorf("the paths of icons/glyph.svg and icons/afterglow.svg differ:\n%s\n%s", glyph, icon)
	}
}
