package upstream

import (
	"bufio"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// form is what the first bytes of an answer say that it is. Its content type is not asked: vendors and the gateways before them
// send streams as text/plain or as JSON, and JSON as streams.
type form uint8

const (
	empty form = iota
	events
	document // JSON
	page     // HTML or XML
)

// formBytes is how far formOf looks, in bytes. White space before the first word may be a keep-alive.
const formBytes = 512

// formOf looks at the first bytes of an answer's body, which stay to be read. It waits until the first is there that is no white
// space. The error is the body's.
func formOf(body *bufio.Reader) (form, error) {
	for n := 1; n <= formBytes; n++ {
		seen, err := body.Peek(n)
		if len(seen) < n {
			if err == io.EOF {
				return empty, nil
			}
			return empty, err
		}
		switch seen[n-1] {
		case ' ', '\t', '\r', '\n', 0xef, 0xbb, 0xbf: // the last three are a byte order mark
		case '{', '[':
			return document, nil
		case '<':
			return page, nil
		default:
			return events, nil
		}
	}
	return events, nil
}

// decode makes an answer readable that was compressed, though identity was asked for. The names of codings have no case. One that
// cannot be read gives an error to who reads the body, so that an error answer keeps its status.
func (v *Vendor) decode(answer *http.Response) {
	coding := strings.ToLower(strings.TrimSpace(answer.Header.Get("Content-Encoding")))
	var open func(io.Reader) (io.ReadCloser, error)
	switch coding {
	case "", "identity":
		return
	case "gzip", "x-gzip":
		open = func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }
	case "deflate":
		open = zlib.NewReader
	default:
		open = func(io.Reader) (io.ReadCloser, error) {
			return nil, fmt.Errorf("the vendor compressed its answer with %.40q, which was not asked for", coding)
		}
	}
	answer.Header = answer.Header.Clone()
	answer.Header.Del("Content-Encoding")
	answer.Header.Del("Content-Length")
	answer.ContentLength = -1 // it was that of the compressed bytes
	answer.Body = v.transport().Unpacked(answer, &unpacking{packed: answer.Body, open: open})
}

// unpacking is a compressed body. It is opened when it is read: one that is empty has no header.
type unpacking struct {
	packed io.ReadCloser
	open   func(io.Reader) (io.ReadCloser, error)
	plain  io.ReadCloser
}

// Read implements io.Reader.
func (u *unpacking) Read(p []byte) (int, error) {
	if u.plain == nil {
		packed := bufio.NewReader(u.packed)
		if _, err := packed.Peek(1); err != nil {
			return 0, err
		}
		plain, err := u.open(packed)
		if err != nil {
			return 0, fmt.Errorf("read compressed answer: %w", err)
		}
		u.plain = plain
	}
	return u.plain.Read(p)
}

// Close implements io.Closer.
func (u *unpacking) Close() error {
	if u.plain == nil {
		return u.packed.Close()
	}
	return errors.Join(u.plain.Close(), u.packed.Close())
}

// markup is what a page has besides its text.
var markup = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>|<[^>]*>`)

// pageText is the begin of the text of a page, on one line.
func pageText(html []byte) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(markup.ReplaceAll(html, []byte(" "))), "")), " ")
	if runes := []rune(text); len(runes) > 100 {
		text = string(runes[:100]) + "…"
	}
	return text
}
