package app

import (
	"cmp"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// rejected says which vendor did not take its key or sign-in, and which key that is.
func rejected(h viewmodel.Head) string {
	if h.SignIn.Provider != "" {
		return ui.TrText("tray.rejected", h.Title)
	}
	return ui.TrPair("tray.key_rejected", h.Title, keyPlace(h.Key, h.KeyVar))
}

// vendorReason says why a vendor is not ready, or a model is out.
func vendorReason(h viewmodel.Head) string {
	if h.State == proxy.Rejected && h.Key != config.KeyNone {
		return ui.TrPair("card.key_rejected", keyPlace(h.Key, h.KeyVar), h.Reason)
	}
	if h.Out != "" {
		return h.Out + ": " + cmp.Or(ui.ReasonText(h.Why), h.Reason)
	}
	return ui.WhyText(h.Why, h.Reason)
}

// stateText says in a word or two whether a vendor takes calls.
func stateText(h viewmodel.Head) string {
	switch h.State {
	case proxy.Ready:
		return ui.Tr("state.ready")
	case proxy.NoKey:
		return ui.Tr("state.no_key")
	case proxy.Rejected:
		if h.SignIn.Provider != "" {
			return ui.Tr("state.sign_in")
		}
		return ui.Tr("state.key_rejected")
	case proxy.Out:
		return ui.Tr("state.out")
	case proxy.Probing:
		return ui.Tr("state.probing")
	case proxy.SignedOut:
		return ui.Tr("state.sign_in")
	}
	return ui.Tr("state.leaving")
}
