package credential

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"afterglow/proxy/config"
)

// Google is the code flow on a loopback redirect: the user's browser comes back to this machine.
type Google struct {
	ClientID string // from the user's configuration: none is built in
	Secret   config.Secret
	AuthURL  string // "" = Google's, as below
	TokenURL string
}

// Google's endpoints (developers.google.com/identity/protocols/oauth2/native-app).
const (
	googleAuth  = "https://accounts.google.com/o/oauth2/v2/auth"
	googleToken = "https://oauth2.googleapis.com/token"
)

// googleScopes are what Google's own coding tools ask for.
var googleScopes = []string{
	"https://www.googleapis.com/auth/cloud-platform",
	"https://www.googleapis.com/auth/userinfo.email",
	"https://www.googleapis.com/auth/userinfo.profile",
	"https://www.googleapis.com/auth/cclog",
	"https://www.googleapis.com/auth/experimentsandconfigs",
}

// consentTime is how long the user may take.
const consentTime = 10 * time.Minute

func (g Google) config(redirect string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: g.ClientID, ClientSecret: g.Secret.Reveal(), RedirectURL: redirect, Scopes: googleScopes,
		Endpoint: oauth2.Endpoint{AuthURL: cmp.Or(g.AuthURL, googleAuth), TokenURL: cmp.Or(g.TokenURL, googleToken), AuthStyle: oauth2.AuthStyleInParams},
	}
}

// Flow is the code flow, with a state and PKCE. It listens on a free port of 127.0.0.1 while it waits.
func (g Google) Flow(ctx context.Context, show func(Prompt)) (Token, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, consentTime, fmt.Errorf("no sign-in within %v", consentTime))
	defer cancel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Token{}, fmt.Errorf("listen for Google's answer: %w", err)
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	conf := g.config("http://" + listener.Addr().String() + "/callback")
	come := make(chan url.Values, 1)
	server := &http.Server{Handler: callback(state, come), ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(listener)
	defer server.Close()
	show(Prompt{URL: conf.AuthCodeURL(state, oauth2.AccessTypeOffline, oauth2.ApprovalForce, oauth2.S256ChallengeOption(verifier))})
	var answer url.Values
	select {
	case answer = <-come:
	case <-ctx.Done():
		return Token{}, fmt.Errorf("sign in with Google: %w", context.Cause(ctx))
	}
	if refused := answer.Get("error"); refused != "" {
		return Token{}, fmt.Errorf("sign in with Google: %w", errors.New(refused))
	}
	code := answer.Get("code")
	token, err := conf.Exchange(withoutRedirects(ctx), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Token{}, fmt.Errorf("sign in with Google: %w", plain(err, g.Secret.Reveal(), code, verifier))
	}
	if token.RefreshToken == "" {
		return Token{}, errors.New("sign in with Google: Google sent no refresh token")
	}
	return tokenOf(token), nil
}

const received = "Afterglow received Google's answer. You can close this page.\n"

// callback takes the first answer that bears our state. Any other may be somebody's who found the port.
func callback(state string, come chan<- url.Values) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/callback" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(state)) != 1 {
			http.Error(w, "Afterglow is not waiting for this answer.", http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(received)))
		io.WriteString(w, received)
		http.NewResponseController(w).Flush() // the server is closed as soon as the answer is there
		select {
		case come <- q:
		default:
		}
	})
}

// Missing are the scopes that a token lacks. It may work without them.
func (Google) Missing(scope string) (missing []string) {
	if scope == "" {
		return nil // it does not say
	}
	for _, s := range googleScopes {
		if !strings.Contains(" "+scope+" ", " "+s+" ") {
			missing = append(missing, s)
		}
	}
	return missing
}

// Renew exchanges a refresh token for an access token. The error is Invalid if it is not taken any more.
func (g Google) Renew(ctx context.Context, refresh config.Secret) (Token, error) {
	sent := []string{g.Secret.Reveal(), refresh.Reveal()}
	token, err := g.config("").TokenSource(withoutRedirects(ctx), &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && (refused.ErrorCode == "invalid_grant" || refused.ErrorCode == "unauthorized_client" || refused.ErrorCode == "invalid_client") {
		return Token{}, errorf(Invalid, "Google rejected the sign-in (%v)", plain(err, sent...))
	}
	if err != nil {
		return Token{}, fmt.Errorf("renew Google's token: %w", plain(err, sent...))
	}
	return tokenOf(token), nil
}
