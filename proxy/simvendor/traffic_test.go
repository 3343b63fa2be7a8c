package simvendor

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestDemoTraffic(t *testing.T) {
	defer goleak.VerifyNone(t)
	d, err := StartDemo()
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	v, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		Traffic(ctx, v.URL(), 1)
	}()
	await(t, v, Arrived(1))
	cancel()
	<-done
	if calls := v.Calls(); len(calls) == 0 || !calls[0].Stream || !strings.HasPrefix(calls[0].Model, "claude-") {
		t.Fatalf("%+v", calls)
	}
}
