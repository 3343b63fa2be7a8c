package proxy

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"afterglow/proxy/anthropic"
)

// mostEscapes bounds how often a path may be escaped. Once is usual.
const mostEscapes = 4

// pathBelow is the escaped path of a request below a prefix, as an upstream wants it. The error is for the client,
// and the path then leads nowhere: it must not lead to another place than it says, however often somebody on its way unescapes it.
func pathBelow(r *http.Request, prefix string) (string, *anthropic.Error) {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), prefix)
	if !below || climbs(path) {
		return colons(path), anthropic.Errorf(http.StatusBadRequest, "path %q must not contain .. or . as a segment, backslashes or control characters", r.URL.EscapedPath())
	}
	return colons(path), nil
}

// climbs reports whether an escaped path may lead up for whoever reads it: a segment "." or "..", as it is or escaped, once
// or several times, with parameters or blanks behind it, or behind a backslash.
func climbs(path string) bool {
	for range mostEscapes {
		// Two bytes that are no UTF-8 stand for a dot where nobody checks them.
		if strings.ContainsRune(path, '\\') || strings.ContainsFunc(path, unicode.IsControl) || !utf8.ValidString(path) {
			return true
		}
		for segment := range strings.SplitSeq(path, "/") {
			segment, _, _ = strings.Cut(segment, ";")
			if segment = strings.TrimRight(segment, " "); segment == "." || segment == ".." {
				return true
			}
		}
		plain := escape.ReplaceAllStringFunc(path, unescape)
		if plain == path {
			return false
		}
		path = plain
	}
	return true
}

var escape = regexp.MustCompile(`%[0-9a-fA-F]{2}`)

func unescape(escaped string) string {
	c, err := strconv.ParseUint(escaped[1:], 16, 8)
	if err != nil {
		return escaped
	}
	return string([]byte{byte(c)})
}

// colons is an escaped path with its colons plain, as the upstreams want them: some clients escape the
// one before a verb (RC-57).
func colons(path string) string {
	return strings.NewReplacer("%3A", ":", "%3a", ":").Replace(path)
}
