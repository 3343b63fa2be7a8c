package logging

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
)

// Masked is a handler that hands on records without their secrets: in messages and in attributes of any kind and
// depth. A record that has none is handed on as it came.
func Masked(next slog.Handler, mask *Mask) slog.Handler { return handler{next, mask} }

type handler struct {
	next slog.Handler
	mask *Mask
}

// Enabled implements slog.Handler.
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// WithGroup implements slog.Handler.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name), h.mask} }

// WithAttrs implements slog.Handler.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	attrs, _ = h.attrs(attrs)
	return handler{h.next.WithAttrs(attrs), h.mask}
}

// Handle implements slog.Handler.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	message := h.mask.Text(r.Message)
	clean := message == r.Message
	r.Attrs(func(a slog.Attr) bool {
		_, found := h.attr(a)
		clean = clean && !found
		return clean
	})
	if clean {
		return h.next.Handle(ctx, r)
	}
	safe := slog.NewRecord(r.Time, r.Level, message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		a, _ = h.attr(a)
		safe.AddAttrs(a)
		return true
	})
	return h.next.Handle(ctx, safe)
}

// attrs returns the attributes without secrets, and whether there were any.
func (h handler) attrs(attrs []slog.Attr) ([]slog.Attr, bool) {
	var safe []slog.Attr
	for i, a := range attrs {
		a, found := h.attr(a)
		if found && safe == nil {
			safe = slices.Clone(attrs)
		}
		if found {
			safe[i] = a
		}
	}
	if safe == nil {
		return attrs, false
	}
	return safe, true
}

// attr returns an attribute without secrets, and whether it had any. Some names say that the value is one.
func (h handler) attr(a slog.Attr) (slog.Attr, bool) {
	switch a.Key {
	case "token", "api_key", "access_token", "refresh_token", "client_secret", "secret", "password", "authorization", "Authorization", "x-api-key", "X-Api-Key":
		if kind := a.Value.Resolve().Kind(); kind == slog.KindString || kind == slog.KindAny {
			return slog.String(a.Key, masked), true
		}
	}
	v, found := h.value(a.Value)
	a.Value = v
	return a, found
}

func (h handler) value(v slog.Value) (safe slog.Value, found bool) {
	v = v.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return h.text(v, v.String())
	case slog.KindGroup:
		attrs, found := h.attrs(v.Group())
		if !found {
			return v, false
		}
		return slog.GroupValue(attrs...), true
	case slog.KindAny:
		return h.any(v)
	}
	return v, false
}

func (h handler) text(v slog.Value, text string) (slog.Value, bool) {
	safe := h.mask.Text(text)
	if safe == text {
		return v, false
	}
	return slog.StringValue(safe), true
}

// any looks at a value as text handlers write it and, where it is not an error, as JSON handlers do, which may
// show more: what a pointer points to. A value that panics is left to the handler, which can bear it.
func (h handler) any(v slog.Value) (safe slog.Value, found bool) {
	defer func() {
		if recover() != nil {
			safe, found = v, false
		}
	}()
	switch value := v.Any().(type) {
	case nil:
		return v, false
	case error:
		return h.text(v, value.Error())
	case []byte:
		return h.text(v, string(value))
	default:
		if safe, found := h.text(v, fmt.Sprintf("%+v", value)); found {
			return safe, true
		}
		var written strings.Builder
		encoder := json.NewEncoder(&written)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(value) != nil {
			return v, false
		}
		return h.text(v, written.String())
	}
}
