package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"afterglow/cmd/cli"
	"afterglow/proxy/calendar"
)

// printJSON writes the API's own JSON, or a value, as one indented document.
func printJSON(w io.Writer, value any) error {
	text, ok := value.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(value); err != nil {
			return fmt.Errorf("encode JSON: %w", err)
		}
	}
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(text), "", "  "); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	out.WriteByte('\n')
	_, err := w.Write(cli.SafeJSON(out.Bytes()))
	return err
}

// clock is a time of today as 15:04:05, another with its day, "" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.Local()
	if t.Format(time.DateOnly) == calendar.Now().Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// span is a number of milliseconds as people read it, "" for none.
func span(ms int64) string {
	switch d := time.Duration(ms) * time.Millisecond; {
	case ms == 0:
		return ""
	case d < time.Second:
		return strconv.FormatInt(ms, 10) + " ms"
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return d.Round(time.Second).String()
	}
}

// inForce is a limit, "" where there is none; "2 of 5" where it is adaptive and below what it was set to, "2, ending" where
// it was removed and holds until no call waits.
func inForce(limit, ceiling *int, ending bool) string {
	switch {
	case limit == nil:
		return ""
	case ending:
		return fmt.Sprintf("%d, ending", *limit)
	case ceiling != nil && *ceiling > *limit:
		return fmt.Sprintf("%d of %d", *limit, *ceiling)
	}
	return strconv.Itoa(*limit)
}
