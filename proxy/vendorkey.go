package proxy

import (
	"errors"
	"fmt"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
)

// withKey makes a draft one whose key is with the credentials, and is sent.
func withKey(d *config.Draft, key config.Secret) error {
	if strings.ContainsFunc(key.Reveal(), func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return config.BadKey("key")
	}
	switch d.Auth {
	case config.AuthCopilot, config.AuthGoogle:
		return fmt.Errorf("key: no key is allowed, because you sign in to %q", d.Name)
	case config.AuthClient, config.AuthNone, "":
		d.Auth = config.UsualAuth(d.Dialect)
	}
	d.Key, d.KeyVar = config.KeyInKeyring, ""
	return nil
}

// moveKey stores a key under a vendor's name: the one given, or that of its old name. undo takes it back.
func (s *Server) moveKey(was, d config.Draft, key config.Secret) (undo func() error, err error) {
	undo = func() error { return nil }
	token := credential.Token{Access: key}
	keeper, name := s.editing.Keeper, credential.KeyName(d.Name)
	if key == "" {
		if was.Key != config.KeyInKeyring || d.Key != config.KeyInKeyring || was.Name == d.Name {
			return undo, nil
		}
		token, err = keeper.Stored(credential.KeyName(was.Name))
		if errors.Is(err, credential.ErrNone) {
			return undo, nil
		}
		if err != nil {
			return undo, err
		}
	}
	old, err := keeper.Stored(name)
	if err != nil && !errors.Is(err, credential.ErrNone) {
		return undo, err
	}
	if err := keeper.Put(name, token); err != nil {
		return undo, err
	}
	return func() error {
		if old.Access == "" {
			return keeper.Forget(name)
		}
		return keeper.Put(name, old)
	}, nil
}
