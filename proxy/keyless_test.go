package proxy

import (
	"bytes"
	"net/http"
	"testing"

	"afterglow/proxy/config"
)

// RC-81: a vendor whose variable is empty is in the chain; alone it answers without a call, and beside another
// the next tier answers. The answer is 403 and not 401: after 401 Claude Code sends again for minutes.
func TestAnEmptyVariableIsALocal403(t *testing.T) {
	b := simulated(t, text("b"))
	empty, err := config.Parse("config.toml", "tiers = [\"zhipu\"]", func(string) string { return " " })
	if err != nil {
		t.Fatal(err)
	}
	zhipu := empty.Vendors[0]
	zhipu.BaseURL = b.URL() // a call would arrive here
	_, alone := serve(t, zhipu)
	answer, err := http.Post(alone+"/v1/messages", "application/json", bytes.NewReader([]byte(`{"model":"claude-opus-5","max_tokens":9,"messages":[{"role":"user","content":"x"}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden || b.Load().Arrived != 0 {
		t.Errorf("status %d, %d calls", answer.StatusCode, b.Load().Arrived)
	}
	_, both := serve(t, zhipu, row("b", b.URL()))
	if got := answeredBy(t, both); got != "b" || b.Load().Arrived != 1 {
		t.Errorf("%s answered, %d calls", got, b.Load().Arrived)
	}
}
