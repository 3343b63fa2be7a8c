package main

import (
	"testing"

	"afterglow/cmd/cli/mantest"
)

func TestManPages(t *testing.T) {
	mantest.Write(t, rootCommand(), []string{"afterglowd.1", "afterglowd-serve.1", "afterglowd-status.1", "afterglowd-calls.1"})
}
