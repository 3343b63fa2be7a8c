package live

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"afterglow/app/apptest"
	"afterglow/limiter"
	"afterglow/proxy"
)

// chainWindow shows a chain of a, the pool of b and c, and d.
func chainWindow(t *testing.T) (*testWindow, *apptest.Proxy) {
	t.Helper()
	w, svc := newTestWindow(t, true)
	w.Show()
	status := proxy.Status{Addr: "127.0.0.1:1", Tiers: []proxy.Tier{
		{Vendor: "a", State: proxy.Out, Reason: "500"}, {Vendor: "b", Pool: 2, State: proxy.Ready}, {Vendor: "c", Pool: 2, State: proxy.Ready}, {Vendor: "d", State: proxy.Ready},
	}}
	w.Update(apptest.BoardOf(status))
	return w, svc
}

// shownOrder is the order on the screen.
func shownOrder(p *Page) string {
	var order [][]string
	for _, t := range p.tiers {
		order = append(order, t.vendors)
	}
	return fmt.Sprint(order)
}

func middle(o fyne.CanvasObject) float32 {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y + o.Size().Height/2
}

func TestATierIsDraggedToItsPlace(t *testing.T) {
	w, svc := chainWindow(t)
	p := w.page
	grip := p.cards["d"].head.grip
	dragTo := func(y float32) {
		grip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(0, y)}})
	}
	dragTo(middle(p.tiers[1].box) - 1)
	if got := shownOrder(p); got != "[[a] [d] [b c]]" || len(svc.Orders) > 0 {
		t.Fatalf("while dragging: %s, set %v", got, svc.Orders)
	}
	w.Update(apptest.BoardOf(proxy.Status{Addr: "127.0.0.1:1", Paused: true, Tiers: []proxy.Tier{
		{Vendor: "a", State: proxy.Ready}, {Vendor: "b", Pool: 2, State: proxy.Ready}, {Vendor: "c", Pool: 2, State: proxy.Ready}, {Vendor: "d", State: proxy.Ready}}}))
	if got := shownOrder(p); got != "[[a] [d] [b c]]" {
		t.Fatalf("a board moved what is under the pointer: %s", got)
	}
	dragTo(0)
	grip.DragEnd()
	if got := shownOrder(p); got != "[[d] [a] [b c]]" || !slices.Equal(svc.Orders, []string{"[[d] [a] [b c]]"}) {
		t.Errorf("dropped: %s, set %v", got, svc.Orders)
	}
}

func TestAPoolMovesAsOneByKeyboard(t *testing.T) {
	w, svc := chainWindow(t)
	grip := w.page.cards["c"].head.grip
	w.Canvas().Focus(grip)
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyUp, fyne.KeyUp} {
		grip.TypedKey(&fyne.KeyEvent{Name: key})
	}
	want := []string{"[[a] [d] [b c]]", "[[a] [b c] [d]]", "[[b c] [a] [d]]"}
	if !slices.Equal(svc.Orders, want) {
		t.Errorf("set %v, want %v", svc.Orders, want)
	}
	if w.Canvas().Focused() != grip {
		t.Error("the focus is gone")
	}
}

func TestARefusedOrderGoesBack(t *testing.T) {
	w, svc := chainWindow(t)
	svc.Err = limiter.ErrUnknown
	w.page.cards["a"].head.grip.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	if w.Notices.Failure.Text() == "" {
		t.Error("the user is not told")
	}
	svc.Err = nil
	w.Update(apptest.BoardOf(proxy.Status{Addr: "127.0.0.1:1", Tiers: []proxy.Tier{
		{Vendor: "a", State: proxy.Ready}, {Vendor: "b", Pool: 2, State: proxy.Ready}, {Vendor: "c", Pool: 2, State: proxy.Ready}, {Vendor: "d", State: proxy.Ready}}}))
	if got := shownOrder(w.page); got != "[[a] [b c] [d]]" {
		t.Errorf("still %s", got)
	}
}

func TestAVendorThatIsOutCanBeReset(t *testing.T) {
	w, svc := chainWindow(t)
	out, ready := w.page.cards["a"].head, w.page.cards["b"].head
	if !out.again.Visible() || !out.why.Visible() || ready.again.Visible() {
		t.Fatalf("Reset is shown: %v at the one that is out, %v at the other", out.again.Visible(), ready.again.Visible())
	}
	test.Tap(out.again)
	if !slices.Equal(svc.Resets, []string{"vendor a"}) {
		t.Errorf("reset %v", svc.Resets)
	}
}

func TestBackToTheConfiguredOrder(t *testing.T) {
	w, svc := chainWindow(t)
	if w.page.changed.Visible() {
		t.Fatal("nothing was reordered")
	}
	w.Update(apptest.BoardOf(proxy.Status{Addr: "127.0.0.1:1", Reordered: true, Tiers: []proxy.Tier{{Vendor: "a", State: proxy.Ready}}}))
	if !w.page.changed.Visible() {
		t.Fatal("the user is not told")
	}
	w.page.restore.Tapped(nil)
	if !slices.Equal(svc.Orders, []string{"configured"}) {
		t.Errorf("set %v", svc.Orders)
	}
}
