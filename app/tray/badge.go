package tray

import (
	"bytes"
	"fmt"
	"image/png"

	"afterglow/app/viewmodel"
	"afterglow/proxy/config"
)

// badgeMany stands for every number that no longer fits; it is drawn as "99+".
const badgeMany = 100

// badgeQueue stands for every queue that no longer fits below the number; it is drawn as "20+".
const badgeQueue = 20

// Badge is one picture of the tray icon. There are badgeMany+1 times moods of them, and badgeQueue more where the queue
// is shown too. Each always has the same bytes: Windows keeps every distinct one in a file.
type Badge struct {
	Number int // calls in flight, 0 to badgeMany
	Mood   mood
	Queue  int // calls that wait, 0 to badgeQueue; 0 where they are not shown
}

// mood is what the icon's colours say in addition to the number.
type mood uint8

const (
	Idle      mood = iota // nothing in flight
	dot                   // nothing in flight, and nothing is to be seen then
	busy                  // calls in flight
	Pending               // calls wait for a slot
	afterglow             // none wait any more, some did in the last seconds
	down                  // no call can be served
	paused                // new calls are turned away
	moods                 // how many there are
)

// badgeOf is the badge for a viewmodel.Board; shows is what it shows of it, one of config.Desktop.Tray.
func badgeOf(b viewmodel.Board, shows string) Badge {
	made := Badge{Number: min(b.Totals.InFlight, badgeMany), Mood: moodOf(b)}
	switch {
	case shows == config.TrayPending && made.Mood == Pending:
		made.Queue = min(b.Totals.Pending, badgeQueue)
	case shows == config.TrayBusy && made.Mood == Idle:
		made.Mood = dot
	}
	return made
}

func moodOf(b viewmodel.Board) mood {
	switch {
	case b.Down:
		return down
	case b.Paused:
		return paused
	case b.Totals.Pending > 0:
		return Pending
	case b.Totals.Afterglow():
		return afterglow
	case b.Totals.InFlight > 0:
		return busy
	}
	return Idle
}

// Badges draws badges and keeps what it has drawn. It is for one goroutine.
type Badges struct {
	brush *brush
	drawn map[Badge][]byte
}

// NewBadges reads the font and the mark that badges are drawn with.
func NewBadges() (*Badges, error) {
	b, err := newBrush()
	if err != nil {
		return nil, fmt.Errorf("prepare tray icon: %w", err)
	}
	return &Badges{brush: b, drawn: map[Badge][]byte{}}, nil
}

// Png is a badge as a PNG of BadgeSize pixels.
func (c *Badges) Png(b Badge) []byte {
	if data := c.drawn[b]; data != nil {
		return data
	}
	var file bytes.Buffer
	// Encode fails only for a writer that fails, or an image without pixels.
	_ = png.Encode(&file, c.brush.badge(b))
	c.drawn[b] = file.Bytes()
	return c.drawn[b]
}
