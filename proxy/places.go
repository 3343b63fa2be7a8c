package proxy

import "afterglow/limiter"

// caller is whose the call is, to the limiter. What the client says of its session must have been read.
func (rec *record) caller() limiter.Caller {
	return limiter.Caller{Session: rec.session, Agent: rec.agent != "", Call: rec.number, Arrival: uint64(rec.number)}
}

// places are the calls in the queues of one moment, by number.
type places map[int]limiter.Waiting

func (s *Server) places() places {
	queues := s.limiter.Queues()
	found := make(places, len(queues))
	for _, w := range queues {
		found[w.Caller.Call] = w
	}
	return found
}

// of is a call's place in the queue that it is said to stand in, 0 if it stands in none, or in another by
// now. The caller holds the record's lock.
func (p places) of(rec *record) int {
	w := p[rec.number]
	if w.Key != (limiter.Key{Vendor: rec.vendor, Model: rec.served}) {
		return 0
	}
	return w.Place
}
