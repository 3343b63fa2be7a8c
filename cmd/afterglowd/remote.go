package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
)

// exitNoInstance is the exit code where no instance runs.
const exitNoInstance = 3

// remote is what the commands have in common that talk to the running instance.
type remote struct {
	set     *proxy.Setup
	address string // of --address
	json    bool   // of --json
}

// flags adds the flags of such a command.
func (r *remote) flags(cmd *cobra.Command) *cobra.Command {
	r.addressFlag(cmd)
	r.jsonFlag(cmd)
	return cmd
}

func (r *remote) addressFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.address, "address", "", "`host:port` or URL of the instance, instead of the one that is found")
}

func (r *remote) jsonFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&r.json, "json", false, "print JSON")
}

// place is an address where an instance may listen.
type place struct{ address, why string }

// dialTimeout is how long an instance may take to accept a connection.
const dialTimeout = 3 * time.Second

// open finds the running instance.
func (r *remote) open(ctx context.Context) (*client, error) {
	_, conf, broken := r.set.Load() // without its token the instance may still answer
	places, err := r.places(conf.Listen)
	if err != nil {
		return nil, err
	}
	var looked []string
	for _, p := range places {
		if listens(ctx, p.address) {
			return newClient(p.address, conf.Token, broken), nil
		}
		looked = append(looked, fmt.Sprintf("%s from %s", p.address, p.why))
	}
	if broken != nil && r.address == "" {
		return nil, broken
	}
	if len(looked) == 0 {
		looked = []string{"no known address"}
	}
	//lint:ignore ST1005 it is the name of the program
	return nil, &cli.Exit{Code: exitNoInstance, Err: fmt.Errorf("Afterglow is not running (looked at %s). Start it with: afterglowd serve", strings.Join(looked, ", "))}
}

// listens reports whether somebody does at an address.
func listens(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

// ask sends a request to the running instance, body nil for none, and prints the answer: its JSON where that is
// wanted, else as show does.
func (r *remote) ask(cmd *cobra.Command, method, path string, body any, show func(w io.Writer, answer []byte) error) error {
	c, err := r.open(cmd.Context())
	if err != nil {
		return err
	}
	answer, err := c.do(cmd.Context(), method, path, body)
	if err != nil {
		return err
	}
	if r.json {
		return printJSON(cmd.OutOrStdout(), answer)
	}
	return show(cmd.OutOrStdout(), answer)
}

// sentence is a show of ask that prints a line and nothing of the answer.
func sentence(format string, values ...any) func(io.Writer, []byte) error {
	return func(w io.Writer, _ []byte) error {
		_, err := fmt.Fprintf(w, format+"\n", values...)
		return err
	}
}

// places are where to look, the best first.
func (r *remote) places(listen string) ([]place, error) {
	if r.address != "" {
		address, err := hostPort(r.address)
		return []place{{address, "--address"}}, err
	}
	var all []place
	dir, err := r.set.StateDir()
	if err != nil {
		return nil, err
	}
	if err := config.CheckOwn(dir); err != nil { // its instance would be sent the token
		return nil, fmt.Errorf("state folder: %w", err)
	}
	switch known, err := proxy.ReadInstance(dir); {
	case err == nil:
		all = append(all, place{connect.Reachable(known.Address), proxy.InstancePath(dir)})
	case errors.Is(err, fs.ErrPermission):
		return nil, err
	}
	// One that is not there, or that a crash left half-written, names nobody.
	if _, port, err := net.SplitHostPort(listen); err == nil && port != "0" {
		at := place{connect.Reachable(listen), "the configuration"}
		if !slices.ContainsFunc(all, func(p place) bool { return p.address == at.address }) {
			all = append(all, at)
		}
	}
	return all, nil
}

// hostPort reads the value of --address.
func hostPort(given string) (string, error) {
	if strings.Contains(given, "://") {
		u, err := url.Parse(given)
		if err != nil || u.Scheme != "http" || u.Port() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
			return "", cli.Misused("--address %s: expected host:port or http://host:port", given)
		}
		given = u.Host
	}
	if _, port, err := net.SplitHostPort(given); err != nil || port == "" {
		return "", cli.Misused("--address %s: expected host:port or http://host:port", given)
	}
	return connect.Reachable(given), nil
}
