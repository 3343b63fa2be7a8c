package upstream

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
)

func TestPayloadSendsItsPartsAsOneBody(t *testing.T) {
	parts := []string{`{"model":`, `"m"`, "", `,"x":` + strings.Repeat("1", 5000) + `}`}
	want := strings.Join(parts, "")
	req := httptest.NewRequest("POST", "/", nil)
	p := &payload{parts: parts}
	req = req.WithContext(withPayload(req.Context(), p))
	if err := attachPayload(nil, req); err != nil {
		t.Fatal(err)
	}
	if req.ContentLength != int64(len(want)) {
		t.Fatalf("content length %d, want %d", req.ContentLength, len(want))
	}
	if err := iotest.TestReader(req.Body, []byte(want)); err != nil {
		t.Fatal(err)
	}
	again, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(again); err != nil || string(got) != want {
		t.Fatalf("sent again: %d bytes, %v", len(got), err)
	}
	p.release()
	gone, _ := req.GetBody()
	if got, _ := io.ReadAll(gone); len(got) != 0 {
		t.Fatal("a released body is still held")
	}
}
