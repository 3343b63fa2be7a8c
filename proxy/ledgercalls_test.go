package proxy

import (
	"bytes"
	"context"
	"database/sql"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"afterglow/limiter"
	"afterglow/proxy/calendar"
	"afterglow/proxy/config"
	"afterglow/proxy/credential"
	"afterglow/proxy/fakevendor"
	"afterglow/proxy/ledger"
	"afterglow/proxy/logging"
	"afterglow/proxy/price"
)

// serveKept runs a proxy that keeps all that it keeps in one folder, its log included.
func serveKept(t *testing.T, conf config.Config) (s *Server, base, dir string, stop func()) {
	t.Helper()
	dir = t.TempDir()
	log, err := logging.Open(config.DefaultLog(), filepath.Join(dir, "afterglow.log"), &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	state, err := config.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	conf.Listen, conf.Drain, conf.MaxBody, conf.Ledger = "127.0.0.1:0", longest, 1<<20, config.Ledger{Enabled: true, Evidence: conf.Ledger.Evidence}
	s, err = New(Options{Config: conf, State: state, Ledger: openLedger(conf.Ledger, dir, log), Instance: dir, Version: "1.2.3", Log: log.Logger, Logging: log})
	if err == nil {
		err = s.Listen()
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		http.DefaultClient.CloseIdleConnections() // a connection that was never used would be waited for
		cancel()
		if err := <-done; err != nil {
			t.Error("drain:", err)
		}
		log.Close()
	}
	t.Cleanup(stop)
	return s, "http://" + s.Status().Addr, dir, stop
}

// kept are the rows of a ledger's file.
func kept(t *testing.T, dir string) (calls []ledger.Call) {
	t.Helper()
	l, err := ledger.OpenReadOnly(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Each(t.Context(), ledger.Query{}, func(c ledger.Call) error { calls = append(calls, c); return nil }); err != nil {
		t.Fatal(err)
	}
	return calls
}

// Whatever becomes of a call, it has a row: who answered, why it failed, who failed before.
func TestEveryCallHasARow(t *testing.T) {
	slow := make(chan struct{})
	defer close(slow)
	out := vendorServer(t, refusing(429, `{"error":{"code":"1113","message":"no balance"}}`))
	good := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Case") == "wait":
			wait(r.Context(), slow)
		case r.Header.Get("Case") == "cut":
			sendEvents(w, message("hello")[:300])
			cut(w)
		case r.Header.Get("Case") == "overloaded":
			refusing(529, `{"error":{"message":"overloaded"}}`)(w, r)
		default:
			<-time.After(2 * time.Millisecond) // the ledger keeps whole milliseconds, and 0 means that there was no event
			answering("hello")(w, r)
		}
	})
	s, base, dir, stop := serveKept(t, config.Config{
		Vendors: []config.Vendor{row("zhipu", out.URL, zhipu), row("kimi", good.URL)},
		Native:  map[string]config.Native{"openai": {Enabled: true, BaseURL: good.URL, Connect: longest, Timeout: longest}},
	})
	post(t, base, streamBody, "X-Claude-Code-Session-Id", "s-1", "X-Claude-Code-Agent-Id", "a-1") // zhipu fails, kimi answers
	post(t, base, plainBody)                                                                      // zhipu is left alone: no failover
	post(t, base, "garbage")
	post(t, base, streamBody, "Case", "cut")
	post(t, base, plainBody, "Case", "overloaded")
	ctx, leave := context.WithCancel(context.Background())
	go http.DefaultClient.Do(request(t, ctx, base, streamBody, "Case", "wait"))
	eventually(t, "the call that waits", func() bool { return len(inPhase(s, Connecting)) == 1 && s.Calls()[0].Vendor == "kimi" })
	leave()
	eventually(t, "its end", func() bool { return ended(s) == 6 })
	askLater(t, base, streamBody, "Case", "wait")
	eventually(t, "another that waits", func() bool { return len(inPhase(s, Connecting)) == 1 && s.Calls()[0].Vendor == "kimi" })
	if err := s.Cancel(7); err != nil {
		t.Fatal(err)
	}
	post(t, base+"/v/kimi", streamBody)
	post(t, base+"/api/openai", plainBody)
	eventually(t, "all ended", func() bool { return ended(s) == 9 })
	stop()
	rows := kept(t, dir)
	type short struct {
		Kind, Vendor, FailedFrom string
		Class                    ledger.Class
		Status, Tiers            int
	}
	want := []short{
		{"messages", "kimi", "zhipu", ledger.OK, 200, 2}, {"messages", "kimi", "", ledger.OK, 200, 1}, {"messages", "", "", ledger.Invalid, 400, 0},
		{"messages", "kimi", "", ledger.Broken, 200, 1}, {"messages", "kimi", "", ledger.Overloaded, 529, 1}, {"messages", "kimi", "", ledger.Gone, 499, 1},
		{"messages", "kimi", "", ledger.Cancelled, 403, 1}, {"route", "kimi", "", ledger.OK, 200, 0}, {"native", "openai", "", ledger.OK, 200, 0},
	}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, c := range rows {
		if got := (short{c.Kind, c.Vendor, c.FailedFrom, c.Class, c.Status, c.Tiers}); got != want[i] {
			t.Errorf("row %d: %+v, want %+v", i, got, want[i])
		}
	}
	if c := rows[0]; c.Session != "s-1" || c.Agent != "a-1" || c.Usage.Output != 9 || !c.Stream || c.First == 0 || c.Served != "m" || c.Endpoint != "/v1/messages" {
		t.Errorf("%+v", c)
	}
}

// RC-87: a session has no title, for that would be what somebody said. Nothing of it is anywhere, nor is a secret,
// in whatever is written.
func TestNothingOfWhatWasSaidAndNoSecretIsWritten(t *testing.T) {
	v := vendorServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "planted-cookie=1")
		if r.URL.Query().Get("key") != "" {
			refusing(401, `{"error":{"message":"key planted-query-key is bad, sk-planted-in-an-answer0001"}}`)(w, r)
			return
		}
		answering("planted-answer")(w, r)
	})
	s, base, dir, stop := serveKept(t, config.Config{
		Ledger: config.Ledger{Evidence: true}, Token: "planted-token-of-ours",
		Vendors: []config.Vendor{row("kimi", v.URL, func(v *config.Vendor) { v.Key = "planted-key-of-kimi" })},
		Native:  map[string]config.Native{"gemini": {Enabled: true, BaseURL: v.URL, Connect: longest, Timeout: longest}},
	})
	if err := s.ChangeSettings(func(now *Settings) { *now = Settings{LogLevel: "debug", Evidence: true} }); err != nil {
		t.Fatal(err)
	}
	header := []string{"X-Afterglow-Token", "planted-token-of-ours", "Authorization", "Bearer planted-bearer", "X-Claude-Code-Session-Id", "s-1"}
	body := strings.Replace(streamBody, `"hi"`, `"planted-question"`, 1)
	post(t, base, body, header...)
	post(t, base+"/v/kimi", body, header...)
	post(t, base+"/api/gemini/v1beta/models/g:generateContent?key=planted-query-key&x=", `{"contents":[{"parts":[{"text":"planted-question"}]}]}`, header...)
	post(t, base, body) // without the token
	eventually(t, "all ended", func() bool { return ended(s) == 3 })
	stop()
	files := 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, planted := range []string{"planted-", "PLANTED"} {
			if i := bytes.Index(text, []byte(planted)); i >= 0 {
				t.Errorf("%s: …%q…", filepath.Base(path), text[max(0, i-40):min(len(text), i+60)])
			}
		}
		return nil
	})
	if err != nil || files < 2 {
		t.Fatalf("%d files, %v", files, err)
	}
	if rows := kept(t, dir); len(rows) != 3 {
		t.Errorf("%d rows", len(rows))
	}
}

// Dashboards have the shapes that scripts know, and the numbers of the rows.
func TestDashboards(t *testing.T) {
	v := simulated(t, fakevendor.Always(fakevendor.Text("hello")))
	bad := simulated(t, fakevendor.Always(fakevendor.Refuse(500, `{}`)))
	s, base, _, _ := serveKept(t, config.Config{
		Vendors: []config.Vendor{row("zhipu", bad.URL()), row("kimi", v.URL(), func(v *config.Vendor) { v.DefaultModel = "kimi-k2.5" })},
		Prices:  price.Table{{Vendor: "kimi", Model: "simulated"}: {Currency: price.Dollar, Input: 1e5, Output: 1e6}},
	})
	today := func() string { return calendar.Now().Format(time.DateOnly) }
	day := today()
	for range 3 {
		post(t, base, streamBody, "X-Claude-Code-Session-Id", "s-1")
	}
	eventually(t, "the rows", func() bool { return s.ledger.Stats().Written == 3 })
	_, summary := control(t, "GET", base+"/api/dashboard/summary?days=2", "")
	_, timeline := control(t, "GET", base+"/api/dashboard/timeline?days=nonsense", "")
	if today() != day {
		t.Skip("it became midnight meanwhile: the calls are of two days")
	}
	for path, want := range map[string]string{
		"version": "1.2.3", "today.requests": "3", "range.requests": "3", "today.failovers": "3", "failover_stats.0.failover_from": "zhipu", "failover_stats.0.vendor": "kimi", "failover_stats.0.count": "3",
	} {
		if got := summary.Get(path).String(); got != want {
			t.Errorf("summary %s: %q, want %q", path, got, want)
		}
	}
	if cost := summary.Get("today.cost").Str; !strings.HasPrefix(cost, "$") || cost == "$0.00" {
		t.Errorf("cost %s", summary.Raw)
	}
	if timeline.Get("period").Str != "day" || timeline.Get("count").Int() != 7 || timeline.Get("rows.0.total_requests").Int() != 3 || timeline.Get("rows.0.model_requested").Str != "claude-opus-5-5" || timeline.Get("rows.0.client_category").Str != "cc" {
		t.Error(timeline.Raw)
	}
	_, sessions := control(t, "GET", base+"/api/dashboard/sessions?hours=9999", "")
	if sessions.Get("hours").Int() != 168 || sessions.Get("sessions.0.session_key").Str != "s-1" || sessions.Get("sessions.0.success_rate").Num != 100 || sessions.Get("sessions.0.total_tokens").Int() == 0 {
		t.Error(sessions.Raw)
	}
	_, other := serve(t, row("a", v.URL()))
	if status, answer := control(t, "GET", other+"/api/dashboard/summary", ""); status != 503 || answer.Get("error.message").Str == "" {
		t.Errorf("without a ledger: %d %s", status, answer.Raw)
	}
}

func TestSettingsChangeWhileRunningAndStay(t *testing.T) {
	s, base, dir, stop := serveKept(t, config.Config{Vendors: []config.Vendor{row("a", "http://127.0.0.1:1")}})
	if status, answer := control(t, "PUT", base+"/api/settings", `{"log_level":"debug","retention_days":30}`); status != 200 || answer.Get("retention_days").Num != 30 || answer.Get("log_level").Str != "debug" {
		t.Fatal(status, answer.Raw)
	}
	if s.ledger.Stats().Retention != 30*24*time.Hour {
		t.Error("the ledger was not told")
	}
	for _, bad := range []string{`{"log_level":"loud"}`, `{"retention_days":-1}`, `{"retention_days":"x"}`, `{"evidence":1}`, `{"colour":"red"}`, `nonsense`} {
		if status, answer := control(t, "PUT", base+"/api/settings", bad); status != 400 || answer.Get("error.message").Str == "" {
			t.Errorf("%s: %d %s", bad, status, answer.Raw)
		}
	}
	if got := s.Settings(); got.LogLevel != "debug" || got.Retention != 30*24*time.Hour {
		t.Errorf("%+v after what was refused", got)
	}
	stop()
	state, err := config.OpenState(dir)
	if err != nil || *state.Settings().LogLevel != "debug" || state.Settings().Evidence != nil {
		t.Errorf("%+v %v", state.Settings(), err)
	}
}

func TestHistoryOverHTTP(t *testing.T) {
	gate, handle := held(t)
	s, base, _, _ := serveKept(t, config.Config{Vendors: []config.Vendor{row("a", vendorServer(t, handle).URL, limited(3))}})
	askLater(t, base, streamBody)
	defer gate.open()
	k := limiter.Key{Vendor: "a", Model: "claude-opus-5-5"}
	eventually(t, "a point", func() bool { p, _ := s.History(t.Context(), k, time.Hour); return len(p) > 0 })
	_, answer := control(t, "GET", base+"/api/history?vendor=a&model=claude-opus-5-5&span=5m", "")
	if answer.Get("step_seconds").Num != 1 || answer.Get("points.0.limit").Int() != 3 {
		t.Error(answer.Raw)
	}
	for _, query := range []string{"vendor=a", "vendor=a&model=m&span=x", "vendor=a&model=m&span=9999h"} {
		if status, _ := control(t, "GET", base+"/api/history?"+query, ""); status != 400 {
			t.Errorf("%s: %d", query, status)
		}
	}
}

// RC-85: what fails is one line of the log at a level that calls for attention.
func TestAFailedCallIsLoggedOnce(t *testing.T) {
	bad := vendorServer(t, refusing(500, `{"error":{"message":"internal network failure"}}`))
	_, base, dir, stop := serveKept(t, config.Config{Vendors: []config.Vendor{row("a", bad.URL), row("b", bad.URL)}})
	post(t, base, streamBody)
	stop()
	text, err := os.ReadFile(filepath.Join(dir, "afterglow.log"))
	if err != nil {
		t.Fatal(err)
	}
	loud := 0
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "internal network failure") && (strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR")) {
			loud++
		}
	}
	if loud != 1 {
		t.Errorf("%d lines:\n%s", loud, text)
	}
}

// A key that is with the credentials is masked in the log, like one of the configuration.
func TestAStoredKeyIsMaskedInTheLog(t *testing.T) {
	v := vendorServer(t, refusing(401, `{"error":{"message":"the key planted-in-the-store is bad"}}`))
	dir := t.TempDir()
	store := credential.OpenFile(dir)
	if err := store.Set("kimi", credential.Token{Access: "planted-in-the-store"}); err != nil {
		t.Fatal(err)
	}
	var out lockedBuffer
	log, err := logging.Open(config.DefaultLog(), "", &out)
	if err != nil {
		t.Fatal(err)
	}
	_, base := serveWith(t, Options{
		Config:      config.Config{Vendors: []config.Vendor{row("kimi", v.URL, func(v *config.Vendor) { v.Key, v.Keyring = "", true })}},
		Credentials: store, Log: log.Logger, Logging: log,
	})
	post(t, base, plainBody)
	eventually(t, "the line", func() bool { return strings.Contains(out.text(), "msg=call") })
	if text := out.text(); !strings.Contains(text, "is bad") || strings.Contains(text, "planted") {
		t.Error(text)
	}
}

// Evidence is every frame of usage as it came, of calls to the chain and of those that only pass, streamed or not.
func TestEvidenceIsEveryFrameAsItCame(t *testing.T) {
	v := vendorServer(t, answering("hello"))
	s, base, dir, stop := serveKept(t, config.Config{Vendors: []config.Vendor{row("kimi", v.URL)}})
	post(t, base, streamBody) // before anybody asks for it
	if err := s.ChangeSettings(func(now *Settings) { *now = Settings{LogLevel: "info", Evidence: true} }); err != nil {
		t.Fatal(err)
	}
	post(t, base, streamBody)
	post(t, base, plainBody)
	post(t, base+"/v/kimi", streamBody)
	eventually(t, "all ended", func() bool { return ended(s) == 4 })
	stop()
	db, err := sql.Open("sqlite", filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT evidence_kind || ' ' || raw_usage_json || ' ' || parsed_input_tokens || ' ' || parsed_output_tokens FROM usage_evidence ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		got = append(got, text)
	}
	want := []string{
		`message_start {"input_tokens":3,"output_tokens":1} 3 1`, `message_delta {"output_tokens":9} 3 9`, `message {"input_tokens":3,"output_tokens":9} 3 9`,
		`usage {"input_tokens":3,"output_tokens":1} 3 1`, `usage {"output_tokens":9} 3 9`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
