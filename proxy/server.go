// Package proxy is Afterglow's HTTP face: the Messages API for clients, which it sends along the
// chain, and a control API for people and scripts. It needs no desktop.
package proxy

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/bounds"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/credential"
	"afterglow/proxy/history"
	"afterglow/proxy/ledger"
	"afterglow/proxy/metrics"
	"afterglow/proxy/redact"
	"afterglow/proxy/route"
	"afterglow/proxy/upstream"
)

// GCPercent is what debug.SetGCPercent should be in a process that is only the proxy. Its live heap is
// a few MB, so that Go's default of 100 collects after every fortieth call; 400 costs some 15 MB.
const GCPercent = 400

// Options are what New needs.
type Options struct {
	Config config.Config
	State  *config.State // what the user changed while running; nil keeps nothing
	// Desktop is where the desktop application's choices are kept; nil = with State, or else in memory.
	Desktop *config.State
	Demo    bool // the vendors are simulated
	// Credentials are where keys and sign-ins are that the configuration does not hold; nil keeps none.
	Credentials *credential.Store
	Sites       upstream.Sites // where sign-ins lead; for tests
	Dial        upstream.Dial  // how vendors are reached; nil = over the network; for tests
	Ledger      *ledger.Ledger // Close closes it; nil keeps nothing
	Instance    string         // the folder in which the server says where it listens; "" says nothing
	Version     string         // of the program, for the same and for those who ask
	Editing     Editing        // of the configuration file; its zero value edits nothing
	Log         *slog.Logger   // nil logs nothing
	Logging     Logging        // what may be changed of Log; nil = nothing
}

// Server is the proxy. Make it with New, run it with Run, and close it if it never ran.
type Server struct {
	limiter   *limiter.Controller
	memory    *route.Memory
	keeper    *credential.Keeper
	sites     upstream.Sites
	dial      upstream.Dial
	calls     calls
	budget    bodyBudget
	capture   captures
	hidden    redact.Redactor // what no vendor's text may show
	cancelled *cancellations
	history   *history.History
	metrics   *metrics.Metrics
	clocks    *clocks
	ledger    *ledger.Ledger // nil keeps nothing

	evidence   atomic.Bool // every frame of usage is kept as it came
	state      *config.State
	desktop    *config.State
	demo       bool
	demoFolder string // of a demo's ledger; Close removes it
	clients    *connect.Desk
	version    string
	log        *slog.Logger
	logging    Logging // nil: nothing of the log is changed
	http       *http.Server

	instance instanceFile
	editing  editing
	choose   sync.Mutex // held over a change of the settings, from its reading to its writing
	running  atomic.Pointer[generation]
	paused   atomic.Bool
	draining chan struct{} // closed when Run stops accepting

	mu       sync.Mutex // guards the fields below, and reloads against each other
	listener net.Listener
	failed   error      // why it does not listen, or why a configuration was not taken
	order    [][]string // of the tiers, set while running; nil for the configuration's
	settings config.Settings
	level    *slog.Level // of the log, as it was set last; nil before
}

// generation is what one configuration made. Calls keep the one they began with.
type generation struct {
	written   config.Config // as it was given
	conf      config.Config // in the order that is in force
	reordered bool
	vendors   []*upstream.Vendor
	natives   map[string]*native // by API
	token     *redact.Secrets    // clients', which goes on to nobody
	chain     *route.Chain
}

// New returns a server that does not listen yet.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{
		limiter: limiter.New(), state: o.State, ledger: o.Ledger, history: history.New(), cancelled: newCancellations(), clocks: newClocks(), demo: o.Demo, version: o.Version, clients: connect.New(o.Instance), log: o.Log, draining: make(chan struct{}),
	}
	s.desktop = cmp.Or(o.Desktop, o.State, &config.State{})
	s.instance.dir, s.instance.version, s.instance.ledger = o.Instance, o.Version, pathOf(o.Ledger)
	s.logging, s.level = o.Logging, &o.Config.Log.Level
	s.memory = route.NewMemory(s.limiter.Notify)
	s.metrics = s.newMetrics()
	s.keeper, s.sites, s.dial = credential.NewKeeper(o.Credentials, s.credentialsChanged, o.Log), o.Sites, o.Dial
	s.editing.Editing = o.Editing.filled(s.keeper)
	if s.state != nil {
		s.order, s.settings = s.state.Order(), s.state.Settings()
		for _, b := range s.state.Bindings() {
			s.memory.Sessions.Bind(b)
		}
	}
	first, err := s.prepare(o.Config)
	if err != nil {
		return nil, err
	}
	s.install(first)
	s.restoreQuotas()
	s.http = &http.Server{
		Handler:           s.guard(s.routes()),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    bounds.RequestHeader,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func (s *Server) current() *generation { return s.running.Load() }
func (s *Server) conf() *config.Config { return &s.current().conf }

// Reload takes a new configuration without dropping a call: those under way end with the vendors
// they began with. If it cannot be taken, nothing changes and the error is shown in Status.
func (s *Server) Reload(conf config.Config) error {
	err := s.reload(conf)
	s.announce()
	return err
}

func (s *Server) reload(conf config.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.prepare(conf)
	if err == nil {
		err = s.relisten(conf.Listen)
	}
	if err == nil {
		s.install(next)
	}
	s.failed = err
	s.limiter.Notify()
	return err
}

// Reject records why a changed configuration was not taken, for Status.
func (s *Server) Reject(err error) {
	s.log.Error("configuration not taken, the old one stays", "error", err)
	s.setFailed(err)
}

func (s *Server) setFailed(err error) {
	s.mu.Lock()
	s.failed = err
	s.mu.Unlock()
	s.limiter.Notify()
}

// prepare makes the generation of a configuration. A vendor whose row did not change stays, and
// keeps its connections.
func (s *Server) prepare(conf config.Config) (*generation, error) {
	next := &generation{written: conf, token: redact.Of(conf.Token.Reveal())}
	next.conf, next.reordered = s.reordered(conf)
	conf = next.conf
	for _, row := range conf.Vendors {
		v, err := s.reuse(s.running.Load(), row)
		if err != nil {
			return nil, err
		}
		next.vendors = append(next.vendors, v)
	}
	var err error
	if next.natives, err = natives(s.running.Load(), conf.Native, &s.hidden); err != nil {
		return nil, err
	}
	next.chain = route.New(conf, next.vendors, s.memory, s.limiter)
	return next, nil
}

// install puts a generation in place. What is known of a vendor's health goes before the limits: a call that comes late to
// a vendor that has gone learns it before it can be let in.
func (s *Server) install(next *generation) {
	if old := s.running.Load(); old != nil {
		for _, r := range renames(old.conf.Vendors, next.conf.Vendors) {
			s.rename(old.vendor(r.from), next.vendor(r.to))
		}
	}
	s.memory.Health.Configure(next.conf.Vendors)
	s.limiter.Configure(s.policies(next.conf.Vendors))
	s.restoreLimits()
	s.applySettings(next.conf)
	old := s.running.Swap(next)
	if old == nil {
		return
	}
	for _, v := range old.vendors {
		if !slices.Contains(next.vendors, v) {
			v.Close()
		}
	}
	for api, n := range old.natives {
		if next.natives[api] != n {
			n.passage.Close()
		}
	}
}

func (s *Server) reuse(old *generation, row config.Vendor) (*upstream.Vendor, error) {
	if old != nil {
		for _, v := range old.vendors {
			if reflect.DeepEqual(v.Conf(), row) {
				return v, nil
			}
		}
	}
	v, err := upstream.NewWith(upstream.Accounts{Keeper: s.keeper, Sites: s.sites, Hidden: &s.hidden, Dial: s.dial}, row, s.log)
	if err == nil && old != nil && old.vendor(row.Name) != nil {
		v.Succeed(old.vendor(row.Name))
	}
	return v, err
}

// Pause refuses new calls with 529, or takes them again. Calls under way and queued go on.
func (s *Server) Pause(on bool) {
	if s.paused.Swap(on) != on {
		s.limiter.Notify()
	}
}

// Watch returns a channel, one deep, that wakes its reader after every change of Status and of
// Desktop. It is closed never; ctx ends the wakes.
func (s *Server) Watch(ctx context.Context) <-chan struct{} { return s.limiter.Watch(ctx) }
