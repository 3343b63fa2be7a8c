package gemini

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/sse"
)

// A translation should cost about as much as decoding the same bytes once: the sub-benchmarks "decode"
// are that.
func BenchmarkEncode(b *testing.B) {
	body, err := os.ReadFile("../testdata/captures/01-plain.json")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("translate", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			r, err := anthropic.ParseRequest(string(body))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := (Dialect{}).Encode(r, "gemini-3.1-pro-preview"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		for b.Loop() {
			var v any
			if err := json.Unmarshal(body, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	var stream strings.Builder
	for n := range 1000 {
		fmt.Fprintf(&stream, `data: {"candidates":[{"content":{"parts":[{"text":"word %d and "}],"role":"model"},"index":0}],`+
			`"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":%d,"totalTokenCount":%d},"modelVersion":"gemini-3-flash-preview","responseId":"r"}`+"\n\n", n, n, 100+n)
	}
	stream.WriteString(`data: {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100}}` + "\n\n")
	b.Run("translate", func(b *testing.B) {
		b.SetBytes(int64(stream.Len()))
		for b.Loop() {
			s := Dialect{}.Decode(sse.NewReader(strings.NewReader(stream.String())), "m")
			for {
				if _, err := s.Next(); err == io.EOF {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(stream.Len()))
		for b.Loop() {
			for line := range bytes.Lines([]byte(stream.String())) {
				if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
					var v any
					if err := json.Unmarshal(data, &v); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	})
}
