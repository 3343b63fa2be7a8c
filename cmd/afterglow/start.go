package main

import (
	"context"
	"errors"
	"io"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"afterglow/app"
	"afterglow/cmd/cli"
	"afterglow/proxy"
)

// appID is what desktops know the program by; the same as in FyneApp.toml.
const appID = "app.afterglow.Afterglow"

// start runs the proxy and shows it, until the user quits or a signal comes. Calls under way may then
// finish, for as long as the configuration's drain.
func start(ctx context.Context, set proxy.Setup, hidden bool, stderr io.Writer) error {
	ctx, cancel := cli.UntilSignal(ctx)
	defer cancel()
	log, err := cli.OpenLog(set, "afterglow.log", stderr) // a program that a menu started has no terminal
	if err != nil {
		return err
	}
	defer log.Close()
	server, err := proxy.Open(ctx, set, log)
	if err != nil {
		return err
	}
	defer server.Close()
	if err := checkDisplay(); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.RunAnyway(ctx) }()
	fyneapp.SetMetadata(fyne.AppMetadata{
		ID: appID, Name: "Afterglow", Version: programVersion(), Migrations: map[string]bool{"fyneDo": true},
	})
	err = app.Run(ctx, fyneapp.NewWithID(appID), server, app.Options{Hidden: hidden, Log: log.Logger})
	cancel()
	return errors.Join(err, <-served)
}
