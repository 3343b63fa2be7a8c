package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"afterglow/app"
	"afterglow/proxy"
)

// appID is what desktops know the program by; the same as in FyneApp.toml.
const appID = "app.afterglow.Afterglow"

// start runs the proxy and shows it, until the user quits or a signal comes. Calls under way may then
// finish, for as long as the configuration's drain.
func start(ctx context.Context, set proxy.Setup, hidden bool, stderr io.Writer) error {
	ctx, cancel := untilSignal(ctx)
	defer cancel()
	log := slog.New(slog.NewTextHandler(stderr, nil))
	server, err := proxy.Open(ctx, set, log)
	if err != nil {
		return err
	}
	if err := checkDisplay(); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.RunAnyway(ctx) }()
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Afterglow", Version: programVersion(), Migrations: map[string]bool{"fyneDo": true},
	})
	err = app.Run(ctx, fyneapp.NewWithID(appID), server, app.Options{Hidden: hidden, Log: log})
	cancel()
	return errors.Join(err, <-served)
}

// untilSignal returns a context that the first signal ends; the second ends the program.
func untilSignal(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(1)
	}()
	return ctx, cancel
}
