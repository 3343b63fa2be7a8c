package upstream

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// apiVersion is the version of the Messages API that the vendors' own documents name.
const apiVersion = "2023-06-01"

// hopByHop headers belong to one connection (RFC 9110 §7.6.1), or describe a framing that a proxy
// makes anew.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	"Proxy-Authenticate", "Proxy-Authorization", "Content-Length", "Content-Encoding",
}

// clientOnly headers are between the client and this proxy: what other programs on this machine
// set for 127.0.0.1 is no vendor's business.
var clientOnly = []string{
	"Accept-Encoding", "Host", "Expect", "Cookie", "Origin", "Referer", "Forwarded", "X-Forwarded-For",
	"X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip",
}

// credentials are the headers, and the fields of a query, in which clients send what proves who they are.
var (
	credentialHeaders = []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token", "X-Amz-Security-Token"}
	credentialFields  = []string{"key", "api_key", "api-key", "apikey", "x-api-key", "x-goog-api-key", "access_token", "auth_token", "token", "authorization"}
)

// CredentialHeader reports whether clients send credentials in a header of this name, in any case.
func CredentialHeader(name string) bool {
	return slices.Contains(credentialHeaders, http.CanonicalHeaderKey(name))
}

// CredentialField reports whether clients send credentials in a field of a query that has this name, in any case.
func CredentialField(name string) bool {
	return slices.Contains(credentialFields, strings.ToLower(name))
}

// withoutCredentials takes the client's own out of a header that goes to a vendor which does not get them.
func withoutCredentials(h http.Header) {
	for _, name := range credentialHeaders {
		delete(h, name)
	}
}

// WithoutFields is a raw query without the fields that drop reports; the rest stays as it is. Some servers also part fields
// with semicolons.
func WithoutFields(query string, drop func(field string) bool) string {
	var kept strings.Builder
	first, before := true, ""
	for rest := query; ; {
		i := strings.IndexAny(rest, "&;")
		field := rest
		if i >= 0 {
			field = rest[:i]
		}
		if !drop(field) {
			if !first {
				kept.WriteString(before)
			}
			kept.WriteString(field)
			first = false
		}
		if i < 0 {
			return kept.String()
		}
		before, rest = rest[i:i+1], rest[i+1:]
	}
}

// withoutKey is a raw query without the client's own keys; the rest stays as it is.
func withoutKey(query string) string {
	return WithoutFields(query, func(field string) bool {
		name, _, _ := strings.Cut(field, "=")
		plain, err := url.QueryUnescape(name)
		return err == nil && CredentialField(plain)
	})
}

// requestHeader is what a vendor gets. One that speaks the Messages API gets the client's header:
// everything but the connection's own part and, unless it takes the client's credentials, these. To
// any other the client's header means nothing.
func requestHeader(client http.Header, conf config.Vendor) http.Header {
	if conf.Dialect != "anthropic" {
		return http.Header{"Content-Type": {"application/json"}, "Accept-Encoding": {"identity"}, "User-Agent": {"afterglow"}}
	}
	h := clientHeader(client)
	keepKeys(h, conf.Auth, conf.AnyKey)
	h["Content-Type"] = []string{"application/json"}
	h["Accept-Encoding"] = []string{"identity"}
	if h.Get("Anthropic-Version") == "" {
		h["Anthropic-Version"] = []string{apiVersion}
	}
	return h
}

// claudeKey is how every key and token of Claude's begins: sk-ant-api03-, sk-ant-oat01-.
const claudeKey = "sk-ant-"

// keepKeys takes a client's keys out of a header but for those that a vendor may get, and tells how many it had and has.
// A key that does not look like one of Claude's was made for somebody else, unless the user says that any may be sent.
func keepKeys(h http.Header, auth config.Auth, anyKey bool) (had, kept int) {
	for _, name := range credentialHeaders {
		values := h[name]
		if len(values) == 0 {
			continue
		}
		had++
		if auth == config.AuthClient && (anyKey || !slices.ContainsFunc(values, foreign)) {
			kept++
			continue
		}
		delete(h, name)
	}
	return had, kept
}

// foreign reports whether a header's value is not a key or token of Claude's, alone or as a bearer's.
func foreign(value string) bool {
	scheme, key, found := strings.Cut(strings.TrimSpace(value), " ")
	if !found {
		key = scheme
	} else if !strings.EqualFold(scheme, "bearer") {
		return true
	}
	return !strings.HasPrefix(strings.TrimSpace(key), claudeKey)
}

// ForClient is a client's header and raw query as they may go to one of the vendor's endpoints that takes the client's own
// keys; why is zero if that endpoint can be called with them.
func (v *Vendor) ForClient(client http.Header, asked string, to config.Endpoint) (h http.Header, query string, why reason.Reason) {
	if to.Auth != config.AuthClient || to.Dialect != "anthropic" || v.conf.AnyKey {
		return client, asked, reason.Reason{}
	}
	h, query = client.Clone(), withoutKey(asked)
	switch had, kept := keepKeys(h, to.Auth, false); {
	case kept > 0 || v.conf.Gateway:
		return h, query, reason.Reason{}
	case had > 0:
		return h, query, reason.New(reason.OtherKey, claudeKey,
			"the client's key is not a Claude key (%s…) and was not sent. To send any key, set client_keys = \"any\" in the vendor's row", claudeKey)
	}
	return h, query, reason.New(reason.NoClientKey, claudeKey, "this vendor uses the client's own Claude login or key (%s…), and the client sent none", claudeKey)
}

// authorize adds a vendor's own key.
func authorize(h http.Header, auth config.Auth, key config.Secret) {
	switch auth {
	case config.AuthAPIKey:
		h["X-Api-Key"] = []string{key.Reveal()}
	case config.AuthBearer:
		h["Authorization"] = []string{"Bearer " + key.Reveal()}
	case config.AuthGoogleKey:
		h["X-Goog-Api-Key"] = []string{key.Reveal()}
	}
}

// clientHeader is what may leave this machine of a client's header.
func clientHeader(client http.Header) http.Header {
	h := endToEnd(client)
	for _, name := range clientOnly {
		delete(h, name)
	}
	for name := range h {
		if strings.HasPrefix(name, "Sec-") {
			delete(h, name)
		}
	}
	return h
}

// ResponseHeader is what the client gets of a vendor's header. Cookies stay: the client never sees
// the vendor's host.
func ResponseHeader(vendor http.Header) http.Header {
	h := endToEnd(vendor)
	delete(h, "Set-Cookie")
	delete(h, "Alt-Svc")
	return h
}

// endToEnd copies a header without its hop-by-hop part. The values are shared.
func endToEnd(from http.Header) http.Header {
	h := make(http.Header, len(from)+4)
	for name, values := range from {
		h[name] = values
	}
	for _, options := range from["Connection"] {
		for _, name := range strings.Split(options, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		delete(h, name)
	}
	return h
}
