package apptest

import (
	"context"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
)

// DiskWatch is a Proxy that notes on which goroutine it was asked for what reads or writes a file, a database or a keyring.
// The goroutine that made it stands for the UI's.
type DiskWatch struct {
	*Proxy
	ui string

	mu        sync.Mutex
	onUI      map[string]bool // what was asked for on the UI's goroutine
	elsewhere map[string]bool // and on others

	tasks sync.WaitGroup
	work  chan func()
}

// WatchDisk makes a DiskWatch over svc.
func WatchDisk(svc *Proxy) *DiskWatch {
	return &DiskWatch{Proxy: svc, ui: goroutine(), onUI: map[string]bool{}, elsewhere: map[string]bool{}, work: make(chan func(), 1000)}
}

// Run and Off are for a context: functions for the UI's goroutine wait until PressEverything runs them, and tasks run on
// goroutines of their own.
func (d *DiskWatch) Run(f func()) { d.work <- f }

// Off runs a task away from the UI's goroutine.
func (d *DiskWatch) Off(work func()) { d.tasks.Go(work) }

// PressEverything brings a page to the front with front, uses each thing that is on it by taps and keys, and asks that nothing
// touches the disk on the UI's goroutine. want are methods of the proxy that must have been called on another one.
func (d *DiskWatch) PressEverything(t *testing.T, c fyne.Canvas, front func(), want ...string) {
	t.Helper()
	front()
	d.settle()
	d.mu.Lock()
	clear(d.onUI)
	clear(d.elsewhere)
	d.mu.Unlock()
	for i := range 500 {
		things := pressable(c)
		if i >= len(things) {
			break
		}
		press(things[i])
		d.settle()
		for o := c.Overlays().Top(); o != nil; o = c.Overlays().Top() {
			for _, item := range pressableIn(o) {
				press(item)
				break
			}
			d.settle()
			c.Overlays().Remove(o)
		}
		front()
		d.settle()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(d.onUI)) {
		t.Errorf("%s touches the disk on the UI's goroutine", what)
	}
	for _, what := range want {
		if !d.elsewhere[what] {
			t.Errorf("nothing on the page called %s", what)
		}
	}
}

// settle waits for the tasks and runs what they have for the UI's goroutine, until there is no more.
func (d *DiskWatch) settle() {
	for {
		d.tasks.Wait()
		select {
		case f := <-d.work:
			f()
		default:
			return
		}
	}
}

func (d *DiskWatch) touch(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if goroutine() == d.ui {
		d.onUI[what] = true
	} else {
		d.elsewhere[what] = true
	}
}

// goroutine names the goroutine that calls it.
func goroutine() string {
	stack := make([]byte, 64)
	name, _, _ := strings.Cut(string(stack[:runtime.Stack(stack, false)]), "[")
	return name
}

// pressable are the things on a canvas that a user can use.
func pressable(c fyne.Canvas) []fyne.CanvasObject { return pressableIn(c.Content()) }

func pressableIn(o fyne.CanvasObject) (all []fyne.CanvasObject) {
	var found []shownThing
	everything(o, fyne.Position{}, area{right: 1e9, bottom: 1e9}, &found)
	for _, s := range found {
		_, taps := s.object.(fyne.Tappable)
		_, keys := s.object.(fyne.Focusable)
		if disabled, ok := s.object.(fyne.Disableable); (taps || keys) && !(ok && disabled.Disabled()) {
			all = append(all, s.object)
		}
	}
	return all
}

func press(o fyne.CanvasObject) {
	if f, ok := o.(fyne.Focusable); ok {
		for _, name := range []fyne.KeyName{fyne.KeyUp, fyne.KeyDown, fyne.KeyEnd, fyne.KeyHome, fyne.KeyRight, fyne.KeyLeft, fyne.KeyReturn} {
			f.TypedKey(&fyne.KeyEvent{Name: name})
		}
		return
	}
	o.(fyne.Tappable).Tapped(&fyne.PointEvent{})
}

// SetLimit and the methods below note where they are called, and go on to Proxy's.
func (d *DiskWatch) SetLimit(vendor, model string, limit int) error {
	d.touch("SetLimit")
	return d.Proxy.SetLimit(vendor, model, limit)
}

func (d *DiskWatch) ResetLimits(vendor string) error {
	d.touch("ResetLimits")
	return d.Proxy.ResetLimits(vendor)
}

func (d *DiskWatch) SetOrder(tiers [][]string) error {
	d.touch("SetOrder")
	return d.Proxy.SetOrder(tiers)
}

func (d *DiskWatch) ResetOrder() error {
	d.touch("ResetOrder")
	return d.Proxy.ResetOrder()
}

func (d *DiskWatch) Usage(ctx context.Context, q ledger.Query) (proxy.Usage, error) {
	d.touch("Usage")
	return d.Proxy.Usage(ctx, q)
}

func (d *DiskWatch) Export(ctx context.Context, q ledger.Query, format string, to io.Writer) error {
	d.touch("Export")
	return d.Proxy.Export(ctx, q, format, to)
}

func (d *DiskWatch) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	d.touch("History")
	return d.Proxy.History(ctx, k, span)
}

func (d *DiskWatch) Vendors() (proxy.VendorList, error) {
	d.touch("Vendors")
	return d.Proxy.Vendors()
}

func (d *DiskWatch) SaveVendor(name string, draft config.Draft, key config.Secret) error {
	d.touch("SaveVendor")
	return d.Proxy.SaveVendor(name, draft, key)
}

func (d *DiskWatch) RemoveVendor(name string) error {
	d.touch("RemoveVendor")
	return d.Proxy.RemoveVendor(name)
}

func (d *DiskWatch) SetTiers(tiers [][]string) error {
	d.touch("SetTiers")
	return d.Proxy.SetTiers(tiers)
}

func (d *DiskWatch) Clients() []connect.Status {
	d.touch("Clients")
	return d.Proxy.Clients()
}

func (d *DiskWatch) Variables(with connect.Credentials) []connect.Variable {
	d.touch("Variables")
	return d.Proxy.Variables(with)
}

func (d *DiskWatch) Connect(id string, with connect.Choice) error {
	d.touch("Connect")
	return d.Proxy.Connect(id, with)
}

func (d *DiskWatch) Disconnect(id string) ([]connect.Restored, error) {
	d.touch("Disconnect")
	return d.Proxy.Disconnect(id)
}

func (d *DiskWatch) ChangeDesktop(edit func(*config.Desktop)) error {
	d.touch("ChangeDesktop")
	return d.Proxy.ChangeDesktop(edit)
}

func (d *DiskWatch) ChangeSettings(edit func(*proxy.Settings)) error {
	d.touch("ChangeSettings")
	return d.Proxy.ChangeSettings(edit)
}

func (d *DiskWatch) LedgerStats() ledger.Stats {
	d.touch("LedgerStats")
	return d.Proxy.LedgerStats()
}

func (d *DiskWatch) ConfigFile() (string, bool) {
	d.touch("ConfigFile")
	return d.Proxy.ConfigFile()
}

func (d *DiskWatch) CheckConfig() error {
	d.touch("CheckConfig")
	return d.Proxy.CheckConfig()
}

func (d *DiskWatch) SetListen(addr string) error {
	d.touch("SetListen")
	return d.Proxy.SetListen(addr)
}
