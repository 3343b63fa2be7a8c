package route

import (
	"context"
	"errors"
	"net/http"

	"afterglow/proxy/anthropic"
)

// verdict is what an attempt's outcome means for the call. There is one for streams and whole
// messages alike.
type verdict uint8

const (
	commit      verdict = iota // the client gets this vendor's answer
	nextTier                   // the vendor failed; another may not
	clientFault                // any vendor would refuse this: the client gets the answer once
	clientGone                 // nobody waits for an answer
)

// judge gives the verdict on an attempt. ownKey says that the vendor was called with a key of the
// configuration, so that a refusal of credentials is not the client's to mend.
func judge(ctx context.Context, err error, ownKey bool) verdict {
	if err == nil {
		return commit
	}
	if ctx.Err() != nil {
		return clientGone
	}
	var refused *anthropic.Error
	if !errors.As(err, &refused) || refused.Within200 {
		return nextTier
	}
	switch refused.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout, anthropic.StatusOverloaded:
		return nextTier
	case http.StatusUnauthorized, http.StatusForbidden:
		if ownKey {
			return nextTier
		}
	}
	return clientFault
}
