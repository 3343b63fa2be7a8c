package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/route"
)

// quotaFile is the file in the state folder that keeps what was used of quotas over a restart.
const quotaFile = "quota.json"

// quotaEvery is how often it is written: as often as its buckets change.
const quotaEvery = time.Minute

// restoreQuotas reads what was used before. A file that cannot be read costs only that.
func (s *Server) restoreQuotas() {
	if s.state == nil {
		return
	}
	path := s.state.Sidecar(quotaFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	var usage route.Usage
	if err == nil {
		err = json.Unmarshal(text, &usage)
	}
	if err != nil {
		s.log.Warn("what was used of quotas before is not known", "error", config.SetAside(path, err))
		return
	}
	s.memory.Health.Restore(usage)
}

// keepQuotas writes the file now and then, and when ctx ends.
func (s *Server) keepQuotas(ctx context.Context) {
	if s.state == nil {
		return
	}
	tick := time.NewTicker(quotaEvery)
	defer tick.Stop()
	last := ""
	for ended := false; !ended; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			ended = true
		}
		usage := s.memory.Health.Usage()
		text, err := json.Marshal(usage)
		if err == nil && string(text) != last && (len(usage) > 0 || last != "") {
			last = string(text)
			err = config.ReplaceFile(s.state.Sidecar(quotaFile), text)
		}
		if err != nil {
			s.log.Warn("quotas are not kept", "error", fmt.Errorf("write %s: %w", quotaFile, err))
		}
	}
}
