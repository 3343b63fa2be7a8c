package settings

import (
	"slices"
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"afterglow/app/ui"
	"afterglow/app/widget"
	"afterglow/proxy/config"
)

// noticeSettings are the kinds of notices that are wanted, and when a queue is worth one.
type noticeSettings struct {
	kinds map[string]*widget.Segment
	queue *widget.Segment // longer than this
	span  *widget.Segment // for as long as this
	long  []int           // what queue chooses
	times []time.Duration // what span chooses
	card  *widget.Card
}

// queueLengths and queueTimes are what is offered; what else was set before is offered too.
var (
	queueLengths = []int{2, config.DefaultQueue, 10, 20}
	queueTimes   = []time.Duration{10 * time.Second, config.DefaultQueueFor, 5 * time.Minute, 15 * time.Minute}
)

func newNoticeSettings(p *Page) *noticeSettings {
	n := &noticeSettings{kinds: map[string]*widget.Segment{}}
	var lines []fyne.CanvasObject
	for _, kind := range config.NoticeKinds {
		n.kinds[kind] = p.onOff(func(on bool) {
			p.changeDesktop(func(d *config.Desktop) { d.Silenced = silenced(d.Silenced, kind, !on) })
		})
		lines = append(lines, settingLine(noticeName(kind), n.kinds[kind]))
		if kind != "queue" {
			continue
		}
		n.queue = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.Queue = n.long[i] }) }, "")
		n.span = p.segment(func(i int) { p.changeDesktop(func(d *config.Desktop) { d.QueueFor = n.times[i] }) }, "")
		lines = append(lines, settingLine(ui.Tr("settings.queue_longer"), n.queue), settingLine(ui.Tr("settings.queue_for"), n.span))
	}
	n.card = section(ui.Tr("settings.notices"), append([]fyne.CanvasObject{ui.Flush(ui.Caption(ui.Tr("settings.notices_why")))}, lines...)...)
	return n
}

// silenced is the list with a kind in it, or without.
func silenced(list []string, kind string, silent bool) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(k string) bool { return k == kind })
	if silent {
		list = append(list, kind)
	}
	return list
}

// noticeName says what a notice of a kind tells.
func noticeName(kind string) string {
	switch kind {
	case "vendor_out":
		return ui.Tr("settings.notice_vendor_out")
	case "failover":
		return ui.Tr("settings.notice_failover")
	case "credential":
		return ui.Tr("settings.notice_credential")
	case "queue":
		return ui.Tr("settings.notice_queue")
	case "no_price":
		return ui.Tr("settings.notice_no_price")
	case "old_prices":
		return ui.Tr("settings.notice_old_prices")
	}
	return kind
}

func (n *noticeSettings) show(d config.Desktop) {
	for kind, choice := range n.kinds {
		choice.Choose(1)
		if slices.Contains(d.Silenced, kind) {
			choice.Choose(0)
		}
	}
	if d.Queue == 0 {
		d.Queue = config.DefaultQueue
	}
	if d.QueueFor == 0 {
		d.QueueFor = config.DefaultQueueFor
	}
	n.long, n.times = offered(queueLengths, d.Queue), offered(queueTimes, d.QueueFor)
	var lengths, times []string
	for _, length := range n.long {
		lengths = append(lengths, strconv.Itoa(length))
	}
	for _, span := range n.times {
		times = append(times, ui.TrLeft(span))
	}
	n.queue.Offer(lengths, slices.Index(n.long, d.Queue))
	n.span.Offer(times, slices.Index(n.times, d.QueueFor))
}

// offered is a list in its order with one more in it, if that is not one of them already.
func offered[T int | time.Duration](list []T, also T) []T {
	list = slices.Clone(list)
	if !slices.Contains(list, also) {
		list = append(list, also)
	}
	slices.Sort(list)
	return list
}
