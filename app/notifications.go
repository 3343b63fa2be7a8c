package app

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/desktop"
	"afterglow/app/parts"
	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// noticeTick is how often is looked for what is worth a notice.
const noticeTick = 2 * time.Second

// sender shows one notice on the desktop. It may wait, and is not for the UI's goroutine.
type sender func(ctx context.Context, title, text string) error

// watchNotices tells what is worth a notice, until ctx ends.
func (f *application) watchNotices(ctx context.Context) {
	own := desktop.NewNotices(f.app.UniqueID(), ui.AppName, f.open)
	if own == nil {
		f.tell(ctx, func(_ context.Context, title, text string) error {
			f.app.SendNotification(fyne.NewNotification(title, text)) // on these systems it starts a program, or asks nobody
			return nil
		})
		return
	}
	defer own.Close()
	f.tell(ctx, own.Send)
}

func (f *application) tell(ctx context.Context, send sender) {
	n, wake := viewmodel.NewNotifier(), f.proxy.Watch(ctx)
	lost := lostNotices{log: f.log}
	for first := true; ; first = false {
		for _, notice := range n.Update(f.proxy.Status(), f.proxy.Calls(), f.proxy.Desktop(), time.Now()) {
			title, text := noticeText(notice, time.Now())
			lost.note(send(ctx, ui.Plain(title, noticeTitle), ui.PlainLines(text, noticeLines)))
		}
		if first {
			f.log.Debug("looking for notices")
		}
		if !ui.Awake(ctx, noticeTick, wake) {
			return
		}
	}
}

// lostNotices logs that notices are not shown, once until one is.
type lostNotices struct {
	log  *slog.Logger
	lost bool
}

func (l *lostNotices) note(err error) {
	switch {
	case err != nil && l.lost:
		l.log.Debug("another notice is not shown", "error", err)
	case err != nil:
		l.log.Warn("notices are not shown", "error", err)
	}
	l.lost = err != nil
}

// The longest title, and the longest lines of a text, in letters. Desktops cut what is longer, in their own ways.
const (
	noticeTitle = 60
	noticeLines = 160
)

// noticeText is a notice in words.
func noticeText(n viewmodel.Notice, now time.Time) (title, text string) {
	name, why := n.Vendor, ui.WhyText(n.Why, n.Reason)
	if n.Why.Code == reason.KeyRejected { // the title says that
		why = n.Reason
	}
	if n.Model != "" {
		name += " · " + n.Model
	}
	switch {
	case len(n.Rest) > 0:
		var titles []string
		for _, r := range n.Rest {
			t, _ := noticeText(r, now)
			titles = append(titles, t)
		}
		return ui.TrN("notify.more", len(n.Rest)), strings.Join(titles, "\n")
	case n.Back:
		return ui.TrText("notify.back", name), ui.TrText("notify.was_out", ui.TrLeft(n.Lasted))
	case n.Kind == "vendor_out" && n.Until.IsZero():
		return ui.TrText("notify.out", name), why
	case n.Kind == "vendor_out":
		return ui.TrText("notify.out", name), ui.TrText("notify.until", ui.Clock(n.Until, now)) + "\n" + why
	case n.Kind == "credential" && n.Key != config.KeyNone:
		return ui.TrText("notify.key_rejected", name), ui.TrText("notify.key_replace", parts.KeyPlace(n.Key, n.KeyVar)) + "\n" + why
	case n.Kind == "credential":
		return ui.TrText("notify.credential", name), why
	case n.Kind == "failover":
		return ui.TrText("notify.failover", name+" → "+n.To), ui.Tr("notify.failover_text")
	case n.Kind == "queue":
		return ui.TrText("notify.queue", name), ui.TrN("notify.queue_text", n.Count)
	case n.Kind == "no_price":
		return ui.TrText("notify.no_price", name), ui.Tr("notify.no_price_text")
	}
	return ui.Tr("notify.old_prices"), ui.TrText("notify.old_prices_text", n.Date)
}
