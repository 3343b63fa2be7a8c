package tray

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"

	"afterglow/app/apptest"
)

// sheet lays badges out as panels show them: one row a size, on light and on dark, and below it each
// of the smallest four times as big.
func sheet(p *brush, list []Badge) image.Image {
	const gap, cell, zoom = 8, 72, 4
	height := 0
	for _, s := range panelSizes {
		height += s + gap
	}
	height += 2*(16*zoom+gap) + gap
	out := image.NewRGBA(image.Rect(0, 0, gap+len(list)*cell, 2*height))
	for i, ground := range []color.Color{color.Gray{0xf2}, color.Gray{0x22}} {
		panel := image.Rect(0, i*height, out.Rect.Max.X, (i+1)*height)
		draw.Draw(out, panel, image.NewUniform(ground), image.Point{}, draw.Src)
		for j, b := range list {
			at := image.Pt(gap+j*cell, i*height+gap)
			full := p.badge(b)
			for _, size := range panelSizes {
				icon := shrink(full, size, ground)
				draw.Draw(out, icon.Bounds().Add(at), icon, image.Point{}, draw.Src)
				at.Y += size + gap
			}
			for _, size := range []int{16, 22} {
				icon := shrink(full, size, ground)
				xdraw.NearestNeighbor.Scale(out, image.Rect(at.X, at.Y, at.X+64, at.Y+64), icon, icon.Bounds(), draw.Src, nil)
				at.Y += 16*zoom + gap
			}
		}
	}
	return out
}

// shrink shows an icon on a panel in another size, smoothly.
func shrink(icon image.Image, size int, panel color.Color) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, size, size))
	draw.Draw(out, out.Bounds(), image.NewUniform(panel), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(out, out.Bounds(), icon, icon.Bounds(), draw.Over, nil)
	return out
}

// share is the part of an area whose contrast to a colour is at least a ratio.
func share(img image.Image, area image.Rectangle, to color.Color, ratio float64) float64 {
	n := 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if apptest.Contrast(img.At(x, y), to) >= ratio {
				n++
			}
		}
	}
	return float64(n) / float64(area.Dx()*area.Dy())
}

// distance is the number of pixels of which a channel differs by more than a quarter.
func distance(a, b *image.RGBA) int {
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		for c := range 3 {
			if p, q := a.Pix[i+c], b.Pix[i+c]; max(p, q)-min(p, q) > 64 {
				n++
				break
			}
		}
	}
	return n
}
