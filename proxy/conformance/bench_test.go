package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/sse"
)

// BenchmarkRequest translates a real client's body of 50 kB, beside encoding/json decoding it once.
func BenchmarkRequest(b *testing.B) {
	text, err := os.ReadFile("../testdata/captures/01-plain.json")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"openai", "gemini"} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				req, err := anthropic.ParseRequest(string(text))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := dialects[name].Encode(req, vendorModel[name]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("json", func(b *testing.B) { decodes(b, [][]byte{text}) })
}

// BenchmarkStream translates a stream of a thousand events, beside encoding/json decoding their data once.
func BenchmarkStream(b *testing.B) {
	for _, name := range []string{"openai", "gemini"} {
		var stream strings.Builder
		var data [][]byte
		for i := range 1000 {
			event := map[string]string{
				"openai": `{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-vendor","choices":[{"index":0,"delta":{"content":%q},"logprobs":null,"finish_reason":null}]}`,
				"gemini": `{"candidates":[{"content":{"parts":[{"text":%q}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":2,"totalTokenCount":102},"modelVersion":"gemini-3-vendor","responseId":"r"}`,
			}[name]
			if i == 999 {
				event = strings.NewReplacer(`"finish_reason":null`, `"finish_reason":"stop"`, `"index":0}],"usage`, `"index":0,"finishReason":"STOP"}],"usage`).Replace(event)
			}
			event = fmt.Sprintf(event, fmt.Sprintf(" word %d", i))
			data = append(data, []byte(event))
			stream.WriteString("data: " + event + "\n\n")
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(stream.Len()))
			b.ReportAllocs()
			for b.Loop() {
				s, n := dialects[name].Decode(sse.NewReader(strings.NewReader(stream.String())), "m"), 0
				for {
					if _, err := s.Next(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != 1005 {
					b.Fatal(n)
				}
			}
		})
		b.Run(name+"-json", func(b *testing.B) { decodes(b, data) })
	}
}

// decodes is the baseline.
func decodes(b *testing.B, list [][]byte) {
	size := 0
	for _, data := range list {
		size += len(data)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range list {
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	}
}
