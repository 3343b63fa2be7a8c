package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"afterglow/proxy/reason"
)

// What is in force where a file says nothing.
const (
	defaultListen     = "127.0.0.1:3392"
	defaultMaxBody    = 64 << 20
	defaultMaxBodies  = 512 << 20
	defaultParkAfter  = 200 * time.Second // the client gives up at about 350 s without headers
	leastSlowClient   = time.Second
	defaultDrain      = 30 * time.Second
	defaultConnect    = 15 * time.Second
	defaultFirstEvent = 3 * time.Minute // leaves time for another tier before the client gives up
	defaultIdle       = 4 * time.Minute // the client gives up after 300 s of silence
	defaultMessage    = 10 * time.Minute
	defaultMaxWait    = 4 * time.Minute
	defaultAffinity   = 5 * time.Minute // prompt caches live as long after their last use
	minToken          = 16              // characters
)

// DefaultSlowClient is how long a client may leave an answer unread where nothing else is said.
const DefaultSlowClient = 60 * time.Second

// codes are the vendors whose error codes are known.
var codes = []string{"zhipu", "minimax", "alibaba", "doubao"}

// dialects are those that a vendor may speak.
var dialects = []string{"anthropic", "openai", "gemini"}

// checker turns what was written into a configuration and collects every problem on the way.
type checker struct {
	getenv   func(string) string
	problems []error
}

func (c *checker) problem(key, format string, args ...any) {
	c.problems = append(c.problems, problem(key, format, args...))
}

// wrong notes a problem that has a code.
func (c *checker) wrong(key string, why reason.Reason) {
	c.problems = append(c.problems, Problem{Key: key, Reason: why})
}

// outside notes a number that is not in its range.
func (c *checker) outside(key string, least, most, got any) {
	c.wrong(key, reason.New(reason.OutOfRange, fmt.Sprintf("%v–%v", least, most), "expected %v to %v, got %v", least, most, got))
}

// text expands a value that must not be empty for want of a variable.
func (c *checker) text(key string, written *string, otherwise string) string {
	e := expand(or(written, otherwise), c.getenv)
	if e.missing != "" {
		c.wrong(key, reason.New(reason.NotSet, e.missing, "environment variable %s is not set", e.missing))
	}
	return e.value
}

func (c *checker) config(f file) Config {
	conf := Config{
		Listen:    c.text("listen", f.Listen, defaultListen),
		Token:     Secret(c.text("token", f.Token, "")),
		MaxBody:   int64(or(f.MaxBody, defaultMaxBody)),
		MaxBodies: int64(or(f.MaxBodies, defaultMaxBodies)),
		ParkAfter: time.Duration(or(f.ParkAfter, duration(defaultParkAfter))),
		Drain:     time.Duration(or(f.Drain, duration(defaultDrain))),
		Affinity:  time.Duration(or(f.Affinity, duration(defaultAffinity))),
		Sessions:  f.Sessions,
		Native:    c.natives(f.Native),
		Ledger:    c.ledger(f.Ledger),
		Log:       c.log(f.Log),
	}
	if f.MaxBodies == nil {
		conf.MaxBodies = max(conf.MaxBodies, conf.MaxBody)
	} else if conf.MaxBodies < conf.MaxBody {
		c.wrong("max_bodies", reason.New(reason.OutOfRange, fmt.Sprintf("≥ %d MiB", conf.MaxBody>>20), "expected at least max_body, %d bytes, got %d", conf.MaxBody, conf.MaxBodies))
	}
	c.slowClients(f, &conf)
	if err := conf.checkListen(); err != nil {
		c.problems = append(c.problems, err)
	}
	c.chain(f, &conf)
	c.sessions(conf)
	c.prices(f.Prices, &conf)
	return conf
}

// slowClients are the bounds for clients that do not read.
func (c *checker) slowClients(f file, conf *Config) {
	conf.SlowClient = time.Duration(or(f.SlowClient, duration(DefaultSlowClient)))
	conf.SlowClientQueued = time.Duration(or(f.SlowClientQueued, duration(conf.SlowClient)))
	for key, d := range map[string]time.Duration{"slow_client_timeout": conf.SlowClient, "slow_client_timeout_queued": conf.SlowClientQueued} {
		if d < leastSlowClient {
			c.wrong(key, reason.New(reason.OutOfRange, fmt.Sprintf("≥ %v", leastSlowClient), "expected at least %v, got %v", leastSlowClient, d))
		}
	}
}

// WithListen returns the configuration with another address, checked like the configured one.
func (conf Config) WithListen(listen string) (Config, error) {
	conf.Listen = listen
	if err := conf.checkListen(); err != nil {
		return conf, &Error{File: "--listen", Problems: problemsIn(err)}
	}
	return conf, nil
}

func (conf Config) checkListen() error {
	host, port, err := net.SplitHostPort(conf.Listen)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		return Problem{Key: "listen", Reason: reason.New(reason.BadListen, conf.Listen, "expected host:port, got %q", conf.Listen)}
	}
	if conf.Token != "" && (len(conf.Token) < minToken || !headerText(conf.Token.Reveal())) {
		return problem("token", "expected at least %d characters, printable ASCII without spaces, as a header can carry it", minToken)
	}
	ip := net.ParseIP(host)
	if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && conf.Token == "" {
		return Problem{Key: "listen", Reason: reason.New(reason.TokenNeeded, conf.Listen,
			"%q can be reached from other machines. Use 127.0.0.1, or set a token as well", conf.Listen)}
	}
	return nil
}

// headerText reports whether a header can carry a text as it is: blanks would be lost.
func headerText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// chain makes the vendors in the order of tiers, or of their rows.
func (c *checker) chain(f file, conf *Config) {
	own, err := builtIn()
	if err != nil {
		c.problems = append(c.problems, err)
		return
	}
	builtin := own.Vendors
	rows, order := map[string]Vendor{}, tierList{}
	for i, row := range f.Vendors {
		key := fmt.Sprintf("vendors[%d]", i)
		if why := nameProblem(row.Name); why.Words != "" {
			c.wrong(key+".name", why)
			continue
		}
		key = fmt.Sprintf("vendors[%d] %q", i, row.Name)
		if _, twice := rows[row.Name]; twice {
			c.wrong(key, reason.New(reason.GivenTwice, row.Name, "this name is used twice"))
			continue
		}
		rows[row.Name] = c.vendor(key, c.preset(key, row, builtin))
		order = append(order, []string{row.Name})
	}
	if f.Tiers != nil {
		order = f.Tiers
	}
	if len(order) == 0 {
		c.problem("tiers", "expected at least one vendor")
	}
	c.tiers(order, rows, builtin, conf)
}

func (c *checker) tiers(order tierList, rows map[string]Vendor, builtin []vendorFile, conf *Config) {
	given := map[string]bool{}
	for i, members := range order {
		var tier []string
		for k, name := range members {
			key := fmt.Sprintf("tiers[%d]", i)
			if len(members) > 1 {
				key = fmt.Sprintf("tiers[%d][%d]", i, k)
			}
			if given[name] {
				c.wrong(key, reason.New(reason.GivenTwice, name, "%q is listed twice", name))
				continue
			}
			given[name] = true
			v, ok := rows[name]
			if !ok {
				row, known := presetNamed(builtin, name)
				row.Preset = &row.Name
				if !known {
					c.wrong(key, reason.New(reason.UnknownVendor, name,
						"unknown vendor %q: expected the name of a [[vendors]] row or of a built-in vendor (%s)", name, names(builtin)))
					continue
				}
				v = c.vendor(fmt.Sprintf("built-in vendor %q", name), row)
			}
			conf.Vendors = append(conf.Vendors, v)
			tier = append(tier, name)
		}
		conf.Tiers = append(conf.Tiers, tier)
	}
}

// sessions checks the policies against the chain.
func (c *checker) sessions(conf Config) {
	for i, s := range conf.Sessions {
		key := fmt.Sprintf("sessions[%d]", i)
		if s.Match == "" {
			c.problem(key+".match", `expected a session key; "*" matches any text`)
		}
		if len(s.Vendors) == 0 {
			c.problem(key+".vendors", "expected at least one vendor of the chain")
		}
		for _, name := range s.Vendors {
			if !slices.ContainsFunc(conf.Vendors, func(v Vendor) bool { return v.Name == name }) {
				c.wrong(key+".vendors", reason.New(reason.NotInChain, name, "%q is not in the chain", name))
			}
		}
	}
}

// preset lays a row over the built-in vendor that it names, or that it is named after.
func (c *checker) preset(key string, row vendorFile, builtin []vendorFile) vendorFile {
	p, ok := presetNamed(builtin, or(row.Preset, row.Name))
	if row.Preset != nil && !ok {
		c.problem(key+".preset", "unknown preset %q: expected one of %s", *row.Preset, names(builtin))
	}
	if row.Preset != nil && *row.Preset != row.Name && row.Title == nil {
		row.Title = &row.Name
	}
	return row.over(p)
}

func presetNamed(builtin []vendorFile, name string) (vendorFile, bool) {
	for _, p := range builtin {
		if p.Name == name {
			return p, true
		}
	}
	return vendorFile{}, false
}

func names(builtin []vendorFile) string {
	var list []string
	for _, p := range builtin {
		list = append(list, p.Name)
	}
	return strings.Join(list, ", ")
}

// nameProblem says why a text is no name for a vendor: names stand in URLs, in the log and on the screen. The zero Reason says
// that it is one.
func nameProblem(name string) reason.Reason {
	switch {
	case name == "":
		return reason.New(reason.NameNeeded, "", "expected a name")
	case len(name) > 64:
		return reason.Of("expected at most 64 bytes")
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '/' }):
		return reason.New(reason.BadName, "", "expected a name without control characters, quotes and slashes")
	case strings.TrimSpace(name) != name:
		return reason.New(reason.BadName, "", "expected a name without spaces at its ends")
	}
	return reason.Reason{}
}

// BadKey is what is said of a key that no header can carry, at a key of the configuration.
func BadKey(at string) Problem {
	return Problem{Key: at, Reason: reason.New(reason.BadKey, "", "expected printable ASCII characters without spaces")}
}

// badURL is what is said of a URL that none can be made of.
func badURL() reason.Reason {
	return reason.New(reason.BadURL, "", "expected an http or https URL")
}

// urlProblem says why the API's path cannot be added to a URL. The zero Reason says that it can.
func urlProblem(text string) reason.Reason {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return badURL()
	case u.User != nil:
		return reason.Of("expected a URL without a user and password. Put them into key")
	case u.RawQuery != "" || u.Fragment != "":
		return reason.Of("expected a URL without a query")
	}
	return reason.Reason{}
}
