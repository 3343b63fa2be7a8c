package connect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// edit is one key of a client's file.
type edit struct {
	Key  []string `json:"key"`
	New  string   `json:"new"`
	Old  *string  `json:"old"`            // nil: there was none
	Line string   `json:"line,omitempty"` // ours of a value of several lines, whose others are the user's
	Gone bool     `json:"gone,omitempty"` // the key was taken out, and New is empty
	Put  bool     `json:"put,omitempty"`  // New stands for something that was set aside
	What string   `json:"what,omitempty"` // of Put: New is the target's "url" or "token"
}

// container is an object that held nothing, or was not there, before ours came.
type container struct {
	Key []string `json:"key"`
	Old *string  `json:"old"` // nil: there was none
}

// record is how a client's file was before we wrote it. It is written before the file is.
type record struct {
	Path       string      `json:"path"`
	URL        string      `json:"url,omitempty"` // that the client was sent to
	For        string      `json:"for,omitempty"` // the client's own file, where this is another in which something was set aside for it
	Existed    bool        `json:"existed"`
	Original   []byte      `json:"original"`
	States     []string    `json:"states"`  // SHA-256 of what stands for the original: what we wrote, and what we wrote over
	Folders    []string    `json:"folders"` // that we made, the innermost first
	Edits      []edit      `json:"edits"`
	Containers []container `json:"containers"` // the outermost first

	kept string // the file it was read from
}

func sum(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// backup is where the record of a client's file is. Each path has its own: a client whose folder or file name has
// changed is another file, and the first must not be forgotten.
func (d *Desk) backup(id, file string) string {
	return filepath.Join(d.dir, id+"-"+sum([]byte(file))[:16]+".json")
}

// records are all of a client, in the order of their files' names.
func (d *Desk) records(id string) (all []*record, err error) {
	if d.dir == "" {
		return nil, nil
	}
	if err := d.own(config.CheckOwn); err != nil {
		return nil, fmt.Errorf("read backups: %w", err)
	}
	entries, err := os.ReadDir(d.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), id+"-") && strings.HasSuffix(e.Name(), ".json") {
			r, err := readRecord(filepath.Join(d.dir, e.Name()))
			if errors.Is(err, errDamaged) {
				continue // as if it were gone
			}
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// recordOf is the record of a client's file: that of its path, or that of one which has moved there since. nil = none.
func (d *Desk) recordOf(c client, file string, text []byte) (*record, error) {
	all, err := d.records(c.id)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(r *record) bool { return r.Path == file }); i >= 0 {
		return all[i], nil
	}
	for _, r := range all {
		if r.For == "" && !r.stands() && r.wrote(c, text) {
			r.Path, r.Folders = file, nil
			return r, nil
		}
	}
	return nil, nil
}

// stands reports whether the file is there.
func (r *record) stands() bool {
	_, err := os.Lstat(r.Path)
	return err == nil
}

// wrote reports whether something stands in a text as we wrote it.
func (r *record) wrote(c client, text []byte) bool {
	return slices.ContainsFunc(r.Edits, func(e edit) bool {
		raw, ok, err := c.text.get(text, e.Key)
		return err == nil && ok && c.text.same(raw, e.New)
	})
}

func readRecord(file string) (*record, error) {
	if err := config.NoLink(file); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := record{kept: file}
	if json.Unmarshal(text, &r) != nil || r.Path == "" {
		return nil, inFile(file, errDamaged)
	}
	return &r, nil
}

// errDamaged says that a record cannot be read.
var errDamaged error = reason.New(reason.BackupDamaged, "", "the backup is damaged")

func (r record) write(file string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	return config.ReplaceFile(file, text)
}

// note keeps whether an object was there that ours goes into, and what it looked like if it was empty.
func (r *record) note(c client, text []byte, key []string) error {
	if slices.ContainsFunc(r.Containers, func(k container) bool { return slices.Equal(k.Key, key) }) {
		return nil
	}
	raw, ok, err := c.text.get(text, key)
	switch {
	case err != nil:
		return err
	case !ok && len(key) > 0 && c.text == (jsonText{}):
		r.Containers = append(r.Containers, container{Key: key})
	case ok && hollow(raw):
		r.Containers = append(r.Containers, container{Key: key, Old: &raw})
	}
	return nil
}
