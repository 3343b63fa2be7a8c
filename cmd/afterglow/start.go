package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/DeRuina/timberjack"

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
	log, file, err := openLog(set, stderr)
	if err != nil {
		return err
	}
	defer file.Close()
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

// openLog returns a log that goes to stderr and to a file in the state folder, because a program that a
// menu started has no terminal. The file is rotated at 5 MB and two older ones are kept.
func openLog(set proxy.Setup, stderr io.Writer) (*slog.Logger, io.Closer, error) {
	dir, err := set.StateDir()
	if err != nil {
		return nil, nil, err
	}
	file := &timberjack.Logger{Filename: filepath.Join(dir, "afterglow.log"), MaxSize: 5, MaxBackups: 2, FileMode: 0o600}
	return slog.New(slog.NewTextHandler(io.MultiWriter(file, stderr), nil)), file, nil
}
