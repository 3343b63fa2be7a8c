package vendors

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// sampleModel is the client's model whose way is shown first.
const sampleModel = "claude-opus-5"

// mapView edits a vendor's model map, and shows where a client's model goes.
type mapView struct {
	changed func()
	resized func()
	rules   []*ruleView
	draft   config.Draft // what the preview goes by

	list    *fyne.Container
	none    *widget.Text
	add     *widget.Button
	rest    *widget.Input // the default model
	sample  *widget.Input
	route   *widget.Route
	wrong   *widget.Text // instead of the route
	box     *fyne.Container
	preview *fyne.Container
}

// ruleView is one line of the map.
type ruleView struct {
	match, to        *widget.Input
	up, down, remove *widget.Button
	box              *fyne.Container
}

func newMapView(changed, resized func()) *mapView {
	m := &mapView{changed: changed, resized: resized, list: container.New(layout.NewCustomPaddedVBoxLayout(4))}
	m.none = widget.NewText(ui.Tr("map.none"), ui.CaptionStyle)
	m.add = widget.NewButton(widget.Plain, theme.ContentAddIcon(), ui.Tr("map.add"), func() {
		r := m.grow("", "")
		m.arrange()
		m.changed()
		ui.Focus(r.match)
	})
	m.rest = widget.NewInput(ui.Tr("map.rest_hint"), fieldWidth, func(string) { m.changed() })
	m.rest.Label = ui.Tr("map.rest")
	m.sample = widget.NewInput(sampleModel, fieldWidth, func(string) { m.show() })
	m.sample.Label = ui.Tr("map.preview")
	m.sample.Put(sampleModel)
	m.route = widget.NewRoute(widget.Style{Bold: true})
	m.wrong = widget.NewText("", widget.Style{Color: widget.ColorProblemText})
	m.preview = container.NewStack(m.route, m.wrong)
	m.box = container.New(layout.NewCustomPaddedVBoxLayout(8),
		ui.WithCaption(ui.Heading(ui.Tr("map.title")), widget.NewText(ui.Tr("map.why"), ui.CaptionStyle)),
		m.none, m.list, container.NewHBox(m.add),
		ui.FormLine(ui.Tr("map.rest"), m.rest),
		ui.FormLine(ui.Tr("map.preview"), container.New(halves{}, m.sample, m.preview)))
	return m
}

// set shows a vendor's map.
func (m *mapView) set(d config.Draft) {
	m.rules = nil
	for _, r := range d.Models {
		m.grow(r.Match, r.To)
	}
	m.rest.Put(d.DefaultModel)
	m.sample.Put(sampleModel)
	m.arrange()
}

// read are the lines as they stand; those without any text are none.
func (m *mapView) read() []config.Rule {
	var rules []config.Rule
	for _, r := range m.rules {
		if r.match.Text != "" || r.to.Text != "" {
			rules = append(rules, config.Rule{Match: r.match.Text, To: r.to.Text})
		}
	}
	return rules
}

// follow lets the preview go by what is typed.
func (m *mapView) follow(d config.Draft) {
	m.draft = d
	m.show()
}

func (m *mapView) show() {
	name := m.sample.Text
	if name == "" {
		name = sampleModel
	}
	to, err := m.draft.Model(name)
	m.route.Set(name, to)
	ui.SetVisible(m.route, err == nil)
	ui.SetVisible(m.wrong, err != nil)
	if err != nil {
		m.wrong.Set(ui.Tr("map.wrong"))
	}
}

func (m *mapView) grow(match, to string) *ruleView {
	r := &ruleView{}
	typed := func(string) { m.changed() }
	r.match = widget.NewInput("claude-*opus*", fieldWidth, typed)
	r.to = widget.NewInput(ui.Tr("map.to"), fieldWidth, typed)
	r.match.Label, r.to.Label = ui.Tr("map.match"), ui.Tr("map.to")
	r.match.Put(match)
	r.to.Put(to)
	r.up = widget.NewButton(widget.Quiet, theme.MoveUpIcon(), "", func() { m.move(r, -1) })
	r.down = widget.NewButton(widget.Quiet, theme.MoveDownIcon(), "", func() { m.move(r, 1) })
	r.remove = widget.NewButton(widget.Quiet, theme.DeleteIcon(), "", func() { m.drop(r) })
	r.up.Label, r.down.Label, r.remove.Label = ui.Tr("map.up"), ui.Tr("map.down"), ui.Tr("map.remove")
	buttons := container.New(layout.NewCustomPaddedHBoxLayout(0), r.up, r.down, r.remove)
	r.box = container.NewBorder(nil, nil, nil, container.NewCenter(buttons), container.New(halves{arrow: true}, r.match, r.to, widget.NewText("→", widget.Style{Color: widget.ColorMuted, Align: fyne.TextAlignCenter})))
	m.rules = append(m.rules, r)
	return r
}

func (m *mapView) move(r *ruleView, by int) {
	from := slices.Index(m.rules, r)
	if to := from + by; to >= 0 && to < len(m.rules) {
		m.rules[from], m.rules[to] = m.rules[to], m.rules[from]
		m.arrange()
		m.changed()
	}
}

func (m *mapView) drop(r *ruleView) {
	at := slices.Index(m.rules, r)
	m.rules = slices.Delete(m.rules, at, at+1)
	m.arrange()
	m.changed()
	if len(m.rules) > 0 {
		ui.Focus(m.rules[min(at, len(m.rules)-1)].remove)
	} else {
		ui.Focus(m.add)
	}
}

func (m *mapView) arrange() {
	m.list.Objects = nil
	for _, r := range m.rules {
		m.list.Objects = append(m.list.Objects, r.box)
	}
	ui.SetVisible(m.none, len(m.rules) == 0)
	ui.SetVisible(m.list, len(m.rules) > 0)
	m.resized()
}

// halves lays two things side by side, each with half of the room; a third stands between them.
type halves struct{ arrow bool }

const halvesGap = 28

func (h halves) MinSize(o []fyne.CanvasObject) fyne.Size {
	first, second := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(2*max(first.Width, second.Width)+halvesGap, max(first.Height, second.Height))
}

func (h halves) Layout(o []fyne.CanvasObject, size fyne.Size) {
	half := (size.Width - halvesGap) / 2
	ui.PutInLine(o[0], 0, half, size.Height)
	ui.PutInLine(o[1], half+halvesGap, half, size.Height)
	if h.arrow {
		ui.PutInLine(o[2], half, halvesGap, size.Height)
	}
}
