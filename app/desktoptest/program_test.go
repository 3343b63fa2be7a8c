//go:build desktop && linux

package desktoptest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// program is the app on a desktop.
type program struct {
	*desktop
	base string // of its HTTP address
	pid  int
	item dbus.BusObject
	menu dbus.BusObject
}

// binary is what make builds before it runs this test.
const binary = "../../bin/afterglow"

// startProgram starts it as one that its user knows: without the guide.
func startProgram(t *testing.T, d *desktop, args ...string) *program {
	t.Helper()
	d.write("state/afterglow/state.json", `{"version":1,"limits":{},"desktop":{"guided":true}}`)
	return startFirst(t, d, args...)
}

// startFirst starts it with the state that there is: at first none.
func startFirst(t *testing.T, d *desktop, args ...string) *program {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Fatal("build the program first: make build: ", err)
	}
	addr := freeAddress(t)
	p := &program{desktop: d, base: "http://" + addr}
	cmd := d.start("afterglow", binary, append(args, "--listen", addr)...)
	p.pid = cmd.Process.Pid
	d.await("the proxy", func() bool {
		resp, err := http.Get(p.base + "/health")
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	})
	if d.hasName("org.kde.StatusNotifierWatcher") {
		name := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", cmd.Process.Pid)
		d.await("the tray icon", func() bool { return d.hasName(name) })
		p.item = d.bus.Object(name, "/StatusNotifierItem")
		p.menu = d.bus.Object(name, "/StatusNotifierItem/menu")
	}
	return p
}

// freeAddress is an address that nobody listens on at this moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// concurrency is the control API's picture.
type concurrency struct {
	Total struct {
		InUse   int `json:"in_use"`
		Pending int `json:"pending"`
	} `json:"total"`
	Accounts []struct{ Limit int }
	Gauges   []struct {
		Model string
		Peak  int `json:"peak_pending_recent"`
		Limit *int
	}
}

func (c concurrency) afterglow() bool {
	peak := 0
	for _, g := range c.Gauges {
		peak = max(peak, g.Peak)
	}
	return c.Total.Pending == 0 && peak > 0
}

func (c concurrency) quiet() bool {
	return c.Total.InUse == 0 && c.Total.Pending == 0 && !c.afterglow()
}

func (p *program) concurrency() (c concurrency) {
	p.t.Helper()
	p.must(json.Unmarshal([]byte(p.get("/api/concurrency")), &c))
	return c
}

// logged is how often a text is in the log.
func (p *program) logged(text string) int {
	log, _ := os.ReadFile(p.dir + "/state/afterglow/afterglow.log")
	return strings.Count(string(log), text)
}

// get is an answer of the control API.
func (p *program) get(path string) string {
	p.t.Helper()
	resp, err := http.Get(p.base + path)
	p.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	p.must(err)
	return string(text)
}

// pixmap is a fingerprint of the icon as the tray host gets it.
func (p *program) pixmap() string {
	p.t.Helper()
	v, err := p.item.GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	p.must(err)
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, v.Value())))
}

// tooltip is the text that hovering shows.
func (p *program) tooltip() string {
	p.t.Helper()
	v, err := p.item.GetProperty("org.kde.StatusNotifierItem.ToolTip")
	p.must(err)
	return fmt.Sprint(v.Value())
}

// menuText is the tray menu's layout, labels and all.
func (p *program) menuText() string {
	p.t.Helper()
	var revision uint32
	var layout struct {
		ID         int32
		Properties map[string]dbus.Variant
		Children   []dbus.Variant
	}
	p.must(p.menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &layout))
	return fmt.Sprint(layout.Children)
}

// window is the id of the program's window if it is on the screen, else "".
func (d *desktop) window() string {
	out, err := d.run("xdotool", "search", "--onlyvisible", "--name", "^Afterglow$")
	if err != nil {
		return ""
	}
	id, _, _ := strings.Cut(out, "\n")
	return id
}

// place is where the window's content is on the screen.
func (d *desktop) place() image.Rectangle {
	d.t.Helper()
	out, err := d.run("xwininfo", "-id", d.window())
	d.must(err)
	var x, y, w, h int
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		fmt.Sscanf(line, "Absolute upper-left X: %d", &x)
		fmt.Sscanf(line, "Absolute upper-left Y: %d", &y)
		fmt.Sscanf(line, "Width: %d", &w)
		fmt.Sscanf(line, "Height: %d", &h)
	}
	return image.Rect(x, y, x+w, y+h)
}

// settle waits until the window shows what came of all that the mouse and the keyboard did before: it takes them in turn,
// and the last is that a tab is shaded under the pointer. The pointer is back where it was afterwards. What the program
// does in the background may take longer.
func (d *desktop) settle() {
	d.t.Helper()
	var x, y int
	if _, err := fmt.Sscanf(d.xdotool("getmouselocation"), "x:%d y:%d", &x, &y); err != nil {
		d.t.Fatal(err)
	}
	tab := d.place().Min.Add(image.Pt(80, 9)) // left of its word, in each language
	ground := image.Pt(d.place().Max.X-20, tab.Y)
	point := func(x, y int, shaded bool) {
		d.xdotool("mousemove", fmt.Sprint(x), fmt.Sprint(y))
		d.await("the pointer's shade", func() bool {
			now := d.shot("settle")
			return shaded == (now.At(tab.X, tab.Y) != now.At(ground.X, ground.Y))
		})
	}
	point(ground.X, ground.Y, false)
	point(tab.X, tab.Y, true)
	point(ground.X, ground.Y, false)
	d.xdotool("mousemove", fmt.Sprint(x), fmt.Sprint(y))
}

// pills is the part of the window that has the totals and the pills; the history right of it remembers
// queues for five minutes.
func (d *desktop) pills() image.Rectangle {
	d.t.Helper()
	place := d.place()
	place.Max.X = place.Min.X + place.Dx()*2/3
	return place
}

// trayArea is where the panel shows the only icon.
var trayArea = image.Rect(1248, 0, 1280, 32)

// same reports whether two pictures agree within a rectangle.
func same(a, b image.Image, in image.Rectangle) bool {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

// count is how many pixels of a rectangle a test of their colour holds for.
func count(img image.Image, in image.Rectangle, is func(color.RGBA) bool) int {
	n := 0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if is(color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)) {
				n++
			}
		}
	}
	return n
}

// amber is the colour of calls that wait, in every shade of it.
func amber(c color.RGBA) bool { return c.R > 200 && c.G > 120 && c.G < 215 && c.B < 110 }

// solid finds the first square of one colour, from the top, and returns its middle.
func solid(img image.Image, in image.Rectangle, c color.RGBA, side int) (image.Point, bool) {
	for y := in.Min.Y; y+side < in.Max.Y; y++ {
		for x := in.Min.X; x+side < in.Max.X; x++ {
			square := image.Rect(x, y, x+side, y+side)
			if count(img, square, func(p color.RGBA) bool { return p == c }) == side*side {
				return image.Pt(x+side/2, y+side/2), true
			}
		}
	}
	return image.Point{}, false
}
