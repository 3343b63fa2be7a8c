package upstream

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"afterglow/proxy/config"
)

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// RC-40, RC-41: the client's credentials, and what belongs to one connection, go no further.
func TestRequestHeader(t *testing.T) {
	client := header(
		"Authorization", "Bearer sk-ant-client", "X-Api-Key", "client-key", "X-Goog-Api-Key", "google-key",
		"Anthropic-Beta", "a,b", "Anthropic-Version", "2024-01-01", "User-Agent", "claude-cli/2", "X-App", "cli",
		"X-Claude-Code-Session-Id", "s", "Content-Type", "text/json", "Accept", "application/json",
		"Accept-Encoding", "gzip, br", "Connection", "close, X-Private", "X-Private", "1", "Keep-Alive", "5",
		"Transfer-Encoding", "chunked", "Content-Length", "9", "Host", "evil", "Te", "trailers", "Upgrade", "h2c",
		"Cookie", "session=other-app", "Origin", "http://x", "Referer", "http://x", "Sec-Fetch-Mode", "cors", "X-Forwarded-For", "1.2.3.4",
	)
	passes := header(
		"Anthropic-Beta", "a,b", "Anthropic-Version", "2024-01-01", "User-Agent", "claude-cli/2", "X-App", "cli",
		"X-Claude-Code-Session-Id", "s", "Accept", "application/json",
		"Content-Type", "application/json", "Accept-Encoding", "identity",
	)
	for name, tc := range map[string]struct {
		conf config.Vendor
		auth http.Header
	}{
		"own key":    {config.Vendor{Dialect: "anthropic", Auth: "x-api-key", Key: "ours"}, header("X-Api-Key", "ours")},
		"own bearer": {config.Vendor{Dialect: "anthropic", Auth: "bearer", Key: "ours"}, header("Authorization", "Bearer ours")},
		"client's":   {config.Vendor{Dialect: "anthropic", Auth: "client"}, header("Authorization", "Bearer sk-ant-client")},
		"any of the client's": {config.Vendor{Dialect: "anthropic", Auth: "client", AnyKey: true},
			header("Authorization", "Bearer sk-ant-client", "X-Api-Key", "client-key", "X-Goog-Api-Key", "google-key")},
	} {
		t.Run(name, func(t *testing.T) {
			want := passes.Clone()
			for k, v := range tc.auth {
				want[k] = v
			}
			before := client.Clone()
			got := requestHeader(client, tc.conf)
			authorize(got, tc.conf.Auth, tc.conf.Key)
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(before, client); d != "" {
				t.Error("the client's header changed:", d)
			}
		})
	}
}

func TestVersionIsAddedWhereTheClientHasNone(t *testing.T) {
	if got := requestHeader(http.Header{}, config.Vendor{Dialect: "anthropic", Auth: "client"}).Get("anthropic-version"); got != apiVersion {
		t.Fatalf("got %q", got)
	}
}

func TestResponseHeader(t *testing.T) {
	vendor := header("Request-Id", "r", "Anthropic-Ratelimit-Requests-Remaining", "3", "Content-Type", "application/json",
		"Content-Length", "10", "Content-Encoding", "gzip", "Transfer-Encoding", "chunked", "Connection", "close", "Set-Cookie", "a=b", "Alt-Svc", "h3")
	want := header("Request-Id", "r", "Anthropic-Ratelimit-Requests-Remaining", "3", "Content-Type", "application/json")
	if d := cmp.Diff(want, ResponseHeader(vendor)); d != "" {
		t.Fatal(d)
	}
}
