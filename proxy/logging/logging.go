// Package logging makes the program's log: text or JSON, to a writer and to a file that is rotated, with a
// level that can change while it is used, without the secrets that a line may hold, and without the repetitions of a line
// that says why something failed.
package logging

import (
	"errors"
	"io"
	"log/slog"

	"afterglow/proxy/config"
)

// Log is a logger, and what can be changed of it. It is safe for concurrent use.
type Log struct {
	*slog.Logger
	level slog.LevelVar
	mask  *Mask
	fold  *folder
	file  *file // nil if there is none
	path  string
}

// Open makes a log that goes to a writer, usually stderr, and to the file at path; "" is no file. The file's
// folder is made if need be. Close closes the file and waits until what was put aside is compressed.
func Open(conf config.Log, path string, stderr io.Writer) (*Log, error) {
	l := &Log{mask: &Mask{}, fold: newFolder()}
	to := stderr
	if path != "" {
		var err error
		if l.file, err = openFile(path, conf.MaxSize, conf.Keep); err != nil {
			return nil, err
		}
		l.path, to = path, each{l.file, stderr}
	}
	l.level.Set(conf.Level)
	options := &slog.HandlerOptions{Level: &l.level}
	var lines slog.Handler = slog.NewTextHandler(to, options)
	if conf.Format == "json" {
		lines = slog.NewJSONHandler(to, options)
	}
	l.Logger = slog.New(Masked(l.fold.handler(lines), l.mask))
	return l, nil
}

// Path is the file that it goes to, "" if there is none.
func (l *Log) Path() string { return l.path }

// SetLevel changes which lines are written from now on.
func (l *Log) SetLevel(level slog.Level) { l.level.Set(level) }

// Level is the lowest level that is written.
func (l *Log) Level() slog.Level { return l.level.Level() }

// Hide tells of secrets that must not be in a line, as Mask.Hide does.
func (l *Log) Hide(secrets ...string) { l.mask.Hide(secrets...) }

// Close writes how often lines were repeated, and closes the file. What is logged later goes on, but nothing is rotated or
// folded any more.
func (l *Log) Close() error {
	l.fold.close()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// each writes to all of them, whatever becomes of one: a program that a menu started has no stderr, and a
// disk can be full.
type each []io.Writer

func (e each) Write(p []byte) (int, error) {
	var problems error
	for _, w := range e {
		if _, err := w.Write(p); err != nil {
			problems = errors.Join(problems, err)
		}
	}
	return len(p), problems
}
