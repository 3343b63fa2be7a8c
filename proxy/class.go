package proxy

import (
	"errors"
	"net/http"

	"afterglow/limiter"
	"afterglow/proxy/anthropic"
	"afterglow/proxy/ledger"
	"afterglow/proxy/route"
	"afterglow/proxy/upstream"
)

// errInternal marks an error that is a mistake of this program.
var errInternal = errors.New("panic")

// classOf says why a call did not end well; gone, that its client left.
func classOf(err error, gone bool) ledger.Class {
	var silent *upstream.TimeoutError
	switch {
	case errors.Is(err, errInternal):
		return ledger.Internal
	case errors.Is(err, errCancelled):
		return ledger.Cancelled
	case errors.Is(err, errStopped):
		return ledger.Stopped
	case errors.Is(err, errStalled):
		return ledger.Stalled
	case gone:
		return ledger.Gone
	case err == nil:
		return ledger.OK
	case errors.Is(err, errPaused), errors.Is(err, errBodiesFull):
		return ledger.Overloaded
	case errors.Is(err, limiter.ErrQueueFull), errors.Is(err, limiter.ErrWaitExpired):
		return ledger.Queue
	case errors.Is(err, route.ErrNoVendor):
		return ledger.NoVendor
	case errors.Is(err, route.ErrUsedUp):
		return ledger.Quota
	case errors.As(err, &silent):
		return ledger.Timeout
	}
	var refused *anthropic.Error
	switch {
	case !errors.As(err, &refused):
		return ledger.Broken
	case refused.Cause != nil: // a transport's error under a status of ours
		return ledger.Network
	}
	return classOfStatus(refused.Status)
}

func classOfStatus(status int) ledger.Class {
	switch {
	case status == http.StatusTooManyRequests:
		return ledger.RateLimit
	case status == anthropic.StatusOverloaded:
		return ledger.Overloaded
	case status == http.StatusPaymentRequired:
		return ledger.Quota
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ledger.Auth
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return ledger.Timeout
	case status < 500:
		return ledger.Invalid
	}
	return ledger.VendorFail
}
