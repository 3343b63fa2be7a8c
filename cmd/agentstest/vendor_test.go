//go:build agents && linux

package agentstest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/fakevendor"
)

// hello is what a played model says if nothing else is asked of it.
const hello = "Hello from the other end."

// hosts are those that are played, with their vendors.
var hosts = map[string]string{"open.bigmodel.cn": "zhipu", "api.openai.com": "openai", "api.anthropic.com": "anthropic"}

// network is all that can be reached from a visit: two HTTP proxies, of which one leads to the played vendors.
type network struct {
	vendors   *httptest.Server // afterglowd's proxy
	nowhere   *httptest.Server // the agents' proxy, which refuses everything
	tls       *httptest.Server // the vendors, at all their names
	key       string           // the one that a vendor takes
	clientKey string           // one that it does not take
	note      string           // what is in the project's file; only a model that has read it knows it
	project   string

	mu     sync.Mutex // guards what follows; a test reads it when no agent runs
	refuse bool       // no key is taken
	busy   int        // so many calls more are one too many for the vendor
	gate   chan struct{}
	calls  []call
	now    map[string]int // calls in flight, by model
	peak   map[string]int // the most that ever were
	tried  []string       // hosts that there is no way to
}

// call is what a vendor was sent.
type call struct {
	vendor, path, model string
	credentials         []string
}

func newNetwork(t *testing.T) *network {
	n := &network{key: secret("key-"), clientKey: secret("client-"), note: secret("note-"), now: map[string]int{}, peak: map[string]int{}}
	n.tls = httptest.NewUnstartedServer(http.HandlerFunc(n.vendor))
	n.tls.TLS = &tls.Config{Certificates: []tls.Certificate{selfSigned(t)}}
	n.tls.StartTLS()
	t.Cleanup(n.tls.Close)
	n.vendors = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.proxy(w, r, true) }))
	t.Cleanup(n.vendors.Close)
	n.nowhere = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.proxy(w, r, false) }))
	t.Cleanup(n.nowhere.Close)
	return n
}

func secret(prefix string) string {
	b := make([]byte, 12)
	rand.Read(b)
	return prefix + hex.EncodeToString(b)
}

// selfSigned is a certificate of all played hosts.
func selfSigned(t *testing.T) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "played vendors"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	for host := range hosts {
		template.DNSNames = append(template.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// certificate is a file for SSL_CERT_FILE, so that the vendors are who they say they are.
func (n *network) certificate(dir string) string {
	path := filepath.Join(dir, "vendors.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: n.tls.Certificate().Raw})
	if err := os.WriteFile(path, text, 0o600); err != nil {
		panic(err)
	}
	return path
}

// proxy answers CONNECT: to a played host with a way to the vendors, to any other with a refusal.
func (n *network) proxy(w http.ResponseWriter, r *http.Request, leads bool) {
	host, _, _ := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || !leads || hosts[host] == "" {
		n.mu.Lock()
		n.tried = append(n.tried, r.Host)
		n.mu.Unlock()
		http.Error(w, "there is no way to "+r.Host, http.StatusForbidden)
		return
	}
	there, err := net.Dial("tcp", n.tls.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() {
		io.Copy(there, buffered)
		there.Close()
	}()
	io.Copy(here, there)
}

// vendor plays all vendors.
func (n *network) vendor(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	c := call{vendor: hosts[r.Host], path: r.URL.Path, model: gjson.GetBytes(body, "model").Str, credentials: credentials(r.Header)}
	gate, refusal := n.enter(c)
	defer n.leave(c)
	if refusal != nil {
		send(w, *refusal, false)
		return
	}
	select {
	case <-gate:
	case <-r.Context().Done():
		return
	}
	said := n.turn(body)
	stream := gjson.GetBytes(body, "stream").Bool()
	switch {
	case strings.HasSuffix(c.path, "/v1/messages"):
		m := fakevendor.Message{Model: c.model, Blocks: []fakevendor.Block{fakevendor.TextBlock(said.text)}}
		if said.tool != "" {
			m.Blocks = append(m.Blocks, fakevendor.ToolUseBlock(toolID, said.tool, said.input))
		}
		send(w, m.Answer(), stream)
	case strings.HasSuffix(c.path, "/chat/completions"):
		m := fakevendor.Chat{Model: c.model, Text: said.text}
		if said.tool != "" {
			m.Calls = []fakevendor.ChatCall{{ID: toolID, Name: said.tool, Input: said.input}}
		}
		send(w, m.Answer(), stream)
	case strings.HasSuffix(c.path, "/responses"):
		send(w, said.responses(c.model), stream)
	default:
		send(w, fakevendor.AnthropicError(http.StatusNotFound, "not_found_error", "no such endpoint"), false)
	}
}

// credentials are all that a request carries of them.
func credentials(h http.Header) (all []string) {
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Proxy-Authorization", "Cookie", "X-Afterglow-Token"} {
		for _, value := range h.Values(name) {
			all = append(all, strings.TrimPrefix(value, "Bearer "))
		}
	}
	return all
}

var noGate = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// enter records a call, and says what it waits for, or how it is refused.
func (n *network) enter(c call) (gate <-chan struct{}, refusal *fakevendor.Answer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls = append(n.calls, c)
	n.now[c.model]++
	n.peak[c.model] = max(n.peak[c.model], n.now[c.model])
	if n.refuse || c.vendor == "anthropic" || !slices.Equal(c.credentials, []string{n.key}) {
		a := denied(c.vendor)
		return nil, &a
	}
	if n.busy > 0 {
		n.busy--
		a := tooMany(c.vendor)
		return nil, &a
	}
	if n.gate != nil {
		return n.gate, nil
	}
	return noGate, nil
}

func (n *network) leave(c call) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now[c.model]--
}

// hold makes every call wait until open is called.
func (n *network) hold() (open func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gate = make(chan struct{})
	return sync.OnceFunc(func() { close(n.gate) })
}

func (n *network) callsOf(vendor string) (all []call) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.calls {
		if c.vendor == vendor {
			all = append(all, c)
		}
	}
	return all
}

// denied is how each vendor refuses a key.
func denied(vendor string) fakevendor.Answer {
	switch vendor {
	case "zhipu":
		return fakevendor.ZhipuError(http.StatusUnauthorized, "1000", "身份验证失败。")
	case "openai":
		return fakevendor.OpenAIError(http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
	}
	return fakevendor.AnthropicError(http.StatusUnauthorized, "authentication_error", "invalid x-api-key")
}

// tooMany is how each vendor refuses a call that is one too many.
func tooMany(vendor string) fakevendor.Answer {
	if vendor == "zhipu" {
		return fakevendor.ZhipuError(http.StatusTooManyRequests, "1302", "您当前使用该API的并发数过高，请降低并发。")
	}
	return fakevendor.OpenAIError(http.StatusTooManyRequests, "requests", "rate_limit_exceeded", "Rate limit reached.").With("Retry-After", "1")
}

func send(w http.ResponseWriter, a fakevendor.Answer, stream bool) {
	text, kind := a.Body, "application/json"
	if stream && len(a.Chunks) > 0 {
		text, kind = a.Stream(), "text/event-stream"
	}
	maps.Copy(w.Header(), a.Header)
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(max(a.Status, http.StatusOK))
	io.WriteString(w, text)
}

// said is a turn of a played model.
type said struct{ text, tool, input string }

// toolID is the id of the one tool call.
const toolID = "toolu_played"

// turn reads the file if it is asked for it and has a tool for it, then says what is in it.
func (n *network) turn(body []byte) said {
	if strings.Contains(string(body), n.note) {
		return said{text: "It says " + n.note + "."}
	}
	var names []string
	for _, path := range []string{"tools.#.name", "tools.#.function.name"} {
		for _, name := range gjson.GetBytes(body, path).Array() {
			names = append(names, name.Str)
		}
	}
	if strings.Contains(string(body), toolID) {
		return said{text: "The tool did not tell me."}
	}
	if !strings.Contains(string(body), "notes.txt") || len(names) == 0 {
		return said{text: hello}
	}
	file := filepath.Join(n.project, "notes.txt")
	for name, input := range map[string]string{
		"Read": fmt.Sprintf(`{"file_path":%q}`, file), "read": fmt.Sprintf(`{"filePath":%q}`, file),
		"exec_command": `{"cmd":"cat notes.txt"}`, "shell_command": `{"command":"cat notes.txt"}`, "shell": `{"command":["cat","notes.txt"]}`,
	} {
		if slices.Contains(names, name) {
			return said{"I will read it.", name, input}
		}
	}
	return said{text: "I know none of these tools: " + strings.Join(names, ", ")}
}

// responses is the turn as the Responses API streams it.
func (s said) responses(model string) fakevendor.Answer {
	const (
		message  = `{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":%q,"annotations":[]}]}`
		function = `{"id":"fc_1","type":"function_call","status":"completed","call_id":%q,"name":%q,"arguments":%q}`
		response = `"response":{"id":"resp_1","object":"response","status":%q,"model":%q,"output":[%s],` +
			`"usage":{"input_tokens":3,"input_tokens_details":{"cached_tokens":0},` +
			`"output_tokens":7,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":10}}`
	)
	items := []string{fmt.Sprintf(message, s.text)}
	if s.tool != "" {
		items = append(items, fmt.Sprintf(function, toolID, s.tool, s.input))
	}
	var chunks []string
	event := func(kind, fields string) {
		chunks = append(chunks, fmt.Sprintf("event: %s\ndata: {\"type\":%[1]q,\"sequence_number\":%d,%s}\n\n", kind, len(chunks), fields))
	}
	event("response.created", fmt.Sprintf(response, "in_progress", model, ""))
	for i, item := range items {
		event("response.output_item.done", fmt.Sprintf(`"output_index":%d,"item":%s`, i, item))
	}
	event("response.completed", fmt.Sprintf(response, "completed", model, strings.Join(items, ",")))
	return fakevendor.Chunked(chunks...)
}
