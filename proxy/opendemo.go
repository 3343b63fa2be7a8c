package proxy

import (
	"context"
	"log/slog"
)

func openDemo(ctx context.Context, set Setup, log *slog.Logger) (*Server, error) {
	panic("todo")
}
