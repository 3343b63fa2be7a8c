package parts

import (
	"cmp"
	"os"
	"strings"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// VendorTitle is a vendor's name for people.
func VendorTitle(d config.Draft) string { return cmp.Or(d.Title, d.Name) }

// SignsIn tells that a vendor is called with what a user's sign-in gave.
func SignsIn(d config.Draft) bool { return config.Vendor{Auth: d.Auth}.SignsIn() }

// TakesKey tells that a vendor is called with a key.
func TakesKey(d config.Draft) bool {
	return !SignsIn(d) && d.Auth != config.AuthClient && d.Auth != config.AuthNone
}

// KeyText says where a vendor's key is. in is where its user stands with signing in, as far as the proxy knows.
func KeyText(d config.Draft, in proxy.SignIn) string {
	switch {
	case SignsIn(d) && in.Provider != "" && in.State == "":
		return ui.Tr("key.signed_in")
	case SignsIn(d):
		return ui.Tr("key.sign_in")
	case d.Auth == config.AuthClient:
		return ui.Tr("key.client")
	case d.Auth == config.AuthNone:
		return ui.Tr("key.needless")
	}
	switch d.Key {
	case config.KeyInVariable:
		return d.KeyVar
	case config.KeyInKeyring:
		return ui.Tr("key.keyring")
	case config.KeyInFile:
		return ui.Tr("key.file")
	}
	return ui.Tr("key.none")
}

// KeyPlace says where a key is.
func KeyPlace(place config.KeyPlace, variable string) string {
	switch place {
	case config.KeyInVariable:
		return variable
	case config.KeyInKeyring:
		return ui.Tr("key.place_keyring")
	case config.KeyInFile:
		return ui.Tr("key.place_file")
	}
	return ui.Tr("key.none")
}

// KeysPlace says where new keys are kept.
func KeysPlace(list proxy.VendorList) string {
	if list.Keyring {
		return ui.Tr("key.place_keyring")
	}
	return list.Keys
}

// KeyHint is what an empty field for a key says.
func KeyHint(d config.Draft) string {
	switch d.Key {
	case config.KeyInVariable:
		if strings.TrimSpace(os.Getenv(d.KeyVar)) == "" { // as the configuration reads it
			return ui.TrText("key.hint_unset", d.KeyVar)
		}
		return ui.TrText("key.hint_variable", d.KeyVar)
	case config.KeyInKeyring:
		return ui.Tr("key.hint_keyring")
	case config.KeyInFile:
		return ui.Tr("key.hint_file")
	}
	return ui.Tr("key.hint")
}

// StateText says in a word or two whether a vendor takes calls.
func StateText(h viewmodel.Head) string {
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
