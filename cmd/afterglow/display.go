package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/go-gl/glfw/v3.4/glfw"
)

// checkDisplay tells why there is no display to show anything on. Fyne would panic. It must run on the
// main goroutine.
func checkDisplay() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return nil
	}
	const instead = "without a desktop, run the same proxy with: afterglowd serve"
	x11, wayland := os.Getenv("DISPLAY"), os.Getenv("WAYLAND_DISPLAY")
	if x11 == "" && wayland == "" {
		return fmt.Errorf("no display: DISPLAY and WAYLAND_DISPLAY are not set\n%s", instead)
	}
	if err := glfw.Init(); err != nil {
		return fmt.Errorf("cannot open the display DISPLAY=%q WAYLAND_DISPLAY=%q: %w\n%s", x11, wayland, err, instead)
	}
	glfw.Terminate() // Fyne starts it again, in its own way
	return nil
}
