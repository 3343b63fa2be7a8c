package credential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
)

// Exchange trades a GitHub token for Copilot's, which lives for about half an hour.
type Exchange struct {
	TokenURL string // "" = GitHub's
	Header   http.Header
}

const copilotToken = "https://api.github.com/copilot_internal/v2/token"

// copilotLife is how long Copilot's token lives where the answer does not say.
const copilotLife = 30 * time.Minute

// exchangeTime bounds the exchange.
const exchangeTime = 20 * time.Second

// Trade makes the exchange. The error is Invalid for a GitHub token that is refused, and
// UpgradeRequired for an account without Copilot.
func (e Exchange) Trade(ctx context.Context, github config.Secret) (Token, error) {
	ctx, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	req := resty.New().SetRedirectPolicy(resty.NoRedirectPolicy()).R().SetContext(ctx)
	req.Header = e.Header.Clone()
	req.SetHeader("Authorization", "token "+github.Reveal()).SetHeader("Accept", "application/json")
	answer, err := req.Get(cmp.Or(e.TokenURL, copilotToken))
	if err != nil {
		return Token{}, fmt.Errorf("exchange GitHub's token: %w", withoutURL(err))
	}
	body := gjson.ParseBytes(answer.Body())
	switch status := answer.StatusCode(); {
	case status == http.StatusUnauthorized:
		return Token{}, errorf(Invalid, "GitHub rejected the sign-in")
	case status == http.StatusForbidden || status == http.StatusNotFound:
		return Token{}, errorf(UpgradeRequired, "this GitHub account has no Copilot (status %d)", status)
	case status != http.StatusOK:
		return Token{}, errorf(Temporary, "exchange GitHub's token: status %d", status)
	}
	token := cmp.Or(body.Get("token").Str, body.Get("access_token").Str)
	if token == "" {
		if body.Get("chat_enabled").Exists() {
			return Token{}, errorf(UpgradeRequired, "this GitHub account's Copilot does not allow this use")
		}
		return Token{}, errorf(Temporary, "exchange GitHub's token: the answer contains no token")
	}
	// By the wall clock: the token ends also while this machine sleeps.
	return Token{Access: config.Secret(token), Expires: time.Now().Round(0).Add(life(body))}, nil
}

// life is how long an answer's token lives.
func life(body gjson.Result) time.Duration {
	for _, key := range []string{"refresh_in", "expires_in"} {
		if s := body.Get(key).Int(); s > 0 && s < 1<<30 {
			return time.Duration(s) * time.Second
		}
	}
	if at := body.Get("expires_at").Int(); at > 0 {
		if left := time.Until(time.Unix(at, 0)); left > 0 {
			return left
		}
	}
	return copilotLife
}

// withoutURL leaves the address out of an error: its query may be a secret.
func withoutURL(err error) error {
	var at *url.Error
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
