package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"afterglow/proxy/config"
	"afterglow/proxy/redact"
)

// Flow is a way to sign in. It tells the user what to do with show, once, waits until that is done, and
// returns what it gave. ctx ends it.
type Flow func(ctx context.Context, show func(Prompt)) (Token, error)

// Prompt is what a user has to do: open a page, and type a code there if there is one.
type Prompt struct{ Code, URL string }

// GitHub is the device flow: the user types a code on GitHub's page, on whichever machine.
type GitHub struct {
	ClientID  string // "" = that of GitHub's own editor, which Copilot accepts
	DeviceURL string // "" = GitHub's, as below
	TokenURL  string
}

// What GitHub's device flow is called with (docs.github.com, authorizing OAuth apps).
const (
	gitHubClient = "Iv1.b507a08c87ecfe98"
	gitHubDevice = "https://github.com/login/device/code"
	gitHubToken  = "https://github.com/login/oauth/access_token"
)

// gitHubScope is all that the exchange for Copilot's token needs.
const gitHubScope = "read:user"

// Flow is the device flow.
func (g GitHub) Flow(ctx context.Context, show func(Prompt)) (Token, error) {
	conf := oauth2.Config{
		ClientID: cmp.Or(g.ClientID, gitHubClient), Scopes: []string{gitHubScope},
		Endpoint: oauth2.Endpoint{DeviceAuthURL: cmp.Or(g.DeviceURL, gitHubDevice), TokenURL: cmp.Or(g.TokenURL, gitHubToken), AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx = withoutRedirects(ctx)
	device, err := conf.DeviceAuth(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("ask GitHub for a code: %w", plain(err))
	}
	if !shown(device) {
		return Token{}, errors.New("ask GitHub for a code: expected an https page and a code in the answer")
	}
	show(Prompt{device.UserCode, device.VerificationURI})
	token, err := conf.DeviceAccessToken(ctx, device)
	if err != nil {
		return Token{}, fmt.Errorf("sign in with GitHub: %w", plain(err, device.DeviceCode))
	}
	return tokenOf(token), nil
}

// shown reports whether a user may see what an answer says: the page is opened in a browser, and nothing but a browser.
func shown(device *oauth2.DeviceAuthResponse) bool {
	page, err := url.Parse(device.VerificationURI)
	plain := func(r rune) bool { return r > ' ' && r < 0x7f }
	return err == nil && page.Host != "" && (page.Scheme == "https" || page.Scheme == "http") &&
		len(device.UserCode) <= 64 && strings.IndexFunc(device.UserCode, func(r rune) bool { return !plain(r) }) < 0
}

func tokenOf(t *oauth2.Token) Token {
	scope, _ := t.Extra("scope").(string)
	return Token{config.Secret(t.AccessToken), config.Secret(t.RefreshToken), t.Expiry.Round(0), scope}
}

// plain leaves of an OAuth error what it says, and not the answer that it came in: that may hold a token. sent are the
// secrets that were sent, which an error may repeat.
func plain(err error, sent ...string) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return redact.Of(sent...).Error(withoutURL(err))
	}
	text := refused.ErrorCode
	switch {
	case refused.ErrorCode == "" && refused.Response != nil:
		text = fmt.Sprintf("status %d", refused.Response.StatusCode)
	case refused.ErrorDescription != "":
		text += ": " + refused.ErrorDescription
	}
	return errors.New(redact.Of(sent...).Text(text, ""))
}

// withoutRedirects is a context in which package oauth2 follows no redirect: one would carry what is sent to another host.
func withoutRedirects(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
}
