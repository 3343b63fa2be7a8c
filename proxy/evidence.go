package proxy

import (
	"encoding/json"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/bounds"
	"afterglow/proxy/ledger"
)

const (
	// longestFrame bounds, in bytes, a frame of usage that is kept, and maxFrames how many are of one call: a vendor
	// that counts in every event would fill the ledger.
	longestFrame = bounds.Frame
	maxFrames    = bounds.Frames
)

// evidence keeps a call's frames of usage as they came. A nil one keeps nothing.
type evidence struct{ frames []ledger.Evidence }

// add keeps a frame and what the call has used after it.
func (e *evidence) add(kind, raw string, u anthropic.Usage) {
	if e == nil || raw == "" || len(raw) > longestFrame || len(e.frames) == maxFrames || !json.Valid([]byte(raw)) {
		return
	}
	e.frames = append(e.frames, ledger.Evidence{Kind: kind, Raw: json.RawMessage(raw), Usage: u})
}

func (e *evidence) list() []ledger.Evidence {
	if e == nil {
		return nil
	}
	return e.frames
}
