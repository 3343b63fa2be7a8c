package normalize

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func maker(t *testing.T, p *Provenance, session, signature, want string) {
	t.Helper()
	if got, known := p.Made(session, signature); got != want || known != (want != "") {
		t.Errorf("%s in %s: %q, %v; want %q", signature, session, got, known, want)
	}
}

func TestProvenanceIsBySession(t *testing.T) {
	p := NewProvenance()
	p.Remember("one", "zhipu", "sig")
	p.Remember("one", "zhipu", "")
	p.Remember("two", "kimi", "sig")
	maker(t, p, "one", "sig", "zhipu")
	maker(t, p, "two", "sig", "kimi")
	maker(t, p, "three", "sig", "")
	maker(t, p, "one", "", "")
	if p.Mixed("one", "zhipu") || !p.Mixed("one", "kimi") || p.Mixed("three", "kimi") {
		t.Error("which sessions are mixed")
	}
	p.Remember("one", "kimi", "sig")
	maker(t, p, "one", "sig", "kimi")
	if p.Mixed("one", "kimi") {
		t.Error("a signature that changed hands counts for its last maker alone")
	}
}

func TestProvenanceForgetsAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewProvenance()
		p.Remember("s", "kimi", "used")
		p.Remember("s", "zhipu", "unused")
		time.Sleep(20 * time.Hour)
		maker(t, p, "s", "used", "kimi")
		time.Sleep(20 * time.Hour)
		maker(t, p, "s", "unused", "")
		maker(t, p, "s", "used", "kimi")
		if p.Mixed("s", "kimi") {
			t.Error("what is forgotten still counts")
		}
		if n := len(p.marks); n != 1 {
			t.Errorf("%d marks are kept", n)
		}
		time.Sleep(25 * time.Hour)
		if p.Mixed("s", "zhipu"); len(p.marks)+len(p.makers)+p.order.Len() != 0 {
			t.Error("something is left")
		}
	})
}

func TestProvenanceIsBounded(t *testing.T) {
	p := NewProvenance()
	for n := range remembered + 10 {
		p.Remember("s"+strconv.Itoa(n%1000), "zhipu", strconv.Itoa(n))
	}
	if len(p.marks) != remembered || p.order.Len() != remembered {
		t.Errorf("%d marks, %d in order", len(p.marks), p.order.Len())
	}
	maker(t, p, "s9", "9", "")
	maker(t, p, "s10", "10", "zhipu")
}

func TestProvenanceFromManyGoroutines(t *testing.T) {
	p := NewProvenance()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 200 {
				p.Remember("s", "zhipu", strconv.Itoa(n))
				p.Made("s", strconv.Itoa(n))
				p.Mixed("s", "kimi")
			}
		})
	}
	wg.Wait()
}

func TestNobodyRemembers(t *testing.T) {
	var p *Provenance
	p.Remember("s", "zhipu", "sig")
	maker(t, p, "s", "sig", "")
	if p.Mixed("s", "kimi") {
		t.Error("mixed")
	}
}

func TestWatchAStream(t *testing.T) {
	p := NewProvenance()
	w := p.Watch("s", "zhipu")
	for _, data := range []string{
		`{"type":"message_start","message":{}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"h"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"si"}}`,
		`{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"gned"}}`,
		`{"type":"content_block_stop","index":0}`,
		`{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"sealed"}}`,
		`{"type":"content_block_stop","index":1}`,
		`{"type":"content_block_start","index":2,"content_block":{"type":"thinking","thinking":"a\n"}}`,
		`{"type":"content_block_delta","index":2,"delta":{"type":"thinking_delta","thinking":"b"}}`,
		`{"type":"content_block_stop","index":2}`,
		`{"type":"content_block_start","index":3,"content_block":{"type":"text","text":"about thinking"}}`,
		`{"type":"content_block_stop","index":3}`,
		`{"type":"message_stop"}`,
	} {
		w.Event([]byte(data))
	}
	maker(t, p, "s", "signed", "zhipu")
	maker(t, p, "s", "sealed", "zhipu")
	maker(t, p, "s", "a\nb", "zhipu")
	if len(p.marks) != 3 {
		t.Errorf("%d marks", len(p.marks))
	}
}

func TestWatchAMessage(t *testing.T) {
	p := NewProvenance()
	p.Message("s", "kimi", []byte(`{"content":[{"type":"thinking","thinking":"a","signature":"signed"},{"type":"thinking","thinking":"b"},`+
		`{"type":"redacted_thinking","data":"sealed"},{"type":"text","text":"c"}]}`))
	for _, known := range []string{"signed", "b", "sealed"} {
		maker(t, p, "s", known, "kimi")
	}
	maker(t, p, "s", "c", "")
}

// Thinking may be as long as a vendor likes: it is known by a hash of it, and not kept.
func TestLongThinkingIsNotKept(t *testing.T) {
	p := NewProvenance()
	w := p.Watch("s", "zhipu")
	piece := strings.Repeat("long ", 1<<14)
	const pieces = 400
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := held()
	w.Event([]byte(`{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}`))
	delta := []byte(`{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"` + piece + `"}}`)
	for range pieces {
		w.Event(delta)
	}
	if after := held(); after > before+4<<20 {
		t.Errorf("%d MiB are kept", (after-before)>>20)
	}
	w.Event([]byte(`{"type":"content_block_stop","index":0}`))
	maker(t, p, "s", strings.Repeat(piece, pieces), "zhipu")
	maker(t, p, "s", strings.Repeat(piece, pieces-1), "")
}
