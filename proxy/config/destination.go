package config

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"

	"afterglow/proxy/reason"
)

// ClientsOwn is the Secret of a Destination to which the client's own credentials go.
const ClientsOwn = "the client's own credentials"

// Destination is where a configuration sends a secret.
type Destination struct {
	Vendor string // the row's name; "" = a native path
	Preset string // the built-in vendor that the row starts from; "" if none
	Key    string // of the vendor's row, or of the file: base_url, endpoints.openai.base_url, native.openai.base_url
	Secret string // which one, for people and for comparing; it is not shown
	Origin string // scheme, host and port

	variable string // the environment variable that holds the secret; "" if none does
	kept     bool   // the secret is with the credentials, under the vendor's name
	inURL    bool   // the variable is a part of the URL
}

// Author is who wants secrets to go somewhere.
type Author uint8

const (
	ByFile    Author = iota // who wrote the configuration file
	ByPerson                // who uses the window
	ByRequest               // whoever reaches the control API, the command line among them
)

// DestinationError says that a secret may not go somewhere.
type DestinationError struct {
	Destination
	Ask bool // it may, if the user says so in the window
	reason.Reason
}

func (e *DestinationError) Error() string {
	if e.Vendor == "" {
		return e.Key + ": " + e.Words
	}
	return fmt.Sprintf("vendor %q: %s: %s", e.Vendor, e.Key, e.Words)
}

// Unwrap is for errors.As: why it may not.
func (e *DestinationError) Unwrap() error { return e.Reason }

// Change is a change of where secrets go.
type Change struct {
	By        Author
	Known     []Destination            // where they go already
	Given     string                   // the vendor whose key comes with the change; "" if none does
	Confirmed string                   // the origin that the user has let the client's own credentials go to; "" if none
	Keeps     func(vendor string) bool // whether a key is kept of a vendor, or may be
}

// MayGo is the one rule of where secrets go, whichever way that is changed: the file, the window, the control API, an
// import, a test of a vendor.
//
//   - The client's own credentials go over http to this machine and nowhere else.
//   - The file may lead any other secret anywhere, and so may the window, which asks before it leads the client's own
//     credentials where they did not go.
//   - A request leads a secret only where it goes already: what it could name is a host of whoever sent it. Two things are
//     no secret of the user's, and may be led: a key that comes with the request or is not there yet, and a variable that
//     no vendor elsewhere has, to a built-in vendor.
//
// The error is a *DestinationError.
func MayGo(to Destination, change Change) error {
	own := to.Secret == ClientsOwn
	if own && !private(to.Origin) {
		return &DestinationError{to, false, reason.New(reason.PlainHTTP, to.Origin, "%s is not encrypted: the client's own credentials are sent only to https URLs and to this machine", to.Origin)}
	}
	if change.By == ByFile || slices.ContainsFunc(change.Known, func(k Destination) bool { return k.Secret == to.Secret && k.Origin == to.Origin }) {
		return nil
	}
	if change.By == ByPerson {
		if own && change.Confirmed != to.Origin {
			return &DestinationError{to, true, reason.New(reason.NewHost, to.Origin, "the client's own credentials have not been sent to %s before: confirm it", to.Origin)}
		}
		return nil
	}
	if free(to, change) {
		return nil
	}
	if own {
		return &DestinationError{to, false, reason.New("", "", "the client's own credentials have not been sent to %s before, and a request cannot change that. Change the URL in the window or in the configuration file", to.Origin)}
	}
	if to.inURL {
		return &DestinationError{to, false, reason.New("", "", "an environment variable can only be set in the configuration file, not by a request")}
	}
	return &DestinationError{to, false, reason.New("", "", "%s was not given for %s. Change the URL in the window or in the configuration file, or send a new key", to.Secret, to.Origin)}
}

// free reports whether a request may lead a secret to where it did not go.
func free(to Destination, change Change) bool {
	builtIn := IsBuiltInOrigin(to.Origin)
	switch {
	case to.inURL:
	case to.kept:
		// A built-in vendor's name promises where a key will go that the user gives later.
		return to.Vendor == change.Given || !change.Keeps(to.Vendor) && (to.Preset == "" || builtIn)
	case to.variable != "":
		return builtIn && !slices.ContainsFunc(change.Known, func(k Destination) bool { return k.variable == to.variable })
	}
	return false
}

// private reports whether nobody can read what is sent to an origin on its way.
func private(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" { // what is neither http nor https is no URL of a vendor
		return err == nil
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Destinations are where the file leads secrets, whether its vendors are in the chain or not, and where the built-in vendors
// do by themselves. The error is an *Error.
func (f File) Destinations() (all []Destination, err error) {
	written, err := f.decoded()
	if err != nil {
		return nil, err
	}
	own, err := builtIn()
	if err != nil {
		return nil, err
	}
	for _, row := range slices.Concat(own.Vendors, written.Vendors) {
		all = append(all, destinationsOf(row, own.Vendors, f.getenv)...)
	}
	return all, nil
}

// VariableInURL is where a draft would send an environment variable; false if there is none in its base URL.
func (d Draft) VariableInURL() (Destination, bool) {
	found := variable.FindStringSubmatch(d.BaseURL)
	if found == nil || found[1] == "" {
		return Destination{}, false
	}
	return Destination{Vendor: d.Name, Key: "base_url", Secret: variableInURL(found[1]), Origin: OriginOf(d.BaseURL), variable: found[1], inURL: true}, true
}

func variableInURL(name string) string { return "the variable " + name + " within the URL" }

// destinationsOf are those of one row.
func destinationsOf(row vendorFile, builtin []vendorFile, getenv func(string) string) (all []Destination) {
	c := checker{getenv: getenv}
	whole := c.preset("", row, builtin)
	v, d := c.vendor("", whole), draftOf(row, builtin, getenv)
	add := func(key, written string, to Endpoint) {
		at := Destination{Vendor: v.Name, Preset: v.Preset, Key: key, Origin: OriginOf(to.BaseURL)}
		for _, found := range variable.FindAllStringSubmatch(written, -1) {
			if found[1] != "" {
				in := at
				in.Secret, in.variable, in.inURL = variableInURL(found[1]), found[1], true
				all = append(all, in)
			}
		}
		if at.secret(to.Auth, d) {
			all = append(all, at)
		}
	}
	add("base_url", or(whole.BaseURL, ""), v.Own())
	for _, name := range slices.Sorted(maps.Keys(v.Endpoints)) {
		add("endpoints."+name+".base_url", or(whole.Endpoints[name].baseURL, ""), v.Endpoints[name])
	}
	return all
}

// secret fills in what an endpoint of a vendor gets; false if it gets nothing.
func (to *Destination) secret(auth Auth, d Draft) bool {
	switch auth {
	case AuthNone:
		return false
	case AuthClient:
		to.Secret = ClientsOwn
		return true
	case AuthCopilot, AuthGoogle:
		to.Secret = map[Auth]string{AuthCopilot: "the sign-in with GitHub", AuthGoogle: "the sign-in with Google"}[auth]
		return true
	}
	switch d.Key {
	case KeyInVariable:
		to.Secret, to.variable = "the variable "+d.KeyVar, d.KeyVar
	case KeyInKeyring:
		to.Secret, to.kept = keptKey(d.Name), true
	default:
		to.Secret = "the key in the row of " + d.Name
	}
	return true
}

func keptKey(vendor string) string { return "the kept key of " + vendor }

// Renamed are destinations under the name that a vendor gets: its key goes along.
func (to Destination) Renamed(vendor, name string) Destination {
	if to.Vendor != vendor || vendor == "" {
		return to
	}
	to.Vendor = name
	switch to.Secret {
	case keptKey(vendor):
		to.Secret = keptKey(name)
	case "the key in the row of " + vendor:
		to.Secret = "the key in the row of " + name
	}
	return to
}
