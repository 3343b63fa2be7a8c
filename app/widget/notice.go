package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const noticeRadius = 8

// NoticeKind is how loud a notice is.
type NoticeKind uint8

const (
	Info      NoticeKind = iota // good to know
	Problem                     // something is wrong
	Attention                   // not to be forgotten
)

// Notice is a sentence or two across the window, as high as its text needs, hidden while it has none.
type Notice struct {
	widget.BaseWidget
	kind    NoticeKind
	text    string
	words   *widget.RichText
	segment *widget.TextSegment
	action  fyne.CanvasObject
}

// NewNotice makes a hidden notice. The action, a button at its right, may be nil.
func NewNotice(kind NoticeKind, action fyne.CanvasObject) *Notice {
	n := &Notice{kind: kind, action: action}
	n.segment = &widget.TextSegment{Style: widget.RichTextStyle{ColorName: n.look().text}}
	n.words = widget.NewRichText(n.segment)
	n.words.Wrapping = fyne.TextWrapWord
	n.ExtendBaseWidget(n)
	n.Hide()
	return n
}

// Set says text, or with "" hides the notice. It is true when the text is a new one, so that what
// stands around the notice must be laid out again.
func (n *Notice) Set(text string) bool {
	if text == n.text {
		return false
	}
	n.text, n.segment.Text = text, text
	n.words.Refresh()
	setVisible(text != "", n)
	return true
}

// Text is what it says.
func (n *Notice) Text() string { return n.text }

func (n *Notice) look() pillLook {
	switch n.kind {
	case Problem:
		return pillLook{ColorProblem, ColorProblemBorder, ColorProblemText,
			theme.NewColoredResource(theme.WarningIcon(), ColorProblemText)}
	case Attention:
		return pillLook{ColorPending, ColorPendingBorder, ColorPendingText,
			theme.NewColoredResource(theme.MediaRecordIcon(), ColorPendingText)}
	}
	return pillLook{ColorGlow, ColorCardBorder, theme.ColorNameForeground,
		theme.NewColoredResource(theme.InfoIcon(), ColorMuted)}
}

// CreateRenderer is for Fyne.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	look := n.look()
	back := &canvas.Rectangle{CornerRadius: noticeRadius, StrokeWidth: 1}
	mark := widget.NewIcon(look.icon)
	inside := container.NewBorder(nil, nil, container.NewPadded(mark), n.action, n.words)
	refresh := func() {
		back.FillColor, back.StrokeColor = themeColor(n, look.fill), themeColor(n, look.border)
	}
	refresh()
	return &renderer{
		objects: []fyne.CanvasObject{back, inside},
		minSize: inside.MinSize,
		layout: func(size fyne.Size) {
			back.Resize(size)
			inside.Resize(size)
		},
		refresh: refresh,
	}
}
