package connect

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// client is a coding agent.
type client struct {
	id, name   string
	text       syntax
	path       func() (string, error)
	calls      func(text []byte) (url string, err error) // where its file sends it; "" = to its own vendor
	addressKey []string                                  // the key that decides that
	edits      func(Target, route, Credentials) ([]edit, error)
	defaults   func(route) []edit         // what is also written where the user has no value; nil = nothing
	traces     func(Target) []edit        // what is ours in a file that calls us, without a record; New "" = whatever it is
	serves     func(Vendor) (path string) // nil: it calls the chain
	needs      string                     // what a vendor must have to serve it
	reads      func(text []byte) bool     // whether the client itself takes a text that can be edited
	finds      func(sight) []Finding

	credentials func(text []byte, t Target) Credentials // of a connected client; nil = it needs none
}

// syntax edits a kind of file. All but what is edited keeps its bytes.
type syntax interface {
	get(text []byte, key []string) (raw string, ok bool, err error)
	set(text []byte, key []string, raw string) ([]byte, error)
	drop(text []byte, key []string) ([]byte, error)
	same(a, b string) bool                       // but for spacing; comments count
	read(text []byte) (map[string]any, error)    // by another parser than the one that edits
	value(raw string, key []string) (any, error) // the same, of what is written under a key
}

func clients() []client { return []client{claudeCode(), codex(), opencode()} }

// IDs are the names of the clients for Connect and Disconnect.
func IDs() (all []string) {
	for _, c := range clients() {
		all = append(all, c.id)
	}
	return all
}

func lookUp(id string) (client, error) {
	for _, c := range clients() {
		if c.id == id {
			return c, nil
		}
	}
	return client{}, fmt.Errorf("client %q: expected one of %s", id, strings.Join(IDs(), ", "))
}

// choose is the route that a client takes: to the chain, to a vendor, or to the first vendor that can serve it.
func (c client) choose(vendor string, t Target) (route, error) {
	if c.serves == nil {
		return route{URL: "http://" + t.Address}, nil
	}
	var names []string
	for _, v := range t.Vendors {
		if path := c.serves(v); path != "" && (vendor == "" || vendor == v.Name) {
			return route{v, "http://" + t.Address + path}, nil
		}
		names = append(names, v.Name)
	}
	if vendor != "" {
		return route{}, reason.New(reason.WrongVendor, vendor, "%s cannot use vendor %q: it needs one of the chain with %s", c.name, vendor, c.needs)
	}
	return route{}, reason.New(reason.NoVendorFor, c.name, "no vendor of the chain (%s) can serve %s: it needs one with %s",
		strings.Join(names, ", "), c.name, c.needs)
}

// read returns a client's file, links followed, and what is in it.
func (c client) read() (file string, text []byte, existed bool, err error) {
	file, err = c.path()
	if err != nil {
		return "", nil, false, err
	}
	return readLinked(file)
}

// readLinked returns the file that a path leads to, and what is in it. The file has the same name before it is there.
func readLinked(file string) (real string, text []byte, existed bool, err error) {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return file, nil, false, err
	} else if _, err := os.Lstat(file); err == nil {
		return file, nil, false, inFile(file, reason.New(reason.BrokenLink, "", "a link to a file that does not exist"))
	} else {
		file = unlinked(file)
	}
	text, err = readText(file)
	if errors.Is(err, fs.ErrNotExist) {
		return file, nil, false, nil
	}
	return file, text, err == nil, err
}

// unlinked is the path of a file that is not there, with the links followed in the part of it that is.
func unlinked(file string) string {
	rest := filepath.Base(file)
	for dir := filepath.Dir(file); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		rest = filepath.Join(filepath.Base(dir), rest)
	}
	return file
}

// longestFile bounds a client's file, in bytes: the longest that was seen has 20 KiB.
const longestFile = 2 << 20

func readText(file string) ([]byte, error) {
	from, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, longestFile+1))
	if err == nil && len(text) > longestFile {
		err = inFile(file, reason.New(reason.TooLarge, strconv.Itoa(longestFile>>20)+" MiB", "expected at most %d MiB", longestFile>>20))
	}
	return text, err
}

// under is a file in a folder that a variable names, or else in one of the home folder.
func under(dir, home, file string) (string, error) {
	if dir == "" {
		own, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(own, home)
	}
	return filepath.Join(dir, file), nil
}

// missing are the folders that are not there, the innermost first.
func missing(dir string) (all []string) {
	for {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			return all
		}
		all = append(all, dir)
		dir = filepath.Dir(dir)
	}
}

// replace writes a file whole or not at all, and keeps its mode. A file that may not be written stays.
func replace(file string, text []byte) error {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return config.ReplaceFile(file, text)
	}
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return inFile(file, reason.New(reason.ReadOnly, "", "the file is read-only, so nothing was changed. Make it writable and try again"))
	}
	return config.ReplaceFileAs(file, text, info.Mode().Perm())
}
