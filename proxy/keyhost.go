package proxy

import (
	"errors"
	"fmt"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// errKeyHost says that a request would send a key to a host that it was not given for.
type errKeyHost struct{ name, host string }

func (e errKeyHost) Error() string {
	return fmt.Sprintf("vendor %q: base_url: %s is not where its key went before: change it in the window or the configuration file, or with a key that is kept nowhere yet", e.name, e.host)
}

// keyMayGo tells whether a request may lead a vendor to its base URL. Whoever reaches the control API may change vendors;
// he must not get a key, which no answer has, by naming a host of his own.
func (s *Server) keyMayGo(all config.Drafts, name string, d config.Draft) error {
	signs := d.Auth == config.AuthCopilot || d.Auth == config.AuthGoogle
	if d.Key == config.KeyNone && !signs {
		return nil
	}
	host := config.HostOf(d.BaseURL)
	if config.IsBuiltInHost(host) {
		return nil
	}
	for _, known := range append(append([]config.Draft(nil), all.Vendors...), all.Presets...) {
		if config.HostOf(known.BaseURL) != host {
			continue
		}
		if signs && known.Auth == d.Auth || known.Key == d.Key && (known.Name == name || d.Key == config.KeyInVariable && known.KeyVar == d.KeyVar) {
			return nil
		}
	}
	if d.Key == config.KeyInKeyring && !signs {
		if _, err := s.editing.Keeper.Stored(credential.KeyName(d.Name)); errors.Is(err, credential.ErrNone) {
			return nil
		}
	}
	return errKeyHost{d.Name, host}
}
