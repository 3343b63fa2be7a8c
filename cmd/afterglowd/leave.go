package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"afterglow/cmd/cli"
	"afterglow/proxy"
	"afterglow/proxy/connect"
)

// leavePatience is how long the end waits for clients' files: a home folder on a server may not answer.
const leavePatience = 10 * time.Second

// runAndLeave runs a server until ctx ends. The clients are taken leave of at once, while calls under way may still finish:
// who starts a client meanwhile must not be sent here, and a second signal must not leave them connected.
func runAndLeave(ctx context.Context, s *proxy.Server, leave func()) error {
	left := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(left)
		leave()
	})
	err := s.Run(ctx)
	if stop() {
		return err
	}
	select {
	case <-left:
	case <-time.After(leavePatience):
	}
	return err
}

// leaveClients disconnects the clients, if that is wanted, and prints which stay connected and how to disconnect them.
func leaveClients(s *proxy.Server, disconnect bool, set proxy.Setup, out, problems io.Writer) {
	if disconnect {
		done, err := s.Suspend()
		for _, c := range done {
			fmt.Fprintf(out, "%s is disconnected; the next start connects it again.\n", c.ID)
			for _, r := range c.Files {
				if r.How != connect.Same && r.How != connect.Removed {
					fmt.Fprintln(out, " ", cli.Safe(r.String()))
				}
			}
		}
		if err != nil {
			fmt.Fprintln(problems, "afterglowd:", cli.SafeLines(err.Error()))
		}
	}
	var ids []string
	for _, c := range s.Clients() {
		if c.State == connect.Connected {
			ids = append(ids, c.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	fmt.Fprintf(out, "Still connected, although Afterglow no longer runs: %s. To disconnect:\n", strings.Join(ids, ", "))
	for _, id := range ids {
		fmt.Fprintf(out, "  afterglowd disconnect %s%s\n", id, placesOf(set))
	}
}

// placesOf are the flags with which another command finds the same files.
func placesOf(set proxy.Setup) (flags string) {
	if set.Config != "" {
		flags += " --config " + quoted(set.Config)
	}
	if set.State != "" {
		flags += " --state " + quoted(set.State)
	}
	return flags
}

// quoted is a word of a shell's command line.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-:", r)
	}
	if strings.TrimFunc(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(cli.Safe(word), "'", `'\''`) + "'"
}
