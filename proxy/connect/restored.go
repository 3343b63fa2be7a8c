package connect

import (
	"fmt"
	"strings"
)

// How is what came of taking a connection back from a file.
type How string

// What came of it. Backups are kept of Left and Gone.
const (
	Same     How = "same"      // the file holds the bytes that it held before; they were compared
	Removed  How = "removed"   // there was no file before, and there is none now
	Edited   How = "edited"    // what Afterglow wrote is out; what else was changed since stays
	Left     How = "left"      // the same, but another has written other values for some of Afterglow's keys, which stay
	Gone     How = "gone"      // somebody had removed the file
	NoBackup How = "no backup" // what led to Afterglow is out; what stood there before is not known
)

// Restored is one file of a client that was disconnected.
type Restored struct {
	Client  string   `json:"client"`
	Name    string   `json:"name"`
	File    string   `json:"file"`
	How     How      `json:"how"`
	Keys    []string `json:"keys,omitempty"`    // of Left: "env.ANTHROPIC_BASE_URL"
	Backup  string   `json:"backup,omitempty"`  // where the file is kept as it was before; "" = it need not be, or there was none
	Project bool     `json:"project,omitempty"` // the file is not the client's own: something was set aside in it
	Address string   `json:"address,omitempty"` // host:port that the client calls by this file now; "" = its own vendor
	Here    bool     `json:"here,omitempty"`    // that is the Afterglow that it was disconnected from
}

// String says it in a sentence or two, which hold no values of the file.
func (r Restored) String() string {
	text := r.said()
	if r.Backup != "" {
		text += fmt.Sprintf(" The earlier file is kept as %s.", r.Backup)
	}
	switch {
	case r.Project:
	case r.Here:
		text += fmt.Sprintf(" It used %s before, too. If another state folder has the backup, disconnect it there. Otherwise disconnect again.", r.Address)
	case r.Address != "":
		text += fmt.Sprintf(" %s now uses %s.", r.Name, r.Address)
	}
	return text
}

func (r Restored) said() string {
	switch r.How {
	case Same:
		return r.File + " is exactly as it was before."
	case Removed:
		return r.File + " is removed, because there was none before."
	case Edited:
		return "Afterglow's settings are removed from " + r.File + ". Other changes made since then stay."
	case Left:
		return fmt.Sprintf("Afterglow's settings are removed from %s, except %s, which changed since then.",
			r.File, strings.Join(r.Keys, ", "))
	case Gone:
		return r.File + " was deleted by another program."
	}
	return "Afterglow's settings are removed from " + r.File + ". The backup is gone, so earlier values could not be restored."
}
