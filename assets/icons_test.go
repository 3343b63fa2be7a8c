package assets

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"
)

var update = flag.Bool("update", false, "draw icons/afterglow.png anew")

// iconSize is the size of afterglow.png in pixels: what Fyne's packager scales down for each system.
const iconSize = 512

func TestIconPictureIsOfItsSource(t *testing.T) {
	const file = "icons/afterglow.png"
	want := draw(t, Icon, iconSize)
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

// TestIconsOfPackages draws the icon in the sizes a package needs. AFTERGLOW_ICONS names the folder that keeps
// them, as SIZE.png; without it they are gone when the test ends.
func TestIconsOfPackages(t *testing.T) {
	dir := os.Getenv("AFTERGLOW_ICONS")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, size := range []int{16, 22, 24, 32, 48, 64, 128, 256, 512, 1024} {
		img := draw(t, Icon, size)
		if _, _, _, alpha := img.At(size/2, size/2).RGBA(); alpha != 0xffff {
			t.Errorf("%d pixels: nothing in the middle", size)
		}
		var data bytes.Buffer
		if err := png.Encode(&data, img); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(size)+".png"), data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// draw draws an SVG, size pixels wide and high.
func draw(t *testing.T, svg []byte, size int) *image.RGBA {
	t.Helper()
	icon, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(image.Rect(0, 0, size, size))
	icon.SetTarget(0, 0, float64(size), float64(size))
	scanner := rasterx.NewScannerGV(size, size, out, out.Bounds())
	icon.Draw(rasterx.NewDasher(size, size, scanner), 1)
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
