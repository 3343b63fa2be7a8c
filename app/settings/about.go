package settings

import (
	"os"
	"path/filepath"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"afterglow/app/ui"
	"afterglow/app/widget"
)

// aboutSettings say where things are and which program this is.
type aboutSettings struct {
	page    *Page
	folders []*folderLine
	version *widget.Text
	built   *widget.Text
	copy    *ui.CopyButton
	card    *fyne.Container
}

// folderLine is a folder: its name, its path and a button that opens it.
type folderLine struct {
	path *widget.Name
	dir  string
}

func newAboutSettings(p *Page) *aboutSettings {
	s := &aboutSettings{page: p, version: widget.NewText("", ui.TrailingText)}
	s.built = widget.NewText(runtime.Version()+" · "+runtime.GOOS+"/"+runtime.GOARCH, ui.TrailingText)
	var folders []fyne.CanvasObject
	for _, name := range []string{ui.Tr("settings.folder_config"), ui.Tr("settings.folder_state"), ui.Tr("settings.folder_log")} {
		line, box := s.folder(name)
		s.folders, folders = append(s.folders, line), append(folders, box)
	}
	s.copy = ui.NewCopyButton(p.desk, widget.Plain, func() {})
	p.controls = append(p.controls, s.copy.Button)
	buttons := []fyne.CanvasObject{s.copy.Button} // not the CopyButton: Fyne would draw that apart from it
	if p.means.Guide != nil {
		buttons = append(buttons, p.button(theme.HelpIcon(), ui.Tr("settings.guide"), p.means.Guide))
	}
	if dir := docsFolder(); dir != "" {
		buttons = append(buttons, p.button(theme.DocumentIcon(), ui.Tr("settings.docs"), func() { p.Report(p.desk.Open(ui.FileURL(dir))) }))
	}
	about := section(ui.Tr("settings.about"), settingLine(ui.Tr("settings.version"), s.version),
		settingLine(ui.Tr("settings.built"), s.built),
		ui.Explained(settingLine(ui.Tr("settings.licence"), widget.NewText("Apache 2.0", ui.TrailingText)), ui.Caption(ui.Tr("settings.font"))),
		container.New(layout.NewCustomPaddedHBoxLayout(8), buttons...))
	s.card = container.New(layout.NewCustomPaddedVBoxLayout(ui.CardGap), section(ui.Tr("settings.folders"), folders...), about)
	return s
}

// folder is a line for a folder.
func (s *aboutSettings) folder(name string) (*folderLine, fyne.CanvasObject) {
	line := &folderLine{path: widget.NewName("", ui.CaptionStyle)}
	open := s.page.button(theme.FolderOpenIcon(), ui.Tr("settings.open"), func() { s.page.openFolder(line.dir) })
	return line, container.NewBorder(nil, nil, nil, container.NewCenter(open),
		container.New(layout.NewCustomPaddedVBoxLayout(2), widget.NewText(name, widget.Style{}), line.path))
}

// openFolder shows a folder in the system's program for that.
func (p *Page) openFolder(dir string) {
	p.desk.Go(func() {
		_, err := os.Stat(dir)
		p.desk.Run(func() {
			if err == nil {
				err = p.desk.Open(ui.FileURL(dir))
			}
			p.Report(err)
		})
	})
}

// show asks where things are, and shows it.
func (s *aboutSettings) show() {
	s.page.desk.Go(func() {
		file, _ := s.page.svc.ConfigFile()
		s.page.desk.Run(func() { s.showPlaces(file) })
	})
}

func (s *aboutSettings) showPlaces(file string) {
	places := s.page.means.Places()
	for i, path := range []string{file, places.State, places.Log} {
		s.folders[i].dir = path
		if i != 1 && path != "" {
			s.folders[i].dir = filepath.Dir(path) // of a file
		}
		s.folders[i].path.Set(path)
	}
	version := places.Version
	if c := commit(); c != "" {
		version += " · " + c
	}
	s.version.Set(version)
	s.copy.SetText(ui.Tr("settings.facts"), places.report())
}
