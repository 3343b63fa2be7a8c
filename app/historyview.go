package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"afterglow/limiter"
)

// historyView is the history of one gauge: a chart, and the choice of its span.
type historyView struct {
	svc  Service
	desk desk
	root fyne.CanvasObject
}

func newHistoryView(svc Service, d desk) *historyView {
	return &historyView{svc: svc, desk: d, root: container.NewWithoutLayout()}
}

// show begins to show a gauge's history, and keeps it up to date until hide.
func (v *historyView) show(k limiter.Key) {}
func (v *historyView) hide()              {}
