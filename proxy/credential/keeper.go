package credential

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// Names of the providers that users sign in with.
const (
	ProviderGitHub = "github"
	ProviderGoogle = "google"
)

// ProviderOf is whom users sign in with for an auth, "" if nobody does.
func ProviderOf(auth config.Auth) string {
	switch auth {
	case config.AuthCopilot:
		return ProviderGitHub
	case config.AuthGoogle:
		return ProviderGoogle
	}
	return ""
}

// Keeper knows who is signed in, and runs the flows by which users sign in: one at a time for each
// provider. What it knows it has from its Store, and what is not there it looks for again now and then,
// because another process may have put it there.
type Keeper struct {
	store   *Store // nil: nothing is kept
	changed func() // called when a State may be another
	log     *slog.Logger

	mu    sync.Mutex
	known map[string]*entry
	lent  []string // tokens that were got with them, the latest last
}

// entry is what is known of one name.
type entry struct {
	token   Token
	looked  time.Time // when the store was asked last
	looking bool
	refused Token  // a token that was given up: it is not taken from the store again
	reason  string // why it was; "" if none was
	state   State
	cancel  context.CancelCauseFunc // of the flow that runs; nil if none does
}

func (t Token) empty() bool { return t.Access == "" && t.Refresh == "" }

func (t Token) same(other Token) bool { return t.Access == other.Access && t.Refresh == other.Refresh }

// State is how the last flow went.
type State struct {
	Phase Phase
	Prompt
	Problem string    // why it failed
	Ended   time.Time // when it completed or failed
}

// Phase is where a flow stands.
type Phase string

const (
	Idle      Phase = "idle"
	Pending   Phase = "pending"
	Completed Phase = "completed"
	Failed    Phase = "failed"
)

// ErrRunning says that a flow runs already.
var ErrRunning error = reason.New(reason.SigningIn, "", "a sign-in is already in progress")

// errCancelled is why a flow ended that its user cancelled.
var errCancelled = errors.New("cancelled")

// NewKeeper returns a keeper over a store. changed must not block.
func NewKeeper(store *Store, changed func(), log *slog.Logger) *Keeper {
	return &Keeper{store: store, changed: changed, log: log, known: map[string]*entry{}}
}

// lookAgain is how often the store is asked for what was not there.
const lookAgain = 5 * time.Second

// Token returns what is stored under a name, false if there is nothing that is worth a try. Only the
// first time it waits for the store.
func (k *Keeper) Token(name string) (Token, bool) {
	k.mu.Lock()
	e := k.known[name]
	first := e == nil
	if first {
		e = &entry{state: State{Phase: Idle}}
		k.known[name] = e
	}
	due := e.token.empty() && !e.looking && time.Since(e.looked) > lookAgain && k.store != nil
	if due {
		e.looking = true
	}
	k.mu.Unlock()
	switch {
	case due && first:
		k.look(name)
	case due:
		go k.look(name)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return e.token, !e.token.empty()
}

// look asks the store.
func (k *Keeper) look(name string) {
	found, err := k.store.Get(name)
	k.mu.Lock()
	e := k.known[name]
	e.looking, e.looked = false, time.Now()
	fresh := err == nil && e.token.empty() && !found.same(e.refused)
	if fresh {
		e.token, e.reason = found, ""
	}
	problem := ""
	if err != nil && !errors.Is(err, ErrNone) {
		problem = err.Error()
	}
	say := problem != "" && problem != e.reason
	if problem != "" {
		e.reason = problem
	}
	k.mu.Unlock()
	if say {
		k.log.Warn("credential not read", "name", name, "error", problem)
	}
	if fresh {
		k.changed()
	}
}

// Renewed asks the store for another credential than the one that was refused, because another process may have put it
// there, and reports whether there is one. It waits for the store.
func (k *Keeper) Renewed(name string, refused config.Secret) bool {
	found, err := k.Stored(name)
	if err != nil || found.Access == "" || found.Access == refused {
		return false
	}
	k.mu.Lock()
	e := k.known[name]
	if e == nil {
		e = &entry{state: State{Phase: Idle}}
		k.known[name] = e
	}
	e.token, e.refused, e.reason, e.looked = found, Token{}, "", time.Now()
	k.mu.Unlock()
	k.changed()
	return true
}

// Reason says why there is no token under a name, "" if nobody ever signed in.
func (k *Keeper) Reason(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e := k.known[name]; e != nil {
		return e.reason
	}
	return ""
}

// GiveUp forgets a token that is of no more use. It stays in the store, but only another one will be
// taken from there.
func (k *Keeper) GiveUp(name string, token Token, why string) {
	k.mu.Lock()
	e := k.known[name]
	given := e != nil && e.token.same(token) && !token.empty()
	if given {
		e.refused, e.token, e.reason, e.looked = token, Token{}, why, time.Now()
	}
	k.mu.Unlock()
	if given {
		k.log.Warn("sign-in needed", "name", name, "reason", why)
		k.changed()
	}
}

// KeyName is under what a vendor's key is stored. A vendor may be called as a provider is whom users sign in with.
func KeyName(vendor string) string {
	if vendor == ProviderGitHub || vendor == ProviderGoogle {
		return "key/" + vendor
	}
	return vendor
}

// Put stores a credential, and it is in force at once.
func (k *Keeper) Put(name string, token Token) error {
	if k.store == nil {
		return reason.New(reason.NoKeyring, "", "there is no place to store a credential")
	}
	if err := k.store.Set(name, token); err != nil {
		return err
	}
	k.mu.Lock()
	e := k.known[name]
	if e == nil {
		e = &entry{state: State{Phase: Idle}}
		k.known[name] = e
	}
	e.token, e.refused, e.reason, e.looked = token, Token{}, "", time.Now()
	k.mu.Unlock()
	k.changed()
	return nil
}

// Stored asks the store. The error is ErrNone, or says that it cannot be read.
func (k *Keeper) Stored(name string) (Token, error) {
	if k.store == nil {
		return Token{}, ErrNone
	}
	return k.store.Get(name)
}

// Place says where credentials are kept, for people; "" if they are not.
func (k *Keeper) Place() string {
	if k.store == nil {
		return ""
	}
	return k.store.Place()
}

// InKeyring reports whether credentials are kept in the system's keyring.
func (k *Keeper) InKeyring() bool { return k.store != nil && k.store.InKeyring() }

// Forget removes a credential from the store and from memory.
func (k *Keeper) Forget(name string) error {
	if k.store != nil {
		if err := k.store.Delete(name); err != nil {
			return err
		}
	}
	k.mu.Lock()
	if e := k.known[name]; e != nil {
		e.token, e.refused, e.reason, e.looked, e.state = Token{}, Token{}, "", time.Now(), State{Phase: Idle}
	}
	k.mu.Unlock()
	k.changed()
	return nil
}
