package route

import (
	"log/slog"
	"testing"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/upstream"
)

// What a refusal costs, from its bytes to the verdict: a vendor's answer takes a thousand times as long.
func BenchmarkClassification(b *testing.B) {
	v, err := upstream.New(config.Vendor{Name: "v", Dialect: "anthropic", BaseURL: "http://127.0.0.1:1", Auth: "bearer", Codes: "zhipu"}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	req := &anthropic.Request{Body: `{"model":"m"}`}
	for name, body := range map[string]string{
		"envelope": `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`,
		"zhipu":    `{"error":{"code":"1308","message":"limit reached, resets at 2030-01-02 15:00:00"},"request_id":"r"}`,
		"html":     "<html><body>Bad Gateway</body></html>",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				judge(b.Context(), anthropic.DecodeError(529, nil, []byte(body)), v, req)
			}
		})
	}
}

// What every call pays: is the vendor out, and the outcome noted.
func BenchmarkHealth(b *testing.B) {
	h := testHealth(config.Vendor{Name: "v", Breaker: testBreaker})
	b.ReportAllocs()
	for b.Loop() {
		if h.closed("v", "m") != nil {
			b.Fatal("out")
		}
		k, _ := h.enter("v", "m", false)
		k.succeed(1000)
	}
}
