package vendors

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// limitsView edits a vendor's limits.
type limitsView struct {
	changed func()
	resized func()
	kept    config.Limit // what is not edited here
	models  []*modelLimit

	each, total, most *widget.Input
	adaptive, fair    *widget.Switch
	list              *fyne.Container
	add               *widget.Button
	box               *fyne.Container
}

// modelLimit is the limit of one vendor model.
type modelLimit struct {
	model, limit *widget.Input
	remove       *widget.Button
	box          *fyne.Container
}

// numberWidth is the width of a field for a limit, fieldWidth the least of one for a text.
const (
	numberWidth = 64
	fieldWidth  = 120
)

func newLimitsView(changed, resized func()) *limitsView {
	l := &limitsView{changed: changed, resized: resized, list: container.New(layout.NewCustomPaddedVBoxLayout(4))}
	l.each, l.total, l.most = l.number(ui.Tr("limits.each")), l.number(ui.Tr("limits.total")), l.number(ui.Tr("limits.most"))
	l.adaptive, l.fair = l.toggle(ui.Tr("limits.adaptive")), l.toggle(ui.Tr("limits.fair"))
	l.add = widget.NewButton(widget.Plain, theme.ContentAddIcon(), ui.Tr("limits.add"), func() {
		m := l.grow("", 0)
		l.arrange()
		l.changed()
		ui.Focus(m.model)
	})
	l.box = container.New(layout.NewCustomPaddedVBoxLayout(8),
		ui.WithCaption(ui.Heading(ui.Tr("limits.title")), widget.NewText(ui.Tr("limits.why"), ui.CaptionStyle)),
		numberLine(l.each, ui.Tr("limits.each_why")), numberLine(l.total, ui.Tr("limits.total_why")), numberLine(l.most, ui.Tr("limits.most_why")),
		l.list, container.NewHBox(l.add),
		ui.SwitchLine(l.adaptive, ui.Tr("limits.adaptive_why")), ui.SwitchLine(l.fair, ui.Tr("limits.fair_why")))
	return l
}

func (l *limitsView) number(label string) *widget.Input {
	i := widget.NewInput("–", numberWidth, func(string) { l.changed() })
	i.Label = label
	return i
}

func (l *limitsView) toggle(label string) *widget.Switch {
	s := widget.NewSwitch(label)
	s.OnSet = func(bool) { l.changed() }
	return s
}

// numberLine is a label, a field for a number, and what the number is.
func numberLine(i *widget.Input, why string) fyne.CanvasObject {
	return ui.FormLine(i.Label, container.NewBorder(nil, nil, i, nil,
		container.New(layout.NewCustomPaddedLayout(0, 0, 8, 0), widget.NewText(why, ui.CaptionStyle))))
}

// set shows a vendor's limits.
func (l *limitsView) set(limit config.Limit) {
	l.kept, l.models = limit, nil
	putNumber(l.each, limit.Default)
	putNumber(l.total, limit.Total)
	putNumber(l.most, limit.Max)
	l.adaptive.Set(limit.Adaptive)
	l.fair.Set(limit.Fair)
	for _, model := range slices.Sorted(maps.Keys(limit.Models)) {
		l.grow(model, limit.Models[model])
	}
	l.arrange()
}

func putNumber(i *widget.Input, n int) {
	if n == 0 {
		i.Put("")
	} else {
		i.Put(strconv.Itoa(n))
	}
}

// read are the limits as they stand; ok is false where one of them is no number.
func (l *limitsView) read() (limit config.Limit, ok bool) {
	limit, ok = l.kept, true
	number := func(i *widget.Input) int {
		text := strings.TrimSpace(i.Text)
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0) {
			ok = false
		}
		return n
	}
	limit.Default, limit.Total, limit.Max = number(l.each), number(l.total), number(l.most)
	limit.Adaptive, limit.Fair = l.adaptive.On(), l.fair.On()
	limit.Models = nil
	for _, m := range l.models {
		model, n := strings.TrimSpace(m.model.Text), number(m.limit)
		switch {
		case model != "" && n > 0:
			if limit.Models == nil {
				limit.Models = map[string]int{}
			}
			limit.Models[model] = n
		case model != "" || n > 0: // half of a line
			ok = false
		}
	}
	return limit, ok
}

func (l *limitsView) grow(model string, limit int) *modelLimit {
	m := &modelLimit{limit: l.number(ui.Tr("limits.add"))}
	m.model = widget.NewInput(ui.Tr("map.to"), fieldWidth, func(string) { l.changed() })
	m.model.Label = ui.Tr("map.to")
	m.model.Put(model)
	putNumber(m.limit, limit)
	m.remove = widget.NewButton(widget.Quiet, theme.DeleteIcon(), "", func() {
		at := slices.Index(l.models, m)
		l.models = slices.Delete(l.models, at, at+1)
		l.arrange()
		l.changed()
		ui.Focus(l.add)
	})
	m.remove.Label = ui.Tr("map.remove")
	m.box = container.NewBorder(nil, nil, nil, container.NewHBox(m.limit, container.NewCenter(m.remove)), m.model)
	l.models = append(l.models, m)
	return m
}

func (l *limitsView) arrange() {
	l.list.Objects = nil
	for _, m := range l.models {
		l.list.Objects = append(l.list.Objects, m.box)
	}
	ui.SetVisible(l.list, len(l.models) > 0)
	l.resized()
}
