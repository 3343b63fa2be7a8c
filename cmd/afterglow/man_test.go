package main

import (
	"io"
	"testing"

	"afterglow/cmd/cli/mantest"
)

func TestManPages(t *testing.T) {
	mantest.Write(t, rootCommand(io.Discard), []string{"afterglow.1"})
}
