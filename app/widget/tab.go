package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	tabsHeight = 40
	tabInset   = 10 // of the word in its tab
	tabShade   = 28 // height of what is behind the word
	tabLine    = 2  // under the word of the tab in front
)

// Tabs is a line of words, one of which is in front. The arrow keys go from one to the next.
type Tabs struct {
	widget.BaseWidget

	// OnSelect is called with the place of a tab that the user has chosen, never for Select.
	OnSelect func(place int)

	tabs     []*tab
	selected int
}

// NewTabs makes tabs, the first of them in front.
func NewTabs(words ...string) *Tabs {
	t := &Tabs{}
	for place, word := range words {
		b := &tab{word: word}
		b.tapped = func() { t.choose(place) }
		b.self = b
		b.step = func(by int) { t.step(place + by) }
		b.on = place == 0
		b.ExtendBaseWidget(b)
		t.tabs = append(t.tabs, b)
	}
	t.ExtendBaseWidget(t)
	return t
}

// Select puts a tab in front.
func (t *Tabs) Select(place int) {
	if place == t.selected {
		return
	}
	t.selected = place
	for i, b := range t.tabs {
		if on := i == place; on != b.on {
			b.on = on
			b.Refresh()
		}
	}
}

// Selected is the place of the tab in front.
func (t *Tabs) Selected() int { return t.selected }

// Focused tells that one of the tabs has the focus.
func (t *Tabs) Focused() bool {
	return slices.ContainsFunc(t.tabs, func(b *tab) bool { return b.focused })
}

func (t *Tabs) choose(place int) {
	t.Select(place)
	if t.OnSelect != nil {
		t.OnSelect(place)
	}
}

// step chooses a neighbour and gives it the focus.
func (t *Tabs) step(place int) {
	if place < 0 || place >= len(t.tabs) {
		return
	}
	t.choose(place)
	if c := fyne.CurrentApp().Driver().CanvasForObject(t); c != nil {
		c.Focus(t.tabs[place])
	}
}

// CreateRenderer is for Fyne.
func (t *Tabs) CreateRenderer() fyne.WidgetRenderer {
	edge := &canvas.Rectangle{}
	objects := []fyne.CanvasObject{edge}
	for _, b := range t.tabs {
		objects = append(objects, b)
	}
	refresh := func() { edge.FillColor = themeColor(t, ColorCardBorder) }
	refresh()
	return &renderer{
		objects: objects,
		minSize: func() fyne.Size {
			width := float32(0)
			for _, b := range t.tabs {
				width += b.MinSize().Width
			}
			return fyne.NewSize(width, tabsHeight)
		},
		layout: func(size fyne.Size) {
			box(edge, 0, size.Height-1, size.Width, 1)
			x := float32(cardInset - tabInset) // the first word stands above the page's edge
			for _, b := range t.tabs {
				width := b.MinSize().Width
				box(b, x, 0, width, size.Height)
				x += width
			}
		},
		refresh: refresh,
	}
}

// tab is one of the words.
type tab struct {
	widget.BaseWidget
	press
	word string
	on   bool
	step func(by int)
}

// TypedKey is for Fyne.
func (b *tab) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeyLeft:
		b.step(-1)
	case fyne.KeyRight:
		b.step(1)
	default:
		b.press.TypedKey(key)
	}
}

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (b *tab) AccessibilityLabel() string             { return b.word }
func (b *tab) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// CreateRenderer is for Fyne.
func (b *tab) CreateRenderer() fyne.WidgetRenderer {
	back := &canvas.Rectangle{CornerRadius: 6}
	line := &canvas.Rectangle{}
	text := &canvas.Text{Text: b.word}
	refresh := func() {
		ink := ColorMuted
		if b.on || b.hovered || b.ring() {
			ink = theme.ColorNameForeground
		}
		Style{Color: ink, Bold: b.on}.paint(text, b)
		shade(back, b, b.hovered, b.ring())
		line.FillColor, line.Hidden = themeColor(b, theme.ColorNamePrimary), !b.on
	}
	refresh()
	bold := Style{Bold: true}.text() // the widest that the word can be, so that nothing moves
	width := func() float32 { return fyne.MeasureText(b.word, textSize(b, ""), bold).Width }
	return &renderer{
		objects: []fyne.CanvasObject{back, text, line},
		minSize: func() fyne.Size { return fyne.NewSize(width()+2*tabInset, tabsHeight) },
		layout: func(size fyne.Size) {
			shadow := float32(tabShade)
			box(back, 2, (size.Height-shadow)/2, size.Width-4, shadow)
			height := text.MinSize().Height
			box(text, tabInset, (size.Height-height)/2, size.Width-2*tabInset, height)
			box(line, tabInset, size.Height-tabLine, size.Width-2*tabInset, tabLine)
		},
		refresh: refresh,
	}
}
