package fakevendor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"afterglow/proxy/fakevendor"
)

// A vendor that is overloaded once, then holds its answer after the first event until told.
func Example() {
	gate := make(chan struct{})
	v, err := fakevendor.Start(fakevendor.Options{Script: fakevendor.InTurn(
		fakevendor.ZhipuError(529, "1305", "overloaded").With("Retry-After", "1"),
		fakevendor.Text("Hello.").Held(1, gate),
	)})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer v.Close()
	for range 2 {
		resp, err := http.Post(v.URL()+"/v1/messages", "application/json", strings.NewReader(`{"model":"glm-5.1","stream":true}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.StatusCode)
		defer resp.Body.Close()
	}
	fmt.Println(v.Load().InFlight, "in flight")
	close(gate)
	fmt.Println(v.Await(context.Background(), fakevendor.InFlight(0)))
	// Output:
	// 529
	// 200
	// 1 in flight
	// <nil>
}
