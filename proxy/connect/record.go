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

	"afterglow/proxy/config"
)

// edit is one key of a client's file.
type edit struct {
	Key []string `json:"key"`
	New string   `json:"new"`
	Old *string  `json:"old"` // nil: there was none
}

// container is an object that held nothing, or was not there, before ours came.
type container struct {
	Key []string `json:"key"`
	Old *string  `json:"old"` // nil: there was none
}

// record is how a client's file was before we wrote it. It is written before the file is.
type record struct {
	Path       string      `json:"path"`
	Existed    bool        `json:"existed"`
	Original   []byte      `json:"original"`
	States     []string    `json:"states"`  // SHA-256 of what stands for the original: what we wrote, and what we wrote over
	Folders    []string    `json:"folders"` // that we made, the innermost first
	Edits      []edit      `json:"edits"`
	Containers []container `json:"containers"` // the outermost first
}

func sum(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

func readRecord(file string) (*record, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &r, nil
}

func (r record) write(file string) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encode backup: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	return config.ReplaceFile(file, text)
}
