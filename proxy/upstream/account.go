package upstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/reason"
)

// account is what a vendor is called with whose user signs in: a token in place of a key, and what only
// the account knows. It is safe for concurrent use.
type account interface {
	// usable reports whether there is anything to get a token with.
	usable() bool
	// model is the name that is sent for a client's.
	model(name string) string
	// authorize adds a token, and what else the vendor wants in every header. The error is an
	// *anthropic.Error with status 401 if the user has to sign in again.
	authorize(ctx context.Context, h http.Header) error
	// refused sees a call's refusal, to which it may add what it knows, and how often the call was sent
	// again because of one. It reports whether to send it once more.
	refused(ctx context.Context, e *anthropic.Error, call Prepared, again int) bool
}

// signed is an account that somebody signs in to.
type signed interface {
	// flow is how, nil if that is not possible.
	flow() credential.Flow
	// signedIn says that it was done anew, or undone: what the account holds is not good any more.
	signedIn()
}

// hosted is an account whose calls may go to one of several hosts.
type hosted interface{ base() string }

// enveloped is an account whose requests stand in an envelope: what is before the body, and behind it.
type enveloped interface {
	envelope(ctx context.Context, call Prepared) (before, behind string, err error)
}

// marked is an account that wants to know of what a call consists.
type marked interface {
	mark(h http.Header, call Prepared)
}

// warmed is an account that has to ask something before the first call, such as which models there are.
type warmed interface{ warm(ctx context.Context) }

// newAccount returns the account of a vendor, nil for one that is called with a key.
func (v *Vendor) newAccount() account {
	switch v.conf.Auth {
	case config.AuthCopilot:
		return newCopilot(v)
	case config.AuthGoogle:
		return newAntigravity(v)
	}
	return nil
}

// Provider is whom a vendor's user signs in with, "" if nobody signs in to it.
func (v *Vendor) Provider() string { return credential.ProviderOf(v.conf.Auth) }

// Flow is how a vendor's user signs in, nil if that is not possible.
func (v *Vendor) Flow() credential.Flow {
	if a, ok := v.account.(signed); ok {
		return a.flow()
	}
	return nil
}

// Missing says why a vendor is not usable.
func (v *Vendor) Missing() reason.Reason {
	switch {
	case v.Provider() != "" && v.conf.KeyVar != "" && v.conf.Auth == config.AuthGoogle && v.conf.Account.ClientID == "":
		return reason.New(reason.NoClientID, v.conf.KeyVar, "no OAuth client: set %s", v.conf.KeyVar)
	case v.Provider() != "":
		if why := v.keeper.Reason(v.Provider()); why != "" {
			return reason.New(reason.SignInAgain, why, "sign in again: %s", why)
		}
		title := providerTitles[v.Provider()]
		return reason.New(reason.SignIn, title, "sign in with %s", title)
	case v.conf.Keyring:
		return reason.New(reason.NoStoredKey, v.conf.Name, "no key: run afterglowd auth login %s", v.conf.Name)
	}
	if v.conf.KeyVar == "" {
		return reason.New(reason.KeyMissing, "", "no key")
	}
	return reason.New(reason.NoKey, v.conf.KeyVar, "no key: set %s", v.conf.KeyVar)
}

// Rejected says for people that the vendor did not take its credentials, which ones these are, and what to do.
func (v *Vendor) Rejected() string {
	name := v.conf.Name
	if provider := v.Provider(); provider != "" {
		return fmt.Sprintf("%s rejected its sign-in. Sign in again with %s, then try again.", name, providerTitles[provider])
	}
	switch v.conf.KeyPlace() {
	case config.KeyInVariable:
		return fmt.Sprintf("%s rejected its API key (%s). Replace the key and restart Afterglow, or give it another with "+
			"`afterglowd vendor key %s`, then try again.", name, v.conf.KeyVar, name)
	case config.KeyInKeyring:
		return fmt.Sprintf("%s rejected its API key (kept by Afterglow). Replace the key with `afterglowd vendor key %s`, then try again.", name, name)
	case config.KeyInFile:
		return fmt.Sprintf("%s rejected its API key (in the configuration file). Replace the key there, then try again.", name)
	}
	return fmt.Sprintf("%s wants a key, and its row says auth = %q. Give it a key, then try again.", name, string(v.conf.Auth))
}

var providerTitles = map[string]string{credential.ProviderGitHub: "GitHub", credential.ProviderGoogle: "Google"}

// Unfit says why the vendor cannot be called for a client with this header and model, the zero Reason if it can. Its code is
// reason.OtherModel where it is for the model.
func (v *Vendor) Unfit(client http.Header, model string) reason.Reason {
	if !v.Usable() {
		return v.Missing()
	}
	if _, _, why := v.ForClient(client, "", v.conf.Own()); why.Words != "" {
		return why
	}
	if v.conf.Lacks(model) {
		return reason.New(reason.OtherModel, model, "the model %q belongs to another vendor, and this vendor has no default_model", model)
	}
	return reason.Reason{}
}

// SignedIn tells the vendor that its user has signed in anew, or out.
func (v *Vendor) SignedIn() {
	if a, ok := v.account.(signed); ok {
		a.signedIn()
	}
}

// Warm lets the vendor ask what it has to know before a call, if it does not know it. It waits a little,
// and never fails: a call without it is as good as it can be.
func (v *Vendor) Warm(ctx context.Context) {
	if w, ok := v.account.(warmed); ok {
		w.warm(ctx)
	}
}

// Sites are where sign-ins lead, for tests. Empty fields are the real ones.
type Sites struct {
	GitHubDevice, GitHubToken, CopilotToken string
	GoogleAuth, GoogleToken, GoogleProjects string
}

// signedOut is the error of a credential that is of no use, as the chain understands it: 401 lets the
// vendor rest without counting against it.
func signedOut(err error) error {
	if kind := credential.KindOf(err); kind == credential.Temporary {
		return err
	}
	var e *credential.Error
	errors.As(err, &e)
	return anthropic.Errorf(http.StatusUnauthorized, "%s", e.Text)
}

// secret is the vendor's key: the configured one, or what is kept under its name.
func (v *Vendor) secret() config.Secret {
	if v.conf.Keyring {
		token, _ := v.keeper.Token(credential.KeyName(v.Name()))
		return token.Access
	}
	return v.conf.Key
}

// renewed reports whether the vendor has another kept key by now than the one that it refused.
func (v *Vendor) renewed(refused config.Secret) bool {
	return v.conf.Keyring && v.keeper.Renewed(credential.KeyName(v.conf.Name), refused)
}

// authorize puts the vendor's credentials into a header, for an endpoint that wants them so.
func (v *Vendor) authorize(ctx context.Context, h http.Header, auth config.Auth) error {
	if v.account != nil && auth == v.conf.Auth {
		return v.account.authorize(ctx, h)
	}
	authorize(h, auth, v.secret())
	return nil
}
