package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"afterglow/proxy/reason"
)

// File is a configuration file that is edited: its text, in which everything stays that no edit is about. The
// methods that edit return another File and write nothing.
type File struct {
	Path   string
	Text   string
	Exists bool // when it was read

	getenv func(string) string
}

// ErrChanged says that a file was changed by somebody else since it was read.
var ErrChanged error = reason.New(reason.FileChanged, "", "another program changed the file in the meantime, so nothing was saved. "+
	"Check the new content and try again")

// ReadFile reads a file to edit. It may not exist yet.
func ReadFile(path string, getenv func(string) string) (File, error) {
	text, err := readText(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return File{}, fmt.Errorf("read configuration: %w", err)
	}
	return File{Path: path, Text: text, Exists: err == nil, getenv: getenv}, nil
}

// empty reports whether nothing is configured, so that the chain is the one without a file.
func (f File) empty() bool {
	written, err := decode(f.Text)
	return err == nil && written.Tiers == nil && len(written.Vendors) == 0
}

// Config is the configuration that the text makes; a file with neither tiers nor vendors that does not exist makes the one
// that there is without a file.
func (f File) Config() (Config, error) {
	if !f.Exists && f.Text == "" {
		return Default(f.getenv)
	}
	return Parse(f.Path, f.Text, f.getenv)
}

// Drafts are the file's vendors. The error is an *Error.
func (f File) Drafts() (Drafts, error) {
	written, err := f.decoded()
	if err != nil {
		return Drafts{}, err
	}
	return drafts(written, f.getenv)
}

// Vendor is a vendor of the file as it would be called, in the chain or not. The error is an *Error.
func (f File) Vendor(name string) (Vendor, error) {
	written, err := f.decoded()
	if err != nil {
		return Vendor{}, err
	}
	v, err := vendorIn(written, name, f.getenv)
	if err != nil {
		return v, f.wrong(err)
	}
	return v, nil
}

func (f File) decoded() (file, error) {
	written, err := decode(f.Text)
	if err != nil {
		return written, f.wrong(err)
	}
	return written, nil
}

// wrong is an error about the file.
func (f File) wrong(err error) error { return &Error{File: f.Path, Problems: problemsIn(err)} }

// WithListen is the file with another address.
func (f File) WithListen(addr string) (File, error) {
	chain, err := f.Drafts()
	if err != nil {
		return f, err
	}
	return f.begun().edit(func(d *document) error {
		if f.empty() {
			if err := d.setTiers(chain.Tiers, firstChain); err != nil {
				return err
			}
		}
		return d.setRoot("listen", quoted(addr), "")
	})
}

// edit changes the text. The result is checked: the error is an *Error where it would be no valid configuration.
func (f File) edit(change func(*document) error) (File, error) {
	if _, err := f.decoded(); err != nil {
		return f, err
	}
	text, mark := strings.CutPrefix(f.Text, byteOrderMark)
	d, err := locate(text)
	if err == nil {
		err = change(&d)
	}
	if err != nil {
		return f, f.wrong(err)
	}
	next := f
	next.Text = d.text
	if mark {
		next.Text = byteOrderMark + next.Text
	}
	if _, err := Parse(f.Path, next.Text, f.getenv); err != nil {
		return f, err
	}
	return next, nil
}

// byteOrderMark is what some editors begin a file with.
const byteOrderMark = "\ufeff"

// newFile is the first line of a file that is made here.
const newFile = "# Afterglow's configuration. The program changes single values here, and leaves all else as you write it.\n"

// Write writes the text in place of what before was read as: the file that a link leads to, with its mode; a new one for its
// owner alone. The error is ErrChanged if the file is not as it was.
func (f File) Write(before File) error {
	path, mode := f.Path, fs.FileMode(0o600)
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	now, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read configuration: %w", err)
	}
	if (err == nil) != before.Exists || !bytes.Equal(now, []byte(before.Text)) {
		return fmt.Errorf("%s: %w", f.Path, ErrChanged)
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	} else if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make configuration folder: %w", err)
	}
	if err := ReplaceFileAs(path, []byte(f.Text), mode); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}
