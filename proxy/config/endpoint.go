package config

import (
	"errors"
	"maps"
	"slices"
)

// Endpoint is where a vendor's account is asked in one protocol, and how.
type Endpoint struct {
	Dialect string // "anthropic", "openai", "gemini"
	BaseURL string
	Auth    Auth
}

// Own is the endpoint that the chain calls.
func (v Vendor) Own() Endpoint { return Endpoint{v.Dialect, v.BaseURL, v.Auth} }

// endpointFile is written as a URL, or as a table where more is to be said.
type endpointFile struct{ baseURL, auth, dialect *string }

// UnmarshalTOML implements toml.Unmarshaler.
func (e *endpointFile) UnmarshalTOML(v any) error {
	const expected = "expected a URL, or a table { base_url, auth, dialect }"
	if url, ok := v.(string); ok {
		e.baseURL = &url
		return nil
	}
	table, ok := v.(map[string]any)
	if !ok {
		return errors.New(expected)
	}
	keys := map[string]**string{"base_url": &e.baseURL, "auth": &e.auth, "dialect": &e.dialect}
	for key, value := range table {
		text, isText := value.(string)
		if keys[key] == nil || !isText {
			return errors.New(expected)
		}
		*keys[key] = &text
	}
	return nil
}

// endpoints checks a vendor's endpoints. The vendor itself has been checked.
func (c *checker) endpoints(key string, v Vendor, written map[string]endpointFile) map[string]Endpoint {
	if len(written) == 0 {
		return nil
	}
	checked := map[string]Endpoint{}
	for _, name := range slices.Sorted(maps.Keys(written)) {
		key, e := key+"."+name, written[name]
		if why := nameProblem(name); why.Words != "" {
			c.wrong(key, why)
		}
		to := Endpoint{Dialect: or(e.dialect, name), BaseURL: c.text(key, e.baseURL, "")}
		if !slices.Contains(dialects, to.Dialect) {
			c.problem(key+".dialect", "expected %s, got %q", either(dialects), to.Dialect)
		}
		if why := urlProblem(to.BaseURL); why.Words != "" {
			c.wrong(key+".base_url", why)
		}
		to.Auth = Auth(or(e.auth, string(usualAuth(v.Auth, to.Dialect))))
		switch keyless := v.Auth == AuthClient || v.Auth == AuthNone; to.Auth {
		case AuthClient, AuthNone:
		case AuthAPIKey, AuthBearer, AuthGoogleKey:
			if keyless {
				c.problem(key+".auth", "expected %q as for the vendor itself, which has no key", string(v.Auth))
			}
		default:
			c.problem(key+".auth", `expected "client", "x-api-key", "bearer", "x-goog-api-key" or "none", got %q`, string(to.Auth))
		}
		checked[name] = to
	}
	return checked
}

// usualAuth is how a protocol carries a key, for a vendor that has one.
func usualAuth(vendor Auth, dialect string) Auth {
	switch {
	case vendor == AuthClient || vendor == AuthNone:
		return vendor
	case dialect == "openai":
		return AuthBearer
	case dialect == "gemini":
		return AuthGoogleKey
	}
	return AuthAPIKey
}

// UsualAuth is how a vendor of a dialect gets a key, where nothing else is known.
func UsualAuth(dialect string) Auth { return usualAuth(AuthAPIKey, dialect) }
