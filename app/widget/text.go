package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Style is how a Text or a Name looks.
type Style struct {
	Color fyne.ThemeColorName // "" = foreground
	Size  fyne.ThemeSizeName  // "" = text
	Bold  bool
	Mono  bool
	Align fyne.TextAlign
}

func (s Style) text() fyne.TextStyle { return fyne.TextStyle{Bold: s.Bold, Monospace: s.Mono} }

// paint gives t the style's looks in w's theme.
func (s Style) paint(t *canvas.Text, w themed) {
	name := s.Color
	if name == "" {
		name = theme.ColorNameForeground
	}
	t.Color = themeColor(w, name)
	t.TextSize = textSize(w, s.Size)
	t.TextStyle = s.text()
	t.Alignment = s.Align
}

// Text is one line, drawn without any padding so that its edge is the column's edge.
type Text struct {
	widget.BaseWidget
	style Style
	text  string
}

// NewText makes a Text.
func NewText(text string, style Style) *Text {
	t := &Text{style: style, text: text}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes the text.
func (t *Text) Set(text string) {
	if text == t.text {
		return
	}
	t.text = text
	t.Refresh()
}

// SetColor changes the colour.
func (t *Text) SetColor(name fyne.ThemeColorName) {
	if name == t.style.Color {
		return
	}
	t.style.Color = name
	t.Refresh()
}

// Text is what it says.
func (t *Text) Text() string { return t.text }

// AccessibilityLabel and AccessibilityRole are what a screen reader says.
func (t *Text) AccessibilityLabel() string             { return t.text }
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// CreateRenderer is for Fyne.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	line := &canvas.Text{}
	refresh := func() {
		line.Text = t.text
		t.style.paint(line, t)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{line},
		minSize: line.MinSize,
		layout: func(size fyne.Size) {
			height := line.MinSize().Height
			line.Resize(fyne.NewSize(size.Width, height))
			line.Move(fyne.NewPos(0, (size.Height-height)/2))
		},
		refresh: refresh,
	}
}
