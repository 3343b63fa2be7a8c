package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"
	"golang.org/x/term"

	"afterglow/app"
	"afterglow/app/desktop"
	"afterglow/app/settings"
	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// appID is what desktops know the program by; the same as in FyneApp.toml.
const appID = "app.afterglow.Afterglow"

// startOrSay is start, and where a mistake in the configuration ends it and nobody would see that on a terminal, a window
// that says so.
func startOrSay(ctx context.Context, set proxy.Setup, hidden bool, stderr io.Writer) error {
	err := start(ctx, set, hidden, stderr)
	var mistake *config.Error
	if !errors.As(err, &mistake) || onTerminal(stderr) || checkDisplay() != nil {
		return err
	}
	describe()
	return errors.Join(err, app.ShowStartupError(fyneapp.NewWithID(appID), err, mistake.File))
}

// onTerminal reports whether somebody reads what is written there.
func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// describe tells Fyne which program this is.
func describe() {
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Afterglow", Version: cli.Version(version), Migrations: map[string]bool{"fyneDo": true},
	})
}

// start runs the proxy and shows it, until the user quits or a signal comes. Calls under way may then
// finish, for as long as the configuration's drain.
func start(ctx context.Context, set proxy.Setup, hidden bool, stderr io.Writer) error {
	ctx, cancel := cli.UntilSignal(ctx)
	defer cancel()
	claim, err := set.Claim()
	var running *proxy.RunningError
	if errors.As(err, &running) {
		return raise(ctx, running, hidden, stderr)
	}
	if err != nil {
		return err
	}
	defer claim.Release()
	log, err := cli.OpenLog(set, "afterglow.log", stderr) // a program that a menu started has no terminal
	if err != nil {
		return err
	}
	defer log.Close()
	if err := claim.Problem(); err != nil {
		log.Warn("the state folder cannot be locked, so a second Afterglow would not notice this one", "error", err)
	}
	server, err := proxy.Open(ctx, set, log)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := checkDisplay(); err != nil {
		return err
	}
	state, err := set.StateDir()
	if err != nil {
		log.Warn("a second start of Afterglow cannot show this window", "error", err)
	}
	served := make(chan error, 1)
	go func() { served <- server.RunAnyway(ctx) }()
	describe()
	err = app.Run(ctx, fyneapp.NewWithID(appID), server, app.Options{
		Places: settings.Places{State: state, Log: log.Path(), Listen: set.Listen, Version: cli.Version(version)},
		Hidden: hidden, Log: log.Logger,
	})
	cancel()
	return errors.Join(err, <-served)
}

// raise lets the instance that runs already show its window, unless this start was to stay hidden, as at login.
func raise(ctx context.Context, running *proxy.RunningError, hidden bool, stderr io.Writer) error {
	if hidden {
		fmt.Fprintln(stderr, "afterglow:", running.Fact())
		return nil
	}
	switch heard, err := desktop.AskToShow(ctx, running.Dir); {
	case err != nil:
		return errors.Join(running, err)
	case !heard:
		return fmt.Errorf("%s. It has no window or is not responding. Stop that process, then start Afterglow again", running.Fact())
	}
	fmt.Fprintf(stderr, "afterglow: %s. Its window is shown\n", running.Fact())
	return nil
}
