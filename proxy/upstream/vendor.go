// Package upstream sends one call to one configured upstream account: it maps the model, signs the
// request, waits out the vendor's own refusals and reads as far as the first event of the answer.
package upstream

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/go-resty/resty/v2"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/gemini"
	"afterglow/proxy/openai"
	"afterglow/proxy/redact"
	"afterglow/proxy/sse"
)

// Dialect translates between the Messages API and what a vendor speaks. It is pure: no I/O, and no
// state between calls.
type Dialect interface {
	// Encode returns the request as the vendor gets it, for a vendor model. The error is an *anthropic.Error with status
	// 400 for what the dialect cannot carry.
	Encode(req *anthropic.Request, model string) (anthropic.Encoded, error)
	// Decode turns the vendor's stream into one of the Messages API. model is the name that a
	// translated answer bears: the client's own, because it sends thinking back only under the name that
	// it asked for.
	Decode(s sse.Stream, model string) sse.Stream
	// DecodeMessage turns a whole answer into a message; its error is an *anthropic.Error if the
	// vendor answered one with status 200.
	DecodeMessage(body []byte, model string) ([]byte, error)
	// DecodeError reads an error answer, whatever its body.
	DecodeError(status int, header http.Header, body []byte) *anthropic.Error
}

// Counter is a dialect that may have an endpoint to count tokens.
type Counter interface {
	// Counts reports whether it has.
	Counts() bool
	EncodeCount(req *anthropic.Request, model string) (anthropic.Encoded, error)
	// DecodeCount turns a good answer into one of the Messages API.
	DecodeCount(body []byte) ([]byte, error)
}

// Vendor is one configured upstream account. It is safe for concurrent use.
type Vendor struct {
	conf    config.Vendor
	name    *atomic.Pointer[string] // shared with the vendors that it succeeds
	base    string                  // of the URLs, without a slash at its end
	dialect Dialect
	client  *resty.Client
	account account            // nil: it is called with a key
	keeper  *credential.Keeper // of keys and sign-ins that are not in the configuration
	sites   Sites
	log     *slog.Logger
}

// Accounts are what vendors share whose credentials are not in the configuration.
type Accounts struct {
	Keeper *credential.Keeper // nil: nobody is signed in
	Sites  Sites
	Hidden *redact.Redactor // what no answer may show, beside what was sent for it; nil = nothing
	Dial   Dial             // nil: the network; for tests
}

// New returns a vendor for a checked configuration that has its key there. Close it when no call uses it
// any more.
func New(conf config.Vendor, log *slog.Logger) (*Vendor, error) {
	return NewWith(Accounts{}, conf, log)
}

// NewWith is New for any vendor.
func NewWith(accounts Accounts, conf config.Vendor, log *slog.Logger) (*Vendor, error) {
	if accounts.Keeper == nil {
		accounts.Keeper = credential.NewKeeper(nil, func() {}, log)
	}
	v := &Vendor{conf: conf, keeper: accounts.Keeper, sites: accounts.Sites, base: strings.TrimRight(conf.BaseURL, "/"), log: log.With("vendor", conf.Name)}
	v.name = &atomic.Pointer[string]{}
	v.name.Store(&v.conf.Name)
	var err error
	if v.dialect, err = dialect(conf); err != nil {
		return nil, err
	}
	v.client = resty.NewWithClient(&http.Client{
		Transport: &redact.Transport{Next: newDialer(conf.Connect, accounts.Dial), Hidden: accounts.Hidden},
		// A redirect would carry the key to another host.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).
		SetDisableWarn(true).
		SetLogger(silent{}).
		SetPreRequestHook(attachPayload)
	v.account = v.newAccount()
	return v, nil
}

func dialect(conf config.Vendor) (Dialect, error) {
	switch conf.Dialect {
	case "anthropic":
		return anthropic.Dialect{}, nil
	case "openai":
		return openai.Dialect(conf.Chat), nil
	case "gemini":
		return gemini.Dialect{Internal: strings.HasSuffix(strings.TrimRight(conf.BaseURL, "/"), "/v1internal")}, nil
	}
	return nil, fmt.Errorf("vendor %q: unknown dialect %q", conf.Name, conf.Dialect)
}

// Conf returns the configuration that the vendor was made from.
func (v *Vendor) Conf() config.Vendor { return v.conf }

// Name is the vendor's name in the configuration, or what that calls it since.
func (v *Vendor) Name() string { return *v.name.Load() }

// Rename gives the vendor, and those that it succeeds, the name that a newer configuration has for the same account. Calls
// under way go on.
func (v *Vendor) Rename(to string) { v.name.Store(&to) }

// Succeed makes the vendor the next one of the same name, after a change of the configuration. It must not be called once
// calls run.
func (v *Vendor) Succeed(old *Vendor) { v.name = old.name }

// Model maps the client's model name to the one that is sent.
func (v *Vendor) Model(name string) string {
	mapped := v.conf.Model(name)
	if v.account != nil && mapped == name { // no rule says otherwise
		return v.account.model(name)
	}
	return mapped
}

// Usable reports whether the vendor has the credentials that it needs.
func (v *Vendor) Usable() bool {
	if v.account != nil {
		return v.account.usable()
	}
	return v.conf.Auth == config.AuthClient || v.conf.Auth == config.AuthNone || v.secret() != ""
}

// Close closes idle connections. Calls under way go on, and their connections are closed when they end.
func (v *Vendor) Close() { v.client.GetClient().CloseIdleConnections() }

func (v *Vendor) transport() *redact.Transport {
	return v.client.GetClient().Transport.(*redact.Transport)
}

// Redial makes every call from now on dial anew. Calls under way go on.
func (v *Vendor) Redial() { redial(v.transport()) }

func redial(rt *redact.Transport) {
	if d, ok := rt.Next.(*dialer); ok { // a test's own has no connections
		d.Redial()
	}
}

// silent keeps resty from logging: an error is logged once, at the edge, without its URL's secrets.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// Via sends the vendor's calls through rt in place of the network, for tests in time of their own. It
// must not be called once calls run.
func (v *Vendor) Via(rt http.RoundTripper) *Vendor {
	v.transport().Next = rt
	return v
}
