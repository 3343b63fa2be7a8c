package proxy

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/ledger"
	"afterglow/proxy/logging"
)

// Setup is what the two commands take from their flags. Empty fields mean the system's own places.
type Setup struct {
	Config string // configuration file
	State  string // state folder
	Listen string // in place of the configuration's listen
	Demo   Demo

	Version string // of the program
}

// Demo says when simulated vendors take the place of real ones.
type Demo string

const (
	DemoOff  Demo = "off"
	DemoOn   Demo = "on"
	DemoAuto Demo = "auto" // when no vendor has a key
)

// String, Set and Type make a Demo a flag.
func (d *Demo) String() string { return string(*d) }

// Type names the flag's values in a usage text.
func (d *Demo) Type() string { return "on|off|auto" }

// Set takes one of the three values.
func (d *Demo) Set(v string) error {
	switch Demo(v) {
	case DemoOff, DemoOn, DemoAuto:
		*d = Demo(v)
		return nil
	}
	return errors.New("expected on, off or auto")
}

// Open reads what Setup names and returns a server that is ready to run. It follows changes of the
// configuration file, or plays the demo, until ctx ends.
func Open(ctx context.Context, set Setup, log *logging.Log) (*Server, error) {
	file, conf, err := set.Load()
	if err != nil && set.Demo != DemoOn {
		return nil, err
	}
	if set.Demo == DemoOn || set.Demo == DemoAuto && !conf.HasKey() {
		return openDemo(ctx, set, conf.Listen, log)
	}
	limitMemory(conf)
	dir, err := set.StateDir()
	if err != nil {
		return nil, err
	}
	state, err := config.OpenState(dir)
	if state == nil {
		return nil, err
	}
	if err != nil {
		log.Error("the limits set earlier are lost", "error", err)
	}
	book := openLedger(conf.Ledger, dir, log)
	s, err := New(Options{
		Config: conf, State: state, Credentials: credential.Open(dir), Ledger: book, Instance: dir, Version: set.Version, Log: log.Logger, Logging: log,
		Editing: Editing{Path: file, Live: true, Listen: set.Listen},
	})
	if err != nil {
		if book != nil {
			book.Close()
		}
		return nil, err
	}
	s.watchFile(func() error {
		return config.Watch(ctx, file, os.Getenv, func(config.Config, error) { s.followFile() })
	})
	return s, nil
}

// limitMemory makes the collector work harder where the bodies of many calls at once are large, unless the environment says
// otherwise: beside the bodies, as much again is for all else.
func limitMemory(conf config.Config) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(2 * conf.MaxBodies)
	}
}

// openLedger opens the configuration's ledger, nil if it has none. Without one the program goes on.
func openLedger(conf config.Ledger, dir string, log *logging.Log) *ledger.Ledger {
	if !conf.Enabled {
		return nil
	}
	l, err := ledger.Open(ledger.Options{Path: conf.Path(dir), Retention: conf.Retention, Log: log.Logger})
	if err != nil {
		log.Error("calls are not kept", "error", err)
		return nil
	}
	return l
}

// Load reads the configuration file; without one, what the environment offers.
func (set Setup) Load() (file string, conf config.Config, err error) {
	if file, err = set.file(); err != nil {
		return "", conf, err
	}
	conf, err = config.Load(file, os.Getenv)
	if errors.Is(err, os.ErrNotExist) && set.Config == "" {
		conf, err = config.Default(os.Getenv)
	}
	if err != nil {
		return file, conf, err
	}
	conf, err = set.override(conf)
	return file, conf, err
}

// file is where the configuration is.
func (set Setup) file() (string, error) {
	if set.Config != "" {
		return set.Config, nil
	}
	return config.DefaultPath()
}

// override puts the flag's listen in place of the configuration's.
func (set Setup) override(conf config.Config) (config.Config, error) {
	if set.Listen == "" {
		return conf, nil
	}
	return conf.WithListen(set.Listen)
}

// StateDir is the folder of the state file and the log, an absolute path.
func (set Setup) StateDir() (string, error) {
	if set.State != "" {
		return filepath.Abs(set.State)
	}
	return config.DefaultStateDir()
}
