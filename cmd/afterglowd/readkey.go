package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"afterglow/proxy/config"
)

// readKey reads a vendor's key, a line, without showing it where somebody types it. It asks on standard error: what
// standard output has may be JSON.
func readKey(cmd *cobra.Command, name string) (config.Secret, error) {
	line, err := "", error(nil)
	if in, ok := cmd.InOrStdin().(*os.File); ok && term.IsTerminal(int(in.Fd())) {
		fmt.Fprintf(cmd.ErrOrStderr(), "API key of %s: ", name)
		var typed []byte
		typed, err = term.ReadPassword(int(in.Fd()))
		fmt.Fprintln(cmd.ErrOrStderr())
		line = string(typed)
	} else {
		line, err = bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the key: %w", err)
	}
	key := strings.TrimSpace(line)
	if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", errors.New("expected a key of printable ASCII characters without spaces")
	}
	return config.Secret(key), nil
}
