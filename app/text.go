package app

import (
	"cmp"
	"math"
	"net"
	"strconv"
	"strings"
	"time"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

// tr is the text for a key of assets/translations in the user's language.
func tr(key string) string { return say(key, nil, nil) }

// trN is the text for a key that holds a number, in the form that the number asks for: "1 call", "2 calls".
func trN(key string, n int) string { return say(key, n, map[string]any{"N": n}) }

// trExact is trN for a number with all its digits, in groups of three.
func trExact(key string, n int64) string { return say(key, n, map[string]any{"N": viewmodel.Exact(n)}) }

// trNth is the text for a key that holds a place; Nth is N as English counts.
func trNth(key string, n int) string {
	return say(key, n, map[string]any{"N": n, "Nth": viewmodel.Ordinal(n)})
}

// trText is the text for a key that holds another text.
func trText(key, text string) string { return say(key, nil, map[string]any{"Text": text}) }

// trPair is the text for a key that holds two others.
func trPair(key, text, n string) string {
	return say(key, nil, map[string]any{"Text": text, "N": n})
}

// trTextN is the text for a key that holds another text and a number, in the form that the number asks for.
func trTextN(key, text string, n int) string {
	return say(key, n, map[string]any{"Text": text, "N": n})
}

// trLeft is a time in a word or two: "40 s", "12 min", "3 h", "2 d".
func trLeft(d time.Duration) string {
	switch {
	case d > 48*time.Hour:
		return trFloat("left.days", math.Round(d.Hours()/24))
	case d >= 100*time.Minute:
		return trFloat("left.hours", math.Round(d.Hours()*10)/10)
	case d >= 100*time.Second:
		return trFloat("left.minutes", math.Ceil(d.Minutes()))
	}
	return trFloat("left.seconds", math.Round(d.Seconds()))
}

func trFloat(key string, n float64) string {
	digits := strconv.FormatFloat(n, 'f', -1, 64)
	return say(key, digits, map[string]any{"N": digits})
}

// exportLine is what a shell must run before Claude Code, so that it calls the proxy at addr: a line, or two where it
// needs no login, because Claude Code wants something that stands for a key.
func exportLine(addr string, noLogin bool) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	line := "export ANTHROPIC_BASE_URL=http://" + net.JoinHostPort(host, port)
	if noLogin {
		line += "\nexport ANTHROPIC_AUTH_TOKEN=" + config.Placeholder
	}
	return line
}

// tooltip is the board in one line: "3 in flight · 2 queued · glm-5.1".
func tooltip(b viewmodel.Board) string {
	switch {
	case b.Down && b.Rejected.Vendor != "":
		return rejected(b.Rejected)
	case b.Down:
		return tr("tooltip.down")
	case b.Paused:
		return tr("tooltip.paused")
	case len(b.Busy) == 0:
		return tr("tooltip.idle")
	}
	parts := []string{trN("tooltip.in_flight", b.Totals.InFlight)}
	if b.Totals.Pending > 0 {
		parts = append(parts, trN("tooltip.queued", b.Totals.Pending))
	}
	return strings.Join(append(parts, b.Lead().Model), " · ")
}

// rejected says which vendor did not take its key or sign-in, and which key that is.
func rejected(h viewmodel.Head) string {
	if h.SignIn.Provider != "" {
		return trText("tray.rejected", h.Title)
	}
	return trPair("tray.key_rejected", h.Title, keyPlace(h.Key, h.KeyVar))
}

// vendorReason says why a vendor is not ready, or a model is out.
func vendorReason(h viewmodel.Head) string {
	if h.State == proxy.Rejected && h.Key != config.KeyNone {
		return trPair("card.key_rejected", keyPlace(h.Key, h.KeyVar), h.Reason)
	}
	if h.Out != "" {
		return h.Out + ": " + cmp.Or(reasonText(h.Why), h.Reason)
	}
	return whyText(h.Why, h.Reason)
}

// stateText says in a word or two whether a vendor takes calls.
func stateText(h viewmodel.Head) string {
	switch h.State {
	case proxy.Ready:
		return tr("state.ready")
	case proxy.NoKey:
		return tr("state.no_key")
	case proxy.Rejected:
		if h.SignIn.Provider != "" {
			return tr("state.sign_in")
		}
		return tr("state.key_rejected")
	case proxy.Out:
		return tr("state.out")
	case proxy.Probing:
		return tr("state.probing")
	case proxy.SignedOut:
		return tr("state.sign_in")
	}
	return tr("state.leaving")
}
