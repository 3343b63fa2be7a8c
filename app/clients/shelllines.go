package clients

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/connect"
)

// shellNames are the shells that lines are shown for, by what people call them; bash and zsh have the same.
var shellNames = [...]struct{ title, shell string }{{"bash, zsh", "bash"}, {"fish", "fish"}, {"PowerShell", "powershell"}, {"cmd", "cmd"}}

// shellLines are what to paste into a shell so that the client that is started there calls the proxy.
type shellLines struct {
	variables []connect.Variable
	shell     *widget.Segment
	lines     []*widget.Code
	copies    []*ui.CopyButton
	box       *fyne.Container
	card      *widget.Card
	desk      ui.Context
	resized   func()
}

func newShellLines(d ui.Context, resized func()) *shellLines {
	l := &shellLines{desk: d, resized: resized, box: container.New(layout.NewCustomPaddedVBoxLayout(8))}
	var titles []string
	for _, s := range shellNames {
		titles = append(titles, s.title)
	}
	l.shell = widget.NewSegment(titles...)
	l.shell.OnChosen = func(i int) {
		l.shell.Choose(i)
		l.show()
	}
	why := widget.NewName(ui.Tr("clients.by_hand_why"), ui.CaptionStyle)
	l.card = widget.NewCard(container.New(layout.NewCustomPaddedVBoxLayout(8),
		container.NewBorder(nil, nil, ui.Heading(ui.Tr("clients.by_hand")), l.shell), why, l.box))
	return l
}

// set shows the lines that set these variables.
func (l *shellLines) set(variables []connect.Variable) {
	l.variables = variables
	for len(l.lines) < len(variables) {
		button := ui.NewCopyButton(l.desk, widget.Plain, l.resized)
		line := widget.NewCode(button.Button)
		l.lines, l.copies = append(l.lines, line), append(l.copies, button)
		l.box.Add(line)
	}
	l.show()
}

func (l *shellLines) show() {
	shell := shellNames[max(l.shell.Chosen(), 0)].shell
	for i, line := range l.lines {
		ui.SetVisible(line, i < len(l.variables))
		if i >= len(l.variables) {
			continue
		}
		v := l.variables[i]
		l.copies[i].SetText(ui.Tr("copy.label"), v.Line(shell))
		line.Set(connect.Variable{Name: v.Name, Value: parts.Masked(v)}.Line(shell))
	}
}
