package proxy

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/fakevendor"
)

const (
	chaosCalls   = 20_000
	chaosAtOnce  = 64
	brokenMarker = "broken-by-the-vendor"
)

// chaosScript is a vendor on a bad day: each Zhipu code, 5xx, resets before and after the first event,
// silence, and now and then an answer.
func chaosScript(seed uint64) fakevendor.Script {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(seed, 1))
	roll := func(n int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(n) }
	codes := []string{"1302", "1303", "1305", "1312", "1308", "1310", "1316", "1321", "1113", "1309", "1311"}
	good := fakevendor.Text("all is well today")
	part := fakevendor.Text(brokenMarker + " one two three four")
	return func(c fakevendor.Call) fakevendor.Answer {
		switch roll(20) {
		case 0, 1:
			code := codes[roll(len(codes))]
			return fakevendor.ZhipuError(429, code, "resets at "+time.Now().Add(time.Hour).Format("2006-01-02 15:04:05"))
		case 2:
			return fakevendor.Refuse([]int{500, 502, 503, 504, 529}[roll(5)], "<html>bad day</html>")
		case 3:
			return good.CutAfter(0, fakevendor.Reset)
		case 4:
			return part.CutAfter(3+roll(3), []fakevendor.End{fakevendor.Reset, fakevendor.Close}[roll(2)])
		case 5:
			if roll(4) == 0 {
				return fakevendor.Silence()
			}
			return part.CutAfter(4, fakevendor.Stall)
		case 6:
			return fakevendor.Events("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n")
		case 7:
			return fakevendor.Refuse(400, `{"error":{"code":"1210","message":"API 调用参数有误，请检查文档。"}}`)
		}
		return good.Split(1 + roll(200))
	}
}

// Chaos: whatever the vendors and the clients do, every call ends in one record, nothing leaks, no
// client sees two messages, and a stream that was cut never ends as if it were whole.
func TestChaos(t *testing.T) {
	calls := chaosCalls
	if testing.Short() {
		calls /= 10
	}
	before := openFiles(t)
	goroutines := runtime.NumGoroutine()
	t.Run("calls", func(t *testing.T) { chaos(t, calls) })
	eventually(t, fmt.Sprintf("back to %d files and %d goroutines", before, goroutines), func() bool {
		return openFiles(t) <= before+8 && runtime.NumGoroutine() <= goroutines+8
	})
}

func chaos(t *testing.T, calls int) {
	var rows []config.Vendor
	for i := range 3 {
		v, err := fakevendor.Start(fakevendor.Options{Script: chaosScript(uint64(i)), Quiet: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(v.Close)
		rows = append(rows, row(fmt.Sprintf("v%d", i), v.URL(), zhipu, limited(16), func(v *config.Vendor) {
			v.FirstEvent, v.Idle, v.Message = 150*time.Millisecond, 150*time.Millisecond, 300*time.Millisecond
			v.Retry = config.Retry{Attempts: 2, Initial: time.Millisecond, Max: 2 * time.Millisecond}
			v.Limit.MaxWait = time.Second
		}))
	}
	var s *Server
	t.Cleanup(func() { // after the proxy has ended: no record comes any more
		if got := ended(s); got > calls {
			t.Errorf("%d calls were sent, %d are on record", calls, got)
		}
	})
	var base string
	s, base = serveConfig(t, config.Config{Vendors: rows, Tiers: [][]string{{"v0", "v1"}, {"v2"}}, Affinity: time.Minute})
	stop := make(chan struct{})
	var resets sync.WaitGroup
	resets.Go(func() { // the user keeps pressing Reset, or all would be out for an hour at once
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				s.memory.Health.Reset()
			}
		}
	})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: chaosAtOnce}}
	t.Cleanup(client.CloseIdleConnections)
	var todo, arrived atomic.Int64 // arrived: surely; one that was given up early may not have
	var wg sync.WaitGroup
	for worker := range chaosAtOnce {
		wg.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(worker), 2))
			for todo.Add(1) <= int64(calls) {
				if chaosCall(t, client, base, dice) {
					arrived.Add(1)
				}
			}
		})
	}
	wg.Wait()
	close(stop)
	resets.Wait()
	await(t, s, "every permit back", idle)
	eventually(t, fmt.Sprintf("records of the %d calls that arrived", arrived.Load()), func() bool { return ended(s) >= int(arrived.Load()) })
	outcomes := map[int]int{}
	for _, rec := range endedCalls(s) {
		outcomes[rec.status]++
	}
	t.Logf("of the last %d: %v", keptCalls, outcomes)
}

// chaosCall is one client's call. It reports whether the request surely reached the proxy.
func chaosCall(t *testing.T, client *http.Client, base string, dice *rand.Rand) bool {
	body := []string{streamBody, plainBody}[dice.IntN(2)]
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	switch dice.IntN(40) {
	case 0: // a client that leaves at some time
		var late context.CancelFunc
		ctx, late = context.WithTimeout(ctx, time.Duration(dice.IntN(8000)+500)*time.Microsecond)
		defer late()
	case 1:
		return loris(t, base, body, dice)
	}
	req := request(t, ctx, base, body, "X-Claude-Code-Session-Id", fmt.Sprint("s", dice.IntN(200)))
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			t.Error(err)
		}
		return false
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	text := string(answer)
	if strings.Count(text, `"type":"message_start"`) > 1 {
		t.Errorf("two messages in one answer: %s", text)
	}
	whole := strings.Contains(text, "event: message_stop") || body == plainBody && resp.StatusCode == 200 && err == nil
	if whole && strings.Contains(text, brokenMarker) && strings.Contains(text, "event: message_stop") {
		t.Errorf("a cut stream ended as success: %s", text)
	}
	if err == nil && resp.StatusCode == 200 && !whole && strings.Count(text, "event: error") != 1 {
		t.Errorf("a stream ended without a word: %q", text)
	}
	if resp.StatusCode != 200 && !strings.Contains(text, `"type":"error"`) {
		t.Errorf("%d without an envelope: %s", resp.StatusCode, text)
	}
	return true
}

// loris sends its body in drops, and at times not to its end. A header that arrived is a call.
func loris(t *testing.T, base, body string, dice *rand.Rand) bool {
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Error(err)
		return false
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n", len(body))
	end := len(body)
	if dice.IntN(2) == 0 {
		end /= 2
	}
	drop := time.NewTicker(200 * time.Microsecond)
	defer drop.Stop()
	for i := 0; i < end; i += 20 {
		io.WriteString(conn, body[i:min(i+20, end)])
		<-drop.C
	}
	if end == len(body) {
		io.Copy(io.Discard, conn)
	}
	return end == len(body)
}
