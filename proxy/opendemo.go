package proxy

import (
	"context"
	"errors"
	"os"

	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/logging"
)

// demoSeed makes every demo the same.
const demoSeed = 1

// openDemo returns a server over simulated vendors. It listens where the configuration says, listen, if there is one: that
// is where clients look for it. Their traffic starts once it listens, and all ends
// with ctx. Limits that are changed are not kept, nor are calls: they are not the user's own. How the
// desktop looks is.
func openDemo(ctx context.Context, set Setup, listen string, log *logging.Log) (*Server, error) {
	demo, err := fakevendor.StartDemo()
	if err != nil {
		return nil, err
	}
	conf := demo.Config
	if moved, err := conf.WithListen(listen); err == nil {
		conf = moved
	} else if listen != "" && set.Listen == "" { // beyond this machine a token is needed, and the demo has none
		log.Warn("the demo does not use the configured address", "error", err)
	}
	conf, err = set.override(conf)
	if err != nil {
		demo.Close()
		return nil, err
	}
	dir, err := set.StateDir()
	if err != nil {
		log.Warn("afterglowd commands will not find this server without --address", "error", err)
	}
	temp, err := os.MkdirTemp("", "afterglow-demo-")
	if err != nil {
		demo.Close()
		return nil, err
	}
	book := openLedger(conf.Ledger, temp, log)
	edits := Editing{Listen: set.Listen}
	if edits.Path, err = set.file(); err != nil {
		log.Warn("the configuration cannot be edited", "error", err)
	}
	if dir != "" {
		edits.Keeper = credential.NewKeeper(credential.Open(dir), func() {}, log.Logger)
	}
	s, err := New(Options{
		Editing: edits,
		Config:  conf, Demo: true, Desktop: desktopState(dir, log), Ledger: book, Instance: dir, Version: set.Version, Log: log.Logger, Logging: log,
	})
	if err != nil {
		if book != nil {
			book.Close()
		}
		demo.Close()
		return nil, errors.Join(err, os.RemoveAll(temp))
	}
	s.demoFolder = temp
	go func() {
		defer demo.Close()
		wake := s.Watch(ctx)
		for s.Status().Addr == "" {
			select {
			case <-wake:
			case <-ctx.Done():
				return
			}
		}
		fakevendor.Traffic(ctx, "http://"+s.Status().Addr, demoSeed)
	}()
	return s, nil
}

// desktopState is the state file's, for nothing but the desktop application's choices; nil where it cannot be used.
func desktopState(dir string, log *logging.Log) *config.State {
	if dir == "" {
		return nil
	}
	state, err := config.OpenState(dir)
	if err != nil {
		log.Error("the earlier settings are lost", "error", err)
	}
	return state
}
