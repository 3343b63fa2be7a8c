package app

import (
	"cmp"
	"net/url"
	"os"
	"strconv"
	"strings"

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
		return tr("key.signed_in")
	case signsIn(d):
		return tr("key.sign_in")
	case d.Auth == config.AuthClient:
		return tr("key.client")
	case d.Auth == config.AuthNone:
		return tr("key.needless")
	}
	switch d.Key {
	case config.KeyInVariable:
		return d.KeyVar
	case config.KeyInKeyring:
		return tr("key.keyring")
	case config.KeyInFile:
		return tr("key.file")
	}
	return tr("key.none")
}

// keyPlace says where a key is.
func keyPlace(place config.KeyPlace, variable string) string {
	switch place {
	case config.KeyInVariable:
		return variable
	case config.KeyInKeyring:
		return tr("key.place_keyring")
	case config.KeyInFile:
		return tr("key.place_file")
	}
	return tr("key.none")
}

// keysPlace says where new keys are kept.
func keysPlace(list proxy.VendorList) string {
	if list.Keyring {
		return tr("key.place_keyring")
	}
	return list.Keys
}

// keyHint is what an empty field for a key says.
func keyHint(d config.Draft) string {
	switch d.Key {
	case config.KeyInVariable:
		if strings.TrimSpace(os.Getenv(d.KeyVar)) == "" { // as the configuration reads it
			return trText("key.hint_unset", d.KeyVar)
		}
		return trText("key.hint_variable", d.KeyVar)
	case config.KeyInKeyring:
		return tr("key.hint_keyring")
	case config.KeyInFile:
		return tr("key.hint_file")
	}
	return tr("key.hint")
}

// captionOf is what a vendor's row says below its title.
func captionOf(d config.Draft, in proxy.SignIn, lack string) string {
	name := d.Name
	if d.Title == "" || strings.EqualFold(d.Title, d.Name) {
		name = ""
	}
	return joined(name, d.Dialect, hostOf(d.BaseURL), cmp.Or(lack, keyText(d, in)))
}

// testResult says in words how a small call to a vendor went.
func testResult(t proxy.VendorTest, host string) trialResult {
	if t.OK {
		words := trPair("trial.works", t.Model, answerTime(t.Took))
		if t.Answer != "" {
			words += "\n" + trText("trial.said", t.Answer)
		}
		return trialResult{true, words}
	}
	words := testTrouble(t, host)
	if why := whyText(t.Why, t.Reason); why != "" {
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
		return tr("trial.no_key")
	case "sign_in":
		return tr("trial.sign_in")
	case "client_auth":
		return tr("trial.client_auth")
	}
	switch ledger.Class(t.Outcome) {
	case ledger.Auth:
		return trText("trial.refused", status)
	case ledger.Network:
		return trText("trial.unreachable", host)
	case ledger.Timeout:
		return trText("trial.silent", host)
	case ledger.RateLimit:
		return trText("trial.rate", status)
	case ledger.Overloaded:
		return trText("trial.overloaded", status)
	case ledger.Quota:
		return trText("trial.used_up", status)
	case ledger.Queue:
		return tr("trial.queue")
	case ledger.NoVendor:
		return tr("trial.no_vendor")
	case ledger.Invalid:
		if t.Status == 0 {
			return tr("trial.invalid")
		}
		return trText("trial.not_taken", status)
	}
	return trText("trial.failed", status)
}
