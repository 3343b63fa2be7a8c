package migrate

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// table is a TOML table in the making: its head, and its lines in order.
type table struct {
	head  string
	lines []string
}

func newTable(head string) *table { return &table{head: head} }

func (t *table) set(key, value string) *table {
	t.lines = append(t.lines, key+" = "+value)
	return t
}

func (c *converter) toml() string {
	var out strings.Builder
	out.WriteString("# From a configuration of coding-proxy. docs/configuration.md says what can be set.\n\n")
	if c.listen != "" {
		out.WriteString("listen = " + quote(c.listen) + "\n")
	}
	if c.token {
		out.WriteString("token  = \"${AFTERGLOW_TOKEN}\"   # required in every request, because other machines can reach this address\n")
	}
	out.WriteString("tiers  = " + list(c.tiers) + "\n")
	for _, t := range append(c.rows, c.after...) {
		if bare := strings.HasPrefix(t.head, "[[vendors") && len(t.lines) == 1; !bare { // a built-in vendor needs no row
			out.WriteString("\n" + t.head + "\n" + strings.Join(t.lines, "\n") + "\n")
		}
	}
	return out.String()
}

// quote writes a TOML string; JSON's escapes are among TOML's.
func quote(s string) string {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.Encode(s) // a string always can
	return strings.ReplaceAll(strings.TrimSpace(out.String()), "\x7f", `\u007f`)
}

func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func inline(parts []string) string {
	if len(parts) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func whole(n float64) string { return decimal(math.Round(n)) }

func milliseconds(ms float64) string { return seconds(ms / 1000) }

// seconds writes a duration without the zeros at its end.
func seconds(s float64) string {
	text := time.Duration(s * float64(time.Second)).String()
	for _, zero := range []struct{ end, short string }{{"m0s", "m"}, {"h0m", "h"}} {
		if rest, found := strings.CutSuffix(text, zero.end); found {
			text = rest + zero.short
		}
	}
	return quote(text)
}
