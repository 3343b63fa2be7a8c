package apptest

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
)

func (f *Proxy) Calls() []proxy.Call { return f.CallList }

func (f *Proxy) Call(number int) (proxy.CallDetail, bool) {
	d, ok := f.Details[number]
	return d, ok
}

func (f *Proxy) Cancel(number int) error {
	f.Cancels = append(f.Cancels, number)
	return f.Err
}

func (f *Proxy) Capture(on bool) { f.State.Capture = on }

// Usage and History answer on a goroutine of their own. They keep silent unless a test is ready for that, because
// Fyne's test driver would draw there.
func (f *Proxy) Usage(ctx context.Context, q ledger.Query) (proxy.Usage, error) {
	f.Mu.Lock()
	f.Queries = append(f.Queries, q)
	usage, err, silent := f.Read, f.Err, !f.Reads
	f.Mu.Unlock()
	if silent {
		<-ctx.Done()
	}
	return usage, err
}

func (f *Proxy) Export(_ context.Context, _ ledger.Query, format string, to io.Writer) error {
	_, err := io.WriteString(to, format)
	return err
}

func (f *Proxy) History(ctx context.Context, k limiter.Key, span time.Duration) ([]history.Point, error) {
	if !f.Reads {
		<-ctx.Done()
	}
	return f.Points, f.Err
}

func (f *Proxy) LedgerStats() ledger.Stats { return f.Read.Ledger }

func (f *Proxy) Settings() proxy.Settings { return f.InForce }

func (f *Proxy) ChangeSettings(edit func(*proxy.Settings)) error {
	edit(&f.InForce)
	return f.Err
}

// Proxy answers with what it holds and remembers what it was asked.
type Proxy struct {
	VendorPart
	ClientPart
	DesktopPart

	Mu     sync.Mutex
	State  proxy.Status
	Err    error
	Sets   []string
	Resets []string
	Orders []string
	Signs  []string
	Wake   chan struct{}

	CallList []proxy.Call
	Details  map[int]proxy.CallDetail
	Cancels  []int
	Read     proxy.Usage
	Queries  []ledger.Query
	Points   []history.Point
	InForce  proxy.Settings
	Reads    bool // Usage and History answer
}

func (f *Proxy) Watch(context.Context) <-chan struct{} { return f.Wake }

func (f *Proxy) Status() proxy.Status {
	f.Mu.Lock()
	defer f.Mu.Unlock()
	return f.State
}

// Change changes the status and wakes those that watch.
func (f *Proxy) Change(s proxy.Status) {
	f.Mu.Lock()
	f.State = s
	f.Mu.Unlock()
	select {
	case f.Wake <- struct{}{}:
	default:
	}
}

func (f *Proxy) SetLimit(vendor, model string, limit int) error {
	f.Sets = append(f.Sets, fmt.Sprintf("%s/%s=%d", vendor, model, limit))
	return f.Err
}

func (f *Proxy) ResetVendor(vendor string) error {
	f.Resets = append(f.Resets, "vendor "+vendor)
	return f.Err
}

func (f *Proxy) SetOrder(tiers [][]string) error {
	f.Orders = append(f.Orders, fmt.Sprint(tiers))
	return f.Err
}

func (f *Proxy) ResetOrder() error {
	f.Orders = append(f.Orders, "configured")
	return f.Err
}

func (f *Proxy) SignIn(vendor string) error {
	f.Signs = append(f.Signs, vendor)
	return f.Err
}

func (f *Proxy) CancelSignIn(vendor string) error {
	f.Signs = append(f.Signs, "cancel "+vendor)
	return f.Err
}

func (f *Proxy) ResetLimits(vendor string) error {
	f.Resets = append(f.Resets, vendor)
	return f.Err
}
