package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestPageMarkup is TestMarkup for what the pages of calls are made of.
func TestPageMarkup(t *testing.T) {
	for name, c := range map[string]struct {
		make          func() fyne.CanvasObject
		width, height float32
	}{
		"tabs":       {func() fyne.CanvasObject { return NewTabs("Live", "Activity") }, 200, 40},
		"chip":       {func() fyne.CanvasObject { return NewChip(nil, "Failed") }, 90, 28},
		"chip-on":    {func() fyne.CanvasObject { c := NewChip(nil, "Failed"); c.Set(true); return c }, 90, 28},
		"chip-icon":  {func() fyne.CanvasObject { return NewChip(clockIcon(), "Keep") }, 90, 28},
		"route":      {func() fyne.CanvasObject { return route("opus", "glm-5.1") }, 200, 20},
		"route-long": {func() fyne.CanvasObject { return route("opus", longName) }, 160, 20},
		"opener":     {func() fyne.CanvasObject { return NewOpener("open", NewText("inside", Style{}), nil) }, 120, 32},
		"opener-hovered": {func() fyne.CanvasObject {
			o := NewOpener("open", NewText("inside", Style{}), nil)
			o.Hover(true)
			return o
		}, 120, 32},
		"list":             {func() fyne.CanvasObject { l, _ := list(3); return NewListCard(l) }, 120, 90},
		"ground":           {func() fyne.CanvasObject { return NewGround() }, 60, 30},
		"field":            {func() fyne.CanvasObject { f := NewField("Vendor", func(string) {}); f.SetText("kimi"); return f }, 160, 36},
		"notice-attention": {func() fyne.CanvasObject { n := NewNotice(Attention, nil); n.Set("bodies are kept"); return n }, 300, 40},
	} {
		t.Run(name, func(t *testing.T) {
			test.AssertRendersToMarkup(t, name+".xml", show(t, c.make(), c.width, c.height))
		})
	}
}

func route(from, to string) *Route {
	r := NewRoute(Style{})
	r.Set(from, to)
	return r
}

// list is a List of n rows that say their number, and the rows that were opened.
func list(n int) (*List, *[]int) {
	var opened []int
	l := NewList(30, func() fyne.CanvasObject { return NewText("", Style{}) }, func(row int, on fyne.CanvasObject) {
		on.(*Text).Set(string(rune('a' + row)))
	})
	l.OnOpen = func(row int) { opened = append(opened, row) }
	l.Update(n)
	return l, &opened
}

// inView are the rows of a list that are drawn, from the top.
func inView(l *List) string {
	text := ""
	first, last := l.inView()
	for row := first; row < last; row++ {
		for _, r := range l.rows {
			if r.row == row && r.Visible() && r.Position().Y == float32(row)*l.height {
				text += r.content.(*Text).Text()
			}
		}
	}
	return text
}

func TestListDrawsTheRowsInView(t *testing.T) {
	l, _ := list(20)
	c := show(t, l, 120, 75)
	if got := inView(l); got != "abc" {
		t.Errorf("in view %q", got)
	}
	test.Scroll(c, fyne.NewPos(10, 10), 0, -100)
	if got := inView(l); got != "def" {
		t.Errorf("after 100 units in view %q", got)
	}
	l.Shift(1)
	if got := inView(l); got != "efg" || l.Top() != 4 {
		t.Errorf("a row further in view %q from %d", got, l.Top())
	}
	l.Update(2)
	if got := inView(l); got != "ab" || l.Scrolled() {
		t.Errorf("of two in view %q, scrolled %t", got, l.Scrolled())
	}
	l.Update(0)
	if got := inView(l); got != "" {
		t.Errorf("of none in view %q", got)
	}
	l.Update(20)
	l.ToTop()
	l.Resize(fyne.NewSize(120, 140))
	if got := inView(l); got != "abcde" {
		t.Errorf("in a higher window in view %q", got)
	}
	if n := len(l.rows); n > 8 {
		t.Errorf("%d rows exist", n)
	}
}

func TestListByKeys(t *testing.T) {
	l, opened := list(20)
	c := show(t, l, 120, 90)
	c.Focus(l)
	for _, step := range []struct {
		key    fyne.KeyName
		marked int
	}{
		{fyne.KeyUp, 0}, {fyne.KeyDown, 1}, {fyne.KeyPageDown, 3}, {fyne.KeyEnd, 19}, {fyne.KeyDown, 19}, {fyne.KeyPageUp, 17}, {fyne.KeyHome, 0}, {fyne.KeyA, 0},
	} {
		l.TypedKey(&fyne.KeyEvent{Name: step.key})
		first, last := l.inView()
		if l.Marked() != step.marked || step.marked < first || step.marked >= last {
			t.Errorf("%s: marked %d of %d to %d, want %d in view", step.key, l.Marked(), first, last, step.marked)
		}
	}
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyDown, fyne.KeySpace} {
		l.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if len(*opened) != 2 || (*opened)[0] != 0 || (*opened)[1] != 1 {
		t.Errorf("opened %v", *opened)
	}
	seen := c.Capture()
	c.Unfocus()
	if same(seen, c.Capture()) {
		t.Error("the mark is not seen")
	}
	empty, opened := list(0)
	empty.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if len(*opened) != 0 {
		t.Error("an empty list opens a row")
	}
}

func TestListByPointer(t *testing.T) {
	l, opened := list(20)
	c := show(t, l, 120, 90)
	rest := c.Capture()
	test.MoveMouse(c, fyne.NewPos(20, 40))
	if same(rest, c.Capture()) {
		t.Error("the row under the pointer is not seen")
	}
	test.TapCanvas(c, fyne.NewPos(20, 40))
	l.Label = func(row int) string { return string(rune('a' + row)) }
	if got := l.rows[1].AccessibilityLabel(); got != "b" {
		t.Errorf("a screen reader says %q", got)
	}
	if len(*opened) != 1 || (*opened)[0] != 1 || l.Marked() != 1 {
		t.Errorf("opened %v, marked %d", *opened, l.Marked())
	}
}

func TestListIsOneStopOfTheTabKey(t *testing.T) {
	l, _ := list(20)
	c := show(t, l, 120, 90)
	c.FocusNext()
	first := c.Focused()
	c.FocusNext()
	if first != fyne.Focusable(l) || c.Focused() != first {
		t.Errorf("stops at %T and %T", first, c.Focused())
	}
}

func TestTabsByPointerAndKeys(t *testing.T) {
	var chosen []int
	tabs := NewTabs("Live", "Activity", "Usage")
	tabs.OnSelect = func(place int) { chosen = append(chosen, place) }
	c := show(t, tabs, 300, 40)
	rest := c.Capture()
	test.Tap(tabs.tabs[1])
	if tabs.Selected() != 1 || same(rest, c.Capture()) {
		t.Errorf("selected %d", tabs.Selected())
	}
	c.Focus(tabs.tabs[1])
	for _, key := range []fyne.KeyName{fyne.KeyRight, fyne.KeyRight, fyne.KeyLeft, fyne.KeyReturn} {
		c.Focused().TypedKey(&fyne.KeyEvent{Name: key})
	}
	if want := []int{1, 2, 1, 1}; !slices.Equal(chosen, want) { // right at the last does nothing
		t.Errorf("chosen %v", chosen)
	}
	if c.Focused() != fyne.Focusable(tabs.tabs[1]) {
		t.Error("the focus does not go with the arrow keys")
	}
	tabs.Select(0)
	if len(chosen) != 4 || tabs.tabs[1].on || !tabs.tabs[0].on {
		t.Error("a tab that the program selects is reported, or not shown")
	}
}

func TestChipByPointerAndKeys(t *testing.T) {
	var set []bool
	chip := NewChip(nil, "Failed")
	chip.OnSet = func(on bool) { set = append(set, on) }
	c := show(t, chip, 90, 28)
	rest := c.Capture()
	test.Tap(chip)
	on := c.Capture()
	chip.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	chip.Set(true)
	if len(set) != 2 || !set[0] || set[1] || !chip.On() || same(rest, on) {
		t.Errorf("set %v", set)
	}
	if chip.AccessibilityLabel() != "✓ Failed" {
		t.Errorf("a screen reader says %q", chip.AccessibilityLabel())
	}
}

func TestRouteSharesItsRoom(t *testing.T) {
	r := route("opus", longName)
	if from, to := r.fit(200); from != "opus" || to == longName {
		t.Errorf("short and long: %q, %q", from, to)
	}
	r.Set(longName, "opus")
	if from, to := r.fit(200); from == longName || to != "opus" {
		t.Errorf("long and short: %q, %q", from, to)
	}
	r.Set(longName, longName)
	if from, to := r.fit(200); from != to || from == longName {
		t.Errorf("long both: %q, %q", from, to)
	}
	if from, to := r.fit(r.FullWidth() + 1); from != longName || to != longName {
		t.Errorf("with room for both: %q, %q", from, to)
	}
	r.Set("glm", "")
	if from, to := r.fit(200); from != "glm" || to != "" || r.AccessibilityLabel() != "glm" {
		t.Errorf("one alone: %q, %q", from, to)
	}
}

func TestFieldIsClearedByEscapeAndItsCross(t *testing.T) {
	var texts []string
	f := NewField("Vendor", func(text string) { texts = append(texts, text) })
	show(t, f, 160, 36)
	if f.clear.Visible() {
		t.Error("an empty field has a cross")
	}
	f.SetText("kimi")
	f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	f.SetText("zhipu")
	test.Tap(f.clear)
	if f.Text != "" || len(texts) != 4 || f.clear.Visible() {
		t.Errorf("text %q after %q", f.Text, texts)
	}
}
