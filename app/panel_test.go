//go:build (linux || freebsd || openbsd || netbsd) && !race

package app

import (
	"bytes"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"afterglow/app/tray"
)

// panelView is a tray icon as a panel sees it.
type panelView struct {
	t       *testing.T
	item    dbus.BusObject
	menu    dbus.BusObject
	signals <-chan *dbus.Signal
}

func lookAt(t *testing.T, conn *dbus.Conn, name string) *panelView {
	t.Helper()
	signals := make(chan *dbus.Signal, 1000)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchSender(name)); err != nil {
		t.Fatal(err)
	}
	return &panelView{t: t, item: conn.Object(name, "/StatusNotifierItem"),
		menu: conn.Object(name, "/StatusNotifierItem/menu"), signals: signals}
}

// until waits until ok holds. It looks after each signal of the item, and now and then for what has none.
func (v *panelView) until(what string, ok func() bool) {
	v.t.Helper()
	patience := time.After(3 * time.Minute)
	for !ok() {
		select {
		case <-v.signals:
		case <-time.After(20 * time.Millisecond):
		case <-patience:
			v.t.Fatalf("%s: not seen", what)
		}
	}
}

func (v *panelView) property(name string, into ...any) {
	v.t.Helper()
	value, err := v.item.GetProperty("org.kde.StatusNotifierItem." + name)
	if err == nil {
		err = dbus.Store([]any{value.Value()}, into...)
	}
	if err != nil {
		v.t.Fatalf("read %s: %v", name, err)
	}
}

func (v *panelView) text(property string) string {
	var text string
	v.property(property, &text)
	return text
}

func (v *panelView) tooltip() string {
	var tip struct {
		Icon        string
		Pictures    []struct{}
		Title, Text string
	}
	v.property("ToolTip", &tip)
	return tip.Title
}

// picture is the icon: blue, green, red and alpha of each pixel, the other way round.
func (v *panelView) picture() []byte {
	var pictures []struct {
		Width, Height int32
		Pixels        []byte
	}
	v.property("IconPixmap", &pictures)
	if len(pictures) != 1 || pictures[0].Width != tray.BadgeSize || pictures[0].Height != tray.BadgeSize {
		v.t.Fatalf("%d pictures, want one of %d pixels", len(pictures), tray.BadgeSize)
	}
	return pictures[0].Pixels
}

// pixels are those of a badge, as picture has them.
func pixels(t *testing.T, b tray.Badge) []byte {
	t.Helper()
	list, err := tray.NewBadges()
	if err != nil {
		t.Fatal(err)
	}
	icon, err := png.Decode(bytes.NewReader(list.Png(b)))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for y := range tray.BadgeSize {
		for x := range tray.BadgeSize {
			c := color.NRGBAModel.Convert(icon.At(x, y)).(color.NRGBA)
			all = append(all, c.A, c.R, c.G, c.B)
		}
	}
	return all
}

// menuLine is an item of the menu.
type menuLine struct {
	ID       int32
	Props    map[string]dbus.Variant
	Children []dbus.Variant
}

func (l menuLine) label() string {
	label, _ := l.Props["label"].Value().(string)
	return label
}

func (l menuLine) checked() bool { return l.Props["toggle-state"].Value() == int32(1) }

// lines are the visible items of the menu; a separator has no label.
func (v *panelView) lines() []menuLine {
	v.t.Helper()
	var revision uint32
	var root menuLine
	err := v.menu.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		v.t.Fatal(err)
	}
	var lines []menuLine
	for _, child := range root.Children {
		var line menuLine
		fields := child.Value().([]any)
		if err := dbus.Store(fields, &line.ID, &line.Props, &line.Children); err != nil {
			v.t.Fatal(err)
		}
		if line.Props["visible"].Value() != false {
			lines = append(lines, line)
		}
	}
	return lines
}

func (v *panelView) labels() []string {
	var labels []string
	for _, line := range v.lines() {
		labels = append(labels, line.label())
	}
	return labels
}

func (v *panelView) line(start string) menuLine {
	v.t.Helper()
	for _, line := range v.lines() {
		if strings.HasPrefix(line.label(), start) {
			return line
		}
	}
	v.t.Fatalf("no menu line %q in %q", start, v.labels())
	return menuLine{}
}

func (v *panelView) click(start string) {
	v.t.Helper()
	err := v.menu.Call("com.canonical.dbusmenu.Event", 0, v.line(start).ID, "clicked", dbus.MakeVariant(0), uint32(0)).Err
	if err != nil {
		v.t.Fatal(err)
	}
}
