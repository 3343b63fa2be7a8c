package logging

import (
	"context"
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	// foldWindow is how long repetitions of a line are counted before their number is written.
	foldWindow = time.Minute
	// maxFolded is of how many lines repetitions are counted at once. Lines beyond them are written as they come.
	maxFolded = 256
	// shortWord is the longest word that tells lines apart although a digit is in it, in bytes: a status. Longer ones are
	// ports and the ids of requests.
	shortWord = 3
)

// folder counts lines that are repeated. It is safe for concurrent use. Close it after the last line.
type folder struct {
	seed maphash.Seed

	mu     sync.Mutex
	lines  map[uint64]*repeated
	closed bool
}

// repeated is a line that was written, and its repetitions since.
type repeated struct {
	next  slog.Handler
	last  slog.Record
	times int
	timer *time.Timer
}

func newFolder() *folder { return &folder{seed: maphash.MakeSeed(), lines: map[uint64]*repeated{}} }

// handler is a handler that hands on to next a line that says why something failed, and if it is repeated within
// foldWindow, at its end the last repetition with their number. Lines are the same if their level, message and attributes
// are, but for long numbers within a text. A line that has neither an attribute "reason" nor one "error" is handed on.
func (f *folder) handler(next slog.Handler) slog.Handler { return folding{next: next, folder: f} }

// close writes what was counted. Lines that come later are handed on.
func (f *folder) close() {
	f.mu.Lock()
	lines := f.lines
	f.lines, f.closed = nil, true
	f.mu.Unlock()
	for _, line := range lines {
		line.timer.Stop()
		line.write()
	}
}

// repeats counts a line, and reports whether it is a repetition.
func (f *folder) repeats(key uint64, r slog.Record, next slog.Handler) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if line := f.lines[key]; line != nil {
		line.last, line.times = r.Clone(), line.times+1
		return true
	}
	if !f.closed && len(f.lines) < maxFolded {
		line := &repeated{next: next}
		f.lines[key], line.timer = line, time.AfterFunc(foldWindow, func() { f.end(key) })
	}
	return false
}

// end ends a line's window.
func (f *folder) end(key uint64) {
	f.mu.Lock()
	line := f.lines[key]
	delete(f.lines, key)
	f.mu.Unlock()
	if line != nil {
		line.write()
	}
}

// write writes how often the line was repeated, if it was.
func (l *repeated) write() {
	if l.times > 0 {
		l.last.AddAttrs(slog.Int("repeated", l.times), slog.Duration("within", foldWindow))
		l.next.Handle(context.Background(), l.last)
	}
}

// folding is the handler of a folder.
type folding struct {
	next   slog.Handler
	folder *folder
	of     string // the groups and attributes that every line has
	fails  bool   // a reason is among them
}

// Enabled implements slog.Handler.
func (h folding) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// WithGroup implements slog.Handler.
func (h folding) WithGroup(name string) slog.Handler {
	return folding{h.next.WithGroup(name), h.folder, h.of + name + "\x00", h.fails}
}

// WithAttrs implements slog.Handler.
func (h folding) WithAttrs(attrs []slog.Attr) slog.Handler {
	of, fails := h.of, h.fails
	for _, a := range attrs {
		of += a.Key + "\x00" + a.Value.String() + "\x00"
		fails = fails || isReason(a)
	}
	return folding{h.next.WithAttrs(attrs), h.folder, of, fails}
}

// Handle implements slog.Handler.
func (h folding) Handle(ctx context.Context, r slog.Record) error {
	fails := h.fails
	r.Attrs(func(a slog.Attr) bool {
		fails = fails || isReason(a)
		return !fails
	})
	if fails && h.folder.repeats(h.key(r), r, h.next) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

func isReason(a slog.Attr) bool { return a.Key == "reason" || a.Key == "error" }

// key is the same for lines that say the same.
func (h folding) key(r slog.Record) uint64 {
	var sum maphash.Hash
	sum.SetSeed(h.folder.seed)
	add := func(text string) {
		sum.WriteString(text)
		sum.WriteByte(0)
	}
	add(h.of)
	add(r.Level.String())
	add(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		add(a.Key)
		if isReason(a) {
			withoutNumbers(&sum, a.Value.String())
		} else {
			add(a.Value.String())
		}
		return true
	})
	return sum.Sum64()
}

// withoutNumbers adds a text without the long words that have a digit in them.
func withoutNumbers(sum *maphash.Hash, text string) {
	text = strings.ToValidUTF8(text, "?")
	start, digit := 0, false
	word := func(end int) {
		if !digit || end-start <= shortWord {
			sum.WriteString(text[start:end])
		}
		digit = false
	}
	for i, c := range text {
		if unicode.IsLetter(c) || c == '_' || unicode.IsDigit(c) {
			digit = digit || unicode.IsDigit(c)
			continue
		}
		word(i)
		sum.WriteString(string(c))
		start = i + len(string(c))
	}
	word(len(text))
	sum.WriteByte(0)
}
