package settings

import (
	"net"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fynewidget "fyne.io/fyne/v2/widget"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy"
	"afterglow/proxy/reason"
)

// ConfigProxy is what the settings ask of the configuration file. All of it reads or writes that file, and is not for
// the UI's goroutine.
type ConfigProxy interface {
	Status() proxy.Status // does not read the file
	ConfigFile() (path string, exists bool)
	CheckConfig() error          // what is wrong with the file as it is now
	SetListen(addr string) error // writes it into the file and moves there at once
}

// addressSettings are where the proxy listens, and what the configuration file says.
type addressSettings struct {
	page    *Page
	address *widget.Field
	set     *widget.Button
	offer   *fyne.Container // holds it
	found   *widget.Notice  // what checking the configuration has found
	good    *widget.Notice
	why     *fynewidget.Label
	card    *widget.Card
}

// addressWidth has room for an address of version 6 in full.
const addressWidth = 240

func newAddressSettings(p *Page) *addressSettings {
	s := &addressSettings{page: p}
	s.address = widget.NewField("127.0.0.1:3392", func(string) { s.ready() })
	s.address.OnSubmitted = func(string) { s.apply() }
	p.controls = append(p.controls, s.address)
	s.set = p.button(theme.ConfirmIcon(), ui.Tr("settings.apply"), s.apply)
	s.offer = container.NewCenter(s.set)
	entry := container.New(layout.NewCustomPaddedHBoxLayout(8), s.offer, container.New(&wide{addressWidth}, s.address))
	s.why = ui.Caption("")
	check := p.button(theme.SearchIcon(), ui.Tr("settings.check"), s.check)
	s.found, s.good = widget.NewNotice(widget.Problem, nil), widget.NewNotice(widget.Info, nil)
	s.card = section(ui.Tr("settings.proxy"), ui.Explained(settingLine(ui.Tr("settings.address"), entry), s.why),
		settingLine(ui.Tr("settings.config"), check), s.found, s.good)
	return s
}

// show shows the address in force.
func (s *addressSettings) show() {
	s.address.SetText(s.page.svc.Status().Addr)
	s.why.SetText(ui.Tr("settings.address_why"))
	if flag := s.page.means.Places().Listen; flag != "" {
		s.why.SetText(ui.TrText("settings.address_flag", flag))
		s.address.Disable()
	}
	s.ready()
	s.tell("", "")
}

// ready lets a new address be set.
func (s *addressSettings) ready() {
	ui.SetVisible(s.offer, s.address.Text != s.page.svc.Status().Addr && !s.address.Disabled())
	s.card.Refresh()
}

// apply moves the proxy to the address that was typed in.
func (s *addressSettings) apply() {
	p := s.page
	addr, err := fullAddress(s.address.Text, p.svc.Status().Addr)
	if err != nil {
		p.Report(err)
		return
	}
	p.desk.Off(func() {
		err := p.svc.SetListen(addr)
		p.desk.Run(func() {
			p.Report(err)
			if err == nil {
				s.show()
			}
		})
	})
}

// fullAddress is what a person typed as host:port. A port alone is one of the host that is listened on now.
func fullAddress(typed, now string) (string, error) {
	typed = strings.TrimSpace(typed)
	host, port, err := net.SplitHostPort(typed)
	if err != nil {
		if host, _, err = net.SplitHostPort(now); err != nil {
			host = "127.0.0.1"
		}
		port = typed
	}
	n, err := strconv.Atoi(port)
	if err != nil || n < 1 || n > 65535 {
		return "", badAddress(typed)
	}
	return net.JoinHostPort(host, strconv.Itoa(n)), nil
}

// badAddress says what an address must be.
func badAddress(typed string) error {
	return reason.New(reason.BadAddress, typed, "%q: expected a port from 1 to 65535, or host:port", typed)
}

// check says what is wrong with the configuration file.
func (s *addressSettings) check() {
	p := s.page
	p.desk.Off(func() {
		path, exists := p.svc.ConfigFile()
		err := p.svc.CheckConfig()
		p.desk.Run(func() {
			switch {
			case err != nil:
				s.tell(ui.ErrorText(err), "")
			case !exists:
				s.tell("", ui.TrText("settings.config_none", path))
			default:
				s.tell("", ui.TrText("settings.config_good", path))
			}
		})
	})
}

func (s *addressSettings) tell(bad, good string) {
	one, other := s.found.Set(bad), s.good.Set(good)
	if one || other {
		s.page.settle()
	}
}

// wide gives what is in it a width.
type wide struct{ width float32 }

func (w *wide) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(w.width, objects[0].MinSize().Height)
}

func (w *wide) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
