package app

import (
	"cmp"
	"net/url"
	"os"
	"strconv"
	"strings"

	"afterglow/app/ui"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// vendorTitle is a vendor's name for people.
func vendorTitle(d config.Draft) string { return cmp.Or(d.Title, d.Name) }

// signsIn tells that a vendor is called with what a user's sign-in gave.
func signsIn(d config.Draft) bool { return config.Vendor{Auth: d.Auth}.SignsIn() }

// takesKey tells that a vendor is called with a key.
func takesKey(d config.Draft) bool {
	return !signsIn(d) && d.Auth != config.AuthClient && d.Auth != config.AuthNone
}

// hostOf is the host of a base URL, or all of it where there is none.
func hostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return base
	}
	return u.Host
}

// keyText says where a vendor's key is. in is where its user stands with signing in, as far as the proxy knows.
func keyText(d config.Draft, in proxy.SignIn) string {
	switch {
	case signsIn(d) && in.Provider != "" && in.State == "":
		return ui.Tr("key.signed_in")
	case signsIn(d):
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

// keyPlace says where a key is.
func keyPlace(place config.KeyPlace, variable string) string {
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

// keysPlace says where new keys are kept.
func keysPlace(list proxy.VendorList) string {
	if list.Keyring {
		return ui.Tr("key.place_keyring")
	}
	return list.Keys
}

// keyHint is what an empty field for a key says.
func keyHint(d config.Draft) string {
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

// captionOf is what a vendor's row says below its title.
func captionOf(d config.Draft, in proxy.SignIn, lack string) string {
	name := d.Name
	if d.Title == "" || strings.EqualFold(d.Title, d.Name) {
		name = ""
	}
	return ui.Joined(name, d.Dialect, hostOf(d.BaseURL), cmp.Or(lack, keyText(d, in)))
}

// testResult says in words how a small call to a vendor went.
func testResult(t proxy.VendorTest, host string) trialResult {
	if t.OK {
		words := ui.TrPair("trial.works", t.Model, ui.AnswerTime(t.Took))
		if t.Answer != "" {
			words += "\n" + ui.TrText("trial.said", t.Answer)
		}
		return trialResult{true, words}
	}
	words := testTrouble(t, host)
	if why := ui.WhyText(t.Why, t.Reason); why != "" {
		words += "\n" + why
	}
	return trialResult{false, words}
}

// testTrouble is a sentence about why, and what there is to do.
func testTrouble(t proxy.VendorTest, host string) string {
	status := ""
	if t.Status > 0 {
		status = " (" + strconv.Itoa(t.Status) + ")"
	}
	switch t.Outcome {
	case "no_key":
		return ui.Tr("trial.no_key")
	case "sign_in":
		return ui.Tr("trial.sign_in")
	case "client_auth":
		return ui.Tr("trial.client_auth")
	}
	switch ledger.Class(t.Outcome) {
	case ledger.Auth:
		return ui.TrText("trial.refused", status)
	case ledger.Network:
		return ui.TrText("trial.unreachable", host)
	case ledger.Timeout:
		return ui.TrText("trial.silent", host)
	case ledger.RateLimit:
		return ui.TrText("trial.rate", status)
	case ledger.Overloaded:
		return ui.TrText("trial.overloaded", status)
	case ledger.Quota:
		return ui.TrText("trial.used_up", status)
	case ledger.Queue:
		return ui.Tr("trial.queue")
	case ledger.NoVendor:
		return ui.Tr("trial.no_vendor")
	case ledger.Invalid:
		if t.Status == 0 {
			return ui.Tr("trial.invalid")
		}
		return ui.TrText("trial.not_taken", status)
	}
	return ui.TrText("trial.failed", status)
}
