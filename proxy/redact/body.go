package redact

import "io"

// Body returns a body without the secrets that no answer has by chance, or with all of them taken out where it is about a
// failure. What comes is handed on as it comes, but for the begin of what may become a secret. Closing it closes src.
func (s *Secrets) Body(src io.ReadCloser, failure bool) io.ReadCloser {
	if s == nil {
		return src
	}
	looked := &s.bodies
	if failure {
		looked = &s.texts
	}
	if looked.none() {
		return src
	}
	return &body{src: src, looked: looked}
}

// body is such a body.
type body struct {
	src    io.ReadCloser
	looked *patterns
	buf    []byte // what was read and not handed on: ready for good, the rest may be the begin of a secret
	ready  int
	err    error // what src ended with
}

// least is how much room a read has at least, in bytes.
const least = 4 << 10

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	for b.ready == 0 {
		if b.err != nil {
			return 0, b.err
		}
		if len(b.buf) == 0 && len(p) >= least { // the usual case: nothing is copied
			n, err := b.src.Read(p)
			safe := b.mask(p[:n], err != nil)
			b.buf, b.err = append(b.buf[:0], p[safe:n]...), err
			if safe > 0 || err == nil && n == 0 {
				return safe, b.errNow()
			}
			continue
		}
		b.fill()
	}
	n := copy(p, b.buf[:b.ready])
	b.buf, b.ready = b.buf[:copy(b.buf, b.buf[n:])], b.ready-n
	return n, b.errNow()
}

// errNow is the end of src once all before it was handed on.
func (b *body) errNow() error {
	if len(b.buf) == 0 {
		return b.err
	}
	return nil
}

// fill reads once, behind what is held back.
func (b *body) fill() {
	held := len(b.buf)
	if cap(b.buf)-held < least {
		b.buf = append(make([]byte, 0, 2*held+least), b.buf...)
	}
	n, err := b.src.Read(b.buf[held:cap(b.buf)])
	b.buf, b.err = b.buf[:held+n], err
	b.ready = b.mask(b.buf, err != nil)
}

// mask masks the secrets of a part, and returns how much of it can be handed on.
func (b *body) mask(part []byte, end bool) int {
	found, safe := b.looked.find(part, end)
	for _, at := range found {
		for i := at.from; i < at.to; i++ {
			part[i] = '*'
		}
	}
	return safe
}

// Close implements io.Closer.
func (b *body) Close() error { return b.src.Close() }
