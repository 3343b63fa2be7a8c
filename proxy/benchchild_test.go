package proxy

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"
	"testing"
	"time"

	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// A benchmarked proxy is a process of its own, so that its CPU time and its memory are not mixed with
// those of the client and the vendor. It is this test binary, started again with these set.
const (
	childKind   = "AFTERGLOW_BENCH_PROXY"
	childVendor = "AFTERGLOW_BENCH_VENDOR"

	// childProfile, if somebody sets it, is the file for a CPU profile of each proxy, its kind appended.
	childProfile = "AFTERGLOW_BENCH_PROFILE"
)

func TestMain(m *testing.M) {
	if kind := os.Getenv(childKind); kind != "" {
		if err := runChild(kind, os.Getenv(childVendor)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// spent is what a proxy's process has used when it was asked. Answering takes CPU time of its own: a
// span of time is measured from one answer's After to another's Before.
type spent struct {
	Before, After time.Duration // CPU time, user and system, since its start
	Memory        uint64        // bytes of heap and stacks in use after a collection
	Allocated     uint64        // bytes, since its start
}

// child is a running proxy of some kind.
type child struct {
	url    string
	ask    io.WriteCloser
	answer *json.Decoder
}

// startChild starts a proxy before the vendor at this URL. It ends with the benchmark.
func startChild(b *testing.B, kind, vendorURL string) *child {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childKind+"="+kind, childVendor+"="+vendorURL)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := &child{ask: in, answer: json.NewDecoder(out)}
	b.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(kind, err)
		}
	})
	if err := c.answer.Decode(&c.url); err != nil {
		b.Fatal(kind, ": ", err)
	}
	return c
}

func (c *child) spent(b *testing.B) (s spent) {
	b.Helper()
	if _, err := io.WriteString(c.ask, "\n"); err != nil {
		b.Fatal(err)
	}
	if err := c.answer.Decode(&s); err != nil {
		b.Fatal(err)
	}
	return s
}

// runChild is the other side: it says where it listens, then what it has spent at each line it reads.
func runChild(kind, vendorURL string) error {
	start := map[string]func(string) (string, error){"afterglow": startAfterglow, "ledger": startWithLedger, "reverseproxy": startReverseProxy}[kind]
	base, err := start(vendorURL)
	if err != nil {
		return err
	}
	if file := os.Getenv(childProfile); file != "" {
		f, err := os.Create(file + "." + kind)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(base); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		s := spent{Before: cpuTime()}
		runtime.GC()
		runtime.GC() // empties the sync.Pools, which survive one collection
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		s.Memory, s.Allocated = mem.HeapInuse+mem.StackInuse, mem.TotalAlloc
		s.After = cpuTime()
		if err := out.Encode(s); err != nil {
			return err
		}
	}
	return nil
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// startAfterglow runs the whole proxy as afterglowd does, its log included, without a ledger.
func startAfterglow(vendorURL string) (string, error) { return startServer(vendorURL, nil) }

// startWithLedger is startAfterglow with a ledger in a folder that stays until the machine clears it.
func startWithLedger(vendorURL string) (string, error) {
	dir, err := os.MkdirTemp("", "afterglow-bench-")
	if err != nil {
		return "", err
	}
	l, err := ledger.Open(ledger.Options{Path: filepath.Join(dir, "ledger.db")})
	if err != nil {
		return "", err
	}
	return startServer(vendorURL, l)
}

func startServer(vendorURL string, l *ledger.Ledger) (string, error) {
	debug.SetGCPercent(GCPercent)
	v := row("simulated", vendorURL, func(v *config.Vendor) { v.DefaultModel = "glm-5.1" })
	v.Connect, v.FirstEvent, v.Idle = 10*time.Second, time.Minute, time.Minute
	s, err := New(Options{
		Config: config.Config{Listen: "127.0.0.1:0", MaxBody: 64 << 20, ParkAfter: 200 * time.Second, Vendors: []config.Vendor{v}},
		Ledger: l,
		Log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return "", err
	}
	if err := s.Listen(); err != nil {
		return "", err
	}
	go s.Run(context.Background())
	return "http://" + s.Status().Addr, nil
}

// startReverseProxy is the baseline: the standard library's proxy with the same pool of connections.
func startReverseProxy(vendorURL string) (string, error) {
	to, err := url.Parse(vendorURL)
	if err != nil {
		return "", err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost, transport.DisableCompression = 0, 128, true
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }, Transport: transport}
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Without it the server closes the request's body with the first byte of the answer, and under
		// load some streams break because the transport was just about to read the body's end.
		http.NewResponseController(w).EnableFullDuplex()
		proxy.ServeHTTP(w, r)
	}))
	return "http://" + listener.Addr().String(), nil
}
