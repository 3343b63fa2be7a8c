package app

import (
	"cmp"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// rejected says which vendor did not take its key or sign-in, and which key that is.
func rejected(h viewmodel.Head) string {
	if h.SignIn.Provider != "" {
		return trText("tray.rejected", h.Title)
	}
	return trPair("tray.key_rejected", h.Title, keyPlace(h.Key, h.KeyVar))
}

// vendorReason says why a vendor is not ready, or a model is out.
func vendorReason(h viewmodel.Head) string {
	if h.State == proxy.Rejected && h.Key != config.KeyNone {
		return trPair("card.key_rejected", keyPlace(h.Key, h.KeyVar), h.Reason)
	}
	if h.Out != "" {
		return h.Out + ": " + cmp.Or(reasonText(h.Why), h.Reason)
	}
	return whyText(h.Why, h.Reason)
}

// stateText says in a word or two whether a vendor takes calls.
func stateText(h viewmodel.Head) string {
	switch h.State {
	case proxy.Ready:
		return tr("state.ready")
	case proxy.NoKey:
		return tr("state.no_key")
	case proxy.Rejected:
		if h.SignIn.Provider != "" {
			return tr("state.sign_in")
		}
		return tr("state.key_rejected")
	case proxy.Out:
		return tr("state.out")
	case proxy.Probing:
		return tr("state.probing")
	case proxy.SignedOut:
		return tr("state.sign_in")
	}
	return tr("state.leaving")
}
