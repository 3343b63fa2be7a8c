package usage

import (
	"image"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/apptest"
	"afterglow/app/widget"
)

// TestBarLooks is TestLooks for the bar chart, marked and full.
func TestBarLooks(t *testing.T) {
	for _, c := range []struct {
		scene string
		draw  func(t *testing.T, scene, language, shade string) image.Image
	}{
		{"bars-30", func(t *testing.T, _, language, shade string) image.Image {
			return barPicture(t, language, shade, 30, 7, 17)
		}},
		{"bars-3", func(t *testing.T, _, language, shade string) image.Image {
			return barPicture(t, language, shade, 3, 1, -1)
		}},
		{"bars-huge", func(t *testing.T, _, language, shade string) image.Image { return hugePicture(t, language, shade) }},
	} {
		apptest.CheckLooks(t, [][3]string{{c.scene, "en", "light"}, {c.scene, "zh", "dark"}}, c.draw)
	}
}

func barPicture(t *testing.T, language, shade string, days, series, marked int) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	c := widget.NewBarChart()
	w := apptest.OnCard(t, c)
	c.Set(barScene(days, series))
	for range marked + 1 {
		c.TypedKey(&fyne.KeyEvent{Name: fyne.KeyRight})
	}
	return w.Canvas().Capture()
}

func hugePicture(t *testing.T, language, shade string) image.Image {
	t.Helper()
	a := apptest.Speak(t, language)
	apptest.Shade(a, shade)
	c := widget.NewBarChart()
	w := apptest.OnCard(t, c)
	d := barScene(14, 3)
	d.Series[1].Values[9] = 48_700
	c.Set(d)
	return w.Canvas().Capture()
}

// barScene is what days cost, by model.
func barScene(days, series int) widget.BarData {
	d := widget.BarData{Format: func(v float64) string { return "$" + strconv.Itoa(int(v)) }}
	names := []string{"glm-5.1", "claude-opus-4-6", "kimi-k2.5", "glm-4.5-air", "MiniMax-M2.1", "gemini-3-pro-preview", "other"}
	for j := range series {
		d.Series = append(d.Series, widget.BarSeries{Name: names[j]})
	}
	day := apptest.SceneDay.AddDate(0, 0, 1-days)
	for i := range days {
		at := day.AddDate(0, 0, i)
		d.Labels, d.Full = append(d.Labels, at.Format("01-02")), append(d.Full, at.Format(time.DateOnly))
		for j := range series {
			v := 1 + (i*7+j*5)%11 + (i+3*j)%4
			if at.Weekday() == time.Sunday {
				v /= 5
			}
			d.Series[j].Values = append(d.Series[j].Values, float64(v))
		}
	}
	return d
}
