package fakevendor

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"
)

func TestCallsAreRecorded(t *testing.T) {
	v := start(t, Options{})
	body := "{ \"model\" :\"glm-5.1\",\"stream\":true, \"x\":\"\u00e9\\u00e9 1e2\"}\n"
	if _, _, err := send(t, v, body, "X-App", "cli"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := send(t, v, ""); err != nil {
		t.Fatal(err)
	}
	calls := v.Calls()
	if len(calls) != 2 {
		t.Fatal(len(calls))
	}
	c := calls[0]
	if c.N != 1 || c.Method != "POST" || c.Path != "/v1/messages" || c.Query != "beta=true" || c.Header.Get("X-App") != "cli" ||
		string(c.Body) != body || c.Model != "glm-5.1" || !c.Stream || c.Gone || c.Began.IsZero() || c.Ended.Before(c.Began) {
		t.Errorf("%+v", c)
	}
	if c := calls[1]; c.N != 2 || len(c.Body) != 0 || c.Model != "" || c.Stream || c.Began.Before(calls[0].Ended) {
		t.Errorf("%+v", c)
	}
	quiet := start(t, Options{Quiet: true})
	if _, _, err := send(t, quiet, body); err != nil || len(quiet.Calls()) != 0 || quiet.Load().Arrived != 1 {
		t.Errorf("%v %+v", err, quiet.Load())
	}
}

func TestLoadAndLimits(t *testing.T) {
	gate := make(chan struct{})
	v := start(t, Options{Limit: Limit{Total: 3, PerModel: 2}, Script: Always(Text("hi").Held(1, gate))})
	var held sync.WaitGroup
	hold := func(model string, inFlight int) {
		held.Go(func() {
			if resp, _, err := send(t, v, `{"stream":true,"model":"`+model+`"}`); err != nil || resp.StatusCode != 200 {
				t.Error(resp.StatusCode, err)
			}
		})
		await(t, v, InFlight(inFlight))
	}
	refused := func(model string) {
		t.Helper()
		resp, answer, err := send(t, v, `{"stream":true,"model":"`+model+`"}`)
		if err != nil || resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "" {
			t.Errorf("%s: %d %v", model, resp.StatusCode, err)
		}
		j := gjson.Parse(answer)
		if j.Get("error.code").Str != "1302" || j.Get("error.type").Exists() || j.Get("error.message").Str == "" || j.Get("request_id").Str == "" {
			t.Errorf("%s: %s", model, answer)
		}
	}
	hold("a", 1)
	hold("a", 2)
	refused("a")
	hold("b", 3)
	refused("b")
	refused("c")
	close(gate)
	held.Wait()
	await(t, v, InFlight(0))
	want := Load{Count: Count{Arrived: 6, Peak: 3, Refused: 3, Ended: 6}, Models: map[string]Count{
		"a": {Arrived: 3, Peak: 2, Refused: 1, Ended: 3}, "b": {Arrived: 2, Peak: 1, Refused: 1, Ended: 2}, "c": {Arrived: 1, Refused: 1, Ended: 1},
	}}
	got := v.Load()
	if got.Count != want.Count || len(got.Models) != 3 || got.Models["a"] != want.Models["a"] || got.Models["b"] != want.Models["b"] || got.Models["c"] != want.Models["c"] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLimitHasItsOwnAnswer(t *testing.T) {
	v := start(t, Options{Limit: Limit{Total: 1, Over: ZhipuError(429, "1113", "no balance").With("Retry-After", "9")}, Script: Always(Silence())})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go client(t).Do(newRequest(ctx, v, `{}`))
	await(t, v, InFlight(1))
	resp, answer, err := send(t, v, `{}`)
	if err != nil || resp.Header.Get("Retry-After") != "9" || gjson.Get(answer, "error.code").Str != "1113" {
		t.Fatal(resp, answer, err)
	}
}

// spy notes for each write whether the call was still in flight.
type spy struct {
	*httptest.ResponseRecorder
	left  bool
	after []bool // one for each write
}

func (s *spy) Write(b []byte) (int, error) {
	s.after = append(s.after, s.left)
	return s.ResponseRecorder.Write(b)
}

func (s *spy) WriteString(text string) (int, error) { return s.Write([]byte(text)) }

// A client that sends its next call as soon as it has the answer to the last must never meet
// itself at the vendor.
func TestACallIsOutOfFlightBeforeItsLastByte(t *testing.T) {
	for name, tc := range map[string]struct {
		answer Answer
		want   []bool
	}{
		"events":          {Chunked("a", "b", "c"), []bool{false, false, true}},
		"a body":          {Refuse(200, "a"), []bool{true}},
		"a cut":           {Chunked("a", "b").CutAfter(2, Close), []bool{false, false}},
		"a body and then": {Answer{Body: "a", End: Reset}, []bool{false}},
	} {
		w := &spy{ResponseRecorder: httptest.NewRecorder()}
		d := &delivery{w: w, r: httptest.NewRequest("POST", "/", nil), stream: true, left: func() { w.left = true }}
		func() {
			defer func() { recover() }() // how a cut ends
			d.send(tc.answer)
		}()
		if !slices.Equal(w.after, tc.want) {
			t.Errorf("%s: out of flight at each write: %v, want %v", name, w.after, tc.want)
		}
	}
}

func TestAClientThatHangsUpIsNoticed(t *testing.T) {
	for name, answer := range map[string]Answer{
		"before the headers": Silence(),
		"between two events": Text("a b").Held(3, make(chan struct{})),
		"in a wait":          Text("a b").Paced(0, time.Hour),
		"in a stall":         Text("a b").CutAfter(2, Stall),
	} {
		t.Run(name, func(t *testing.T) {
			v := start(t, Options{Script: Always(answer)})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() {
				resp, err := client(t).Do(newRequest(ctx, v, `{"stream":true}`))
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
				}
				ended <- err
			}()
			await(t, v, InFlight(1))
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			await(t, v, Ended(1))
			if load, c := v.Load(), v.Calls()[0]; load.Gone != 1 || !c.Gone || c.Ended.IsZero() {
				t.Errorf("%+v %+v", load, c)
			}
		})
	}
}

func TestAwaitGivesUp(t *testing.T) {
	v := start(t, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := v.Await(ctx, InFlight(1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}
