package proxy

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"afterglow/limiter"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
)

// Who edits a vendor is told if somebody else has changed it, however often the file is looked at meanwhile. What they
// wrote elsewhere is in nobody's way.
func TestWhatAnotherProgramWroteIsNotOverwritten(t *testing.T) {
	e := editServer(t, labRow("http://127.0.0.1:1"))
	d := e.draft(t, "lab")
	theirs := strings.Replace(e.text(t), "[[vendors]]", "# theirs\n[[vendors]]\ntitle = \"Theirs\"", 1)
	writeFile(t, e.file, theirs)
	d.Title = "Mine"
	for range 2 {
		if err := e.SaveVendor("lab", d, secretKey); !errors.Is(err, config.ErrChanged) {
			t.Fatal(err)
		}
		if _, err := e.store.Get("lab"); !errors.Is(err, credential.ErrNone) || e.text(t) != theirs {
			t.Error("something was changed all the same", err)
		}
		e.draft(t, "lab") // a page that looks again and again
	}
	d = e.draft(t, "lab")
	writeFile(t, e.file, theirs+"# and more\n")
	d.Title = "Mine"
	if err := e.SaveVendor("lab", d, ""); err != nil {
		t.Fatal(err)
	}
	if text := e.text(t); !strings.Contains(text, "# theirs") || !strings.Contains(text, "# and more") || !strings.Contains(text, "title = \"Mine\"") {
		t.Error(text)
	}
	preset := e.draft(t, "kimi")
	writeFile(t, e.file, e.text(t)+"[[vendors]]\nname = \"kimi\"\n")
	if err := e.SaveVendor("kimi", preset, secretKey); !errors.Is(err, config.ErrChanged) {
		t.Error("a row that came meanwhile was written over:", err)
	}
}

func TestAChainThatAnotherProgramWroteIsNotOverwritten(t *testing.T) {
	e := editServer(t, "tiers = [\"lab\", \"anthropic\"]\n"+labRow("http://127.0.0.1:1"))
	e.draft(t, "lab")
	writeFile(t, e.file, strings.Replace(e.text(t), "tiers = [\"lab\",", "tiers = [\"lab\", \"kimi\",", 1))
	mine := [][]string{{"anthropic"}, {"lab"}}
	if err := e.SetTiers(mine); !errors.Is(err, config.ErrChanged) {
		t.Error(err)
	}
	d := e.draft(t, "lab")
	d.Name = "bench"
	if err := e.SaveVendor("lab", d, ""); err != nil { // who changes the chain by themselves knows what it is
		t.Fatal(err)
	}
	if err := e.SetTiers([][]string{{"anthropic"}, {"kimi"}, {"bench"}}); err != nil {
		t.Error(err)
	}
	if status, body := askControl(t, e.base, "PUT", "/api/vendors/kimi", `{"enabled":false}`); status != 200 {
		t.Fatal(status, body)
	}
	if err := e.SetTiers([][]string{{"kimi"}, {"bench"}, {"anthropic"}}); !errors.Is(err, config.ErrChanged) {
		t.Error(err)
	}
}

// Sessions that are bound and an order that was set follow a vendor's new name, now and after the next start.
func TestWhatWasSetWhileRunningFollowsANewName(t *testing.T) {
	sim := simulated(t, fakevendor.Plausible)
	e := editServer(t, "tiers = [\"anthropic\", \"lab\"]\n"+labRow(sim.URL()))
	if err := e.SaveVendor("lab", e.draft(t, "lab"), secretKey); err != nil {
		t.Fatal(err)
	}
	if status, body := askControl(t, e.base, "PUT", "/api/session-vendor", `{"session_key":"s","vendors":["lab"],"strict":true}`); status != 200 {
		t.Fatal(status, body)
	}
	if err := e.SetOrder([][]string{{"lab"}, {"anthropic"}}); err != nil {
		t.Fatal(err)
	}
	d := e.draft(t, "lab")
	d.Name = "bench"
	if err := e.SaveVendor("lab", d, ""); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(e.conf().Order(), e.current().reordered, e.memory.Sessions.Bindings()); got != "[[bench] [anthropic]] true [{s [bench] true}]" {
		t.Error(got)
	}
	kept, err := config.OpenState(e.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(kept.Order(), kept.Bindings()); got != "[[bench] [anthropic]] [{s [bench] true}]" {
		t.Error(got)
	}
	if resp, body := post(t, e.base, plainBody); resp.Header.Get("Afterglow-Vendor") != "bench" {
		t.Error(resp.Status, body)
	}
}

// If the file is not taken in the end, the limits, the order, the bindings and the key are as they were.
func TestARenameThatFailsLeavesNothingBehind(t *testing.T) {
	sim := simulated(t, fakevendor.Plausible)
	e := editServer(t, "tiers = [\"anthropic\", \"lab\"]\n"+labRow(sim.URL()))
	if err := e.SaveVendor("lab", e.draft(t, "lab"), secretKey); err != nil {
		t.Fatal(err)
	}
	if err := e.SetOrder([][]string{{"lab"}, {"anthropic"}}); err != nil {
		t.Fatal(err)
	}
	post(t, e.base, plainBody)
	if err := e.SetLimit("lab", "claude-opus-5-5", 7); err != nil {
		t.Fatal(err)
	}
	askControl(t, e.base, "PUT", "/api/session-vendor", `{"session_key":"s","vendors":["lab"]}`)
	if err := e.state.SetLimit("bench", "old", 3); err != nil { // of a vendor that is no more
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	writeFile(t, e.file, strings.Replace(e.text(t), "127.0.0.1:0", taken.Addr().String(), 1))
	before := fmt.Sprint(e.text(t), e.state.Limits(), e.state.Order(), e.state.Bindings(), e.conf().Order(), e.memory.Sessions.Bindings())
	d := e.draft(t, "lab")
	d.Name, d.Limit.Default = "bench", 4
	if err := e.SaveVendor("lab", d, "sk-another-key"); err == nil || !strings.Contains(err.Error(), "in use by another program") {
		t.Fatal(err)
	}
	if now := fmt.Sprint(e.text(t), e.state.Limits(), e.state.Order(), e.state.Bindings(), e.conf().Order(), e.memory.Sessions.Bindings()); now != before {
		t.Errorf("%s\nwas\n%s", now, before)
	}
	if !slices.ContainsFunc(e.limiter.Snapshot().Gauges, func(g limiter.Gauge) bool { return g.Vendor == "lab" && g.Limit == 7 }) {
		t.Error("the limit in force is another:", e.limiter.Snapshot().Gauges)
	}
	token, err := e.store.Get("lab")
	if _, none := e.store.Get("bench"); err != nil || token.Access.Reveal() != secretKey || !errors.Is(none, credential.ErrNone) {
		t.Error("the key is not where it was", err, none)
	}
	if err := e.SetOrder([][]string{{"anthropic"}, {"lab"}}); err != nil {
		t.Error(err)
	}
}
