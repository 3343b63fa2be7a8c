package proxy

import (
	"errors"
	"fmt"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// errKeyHost says that a request would send a secret to where it was not given for.
type errKeyHost struct{ name, origin string }

func (e errKeyHost) Error() string {
	if e.origin == "" {
		return fmt.Sprintf("vendor %q: base_url: an environment variable can only be set in the configuration file, not by a request", e.name)
	}
	return fmt.Sprintf("vendor %q: base_url: the key of this vendor was not given for %s. Change the URL in the window or in the configuration file, or send a new key", e.name, e.origin)
}

// keyMayGo tells whether a request may lead a vendor to its base URL. Whoever reaches the control API may change vendors;
// he must not get a key, which no answer has, by naming a host of his own.
func (s *Server) keyMayGo(all config.Drafts, name string, d config.Draft) error {
	was, _ := all.Draft(name)
	if strings.Contains(d.BaseURL, "${") && d.BaseURL != was.BaseURL {
		return errKeyHost{d.Name, ""} // it may be one that holds a key, whatever the vendor sends as its own
	}
	signs := d.Auth == config.AuthCopilot || d.Auth == config.AuthGoogle
	if d.Key == config.KeyNone && !signs {
		return nil
	}
	origin := config.OriginOf(d.BaseURL)
	if config.IsBuiltInOrigin(origin) {
		return nil
	}
	for _, known := range append(append([]config.Draft(nil), all.Vendors...), all.Presets...) {
		if config.OriginOf(known.BaseURL) != origin {
			continue
		}
		if signs && known.Auth == d.Auth || known.Key == d.Key && (known.Name == name || d.Key == config.KeyInVariable && known.KeyVar == d.KeyVar) {
			return nil
		}
	}
	if d.Key == config.KeyInKeyring && !signs && s.keepsNone(d.Name) && (was.Key != config.KeyInKeyring || s.keepsNone(name)) {
		return nil // with another name the kept key goes along
	}
	return errKeyHost{d.Name, origin}
}

// keepsNone reports whether it is known that no key is kept of a vendor.
func (s *Server) keepsNone(name string) bool {
	_, err := s.editing.Keeper.Stored(credential.KeyName(name))
	return errors.Is(err, credential.ErrNone)
}
