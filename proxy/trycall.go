package proxy

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
	"afterglow/proxy/ledger"
)

// TriedCall is how a small call through the chain went.
type TriedCall struct {
	VendorTest
	Vendor string // the title of the vendor that answered, or was asked last; "" if none was
}

// What a tried call asks for, and how long it may take: a queue may be before it.
const (
	triedModel  = "claude-sonnet-5"
	triedText   = "Answer with one short line: is this connection working?"
	triedTokens = 64
	triedFor    = 2 * time.Minute
	triedEnd    = time.Second
	triedAnswer = 1 << 20 // the most that is read of an answer, bytes
)

// TryCall calls this server as a client would: over its own address, through the guard, the chain and the ledger.
// Where every vendor that could answer is called with the client's own credentials, nothing is called, and the outcome
// is "client_auth": the call has none.
func (s *Server) TryCall(ctx context.Context) TriedCall {
	now := s.current()
	model, servable := tryModel(now)
	if !servable {
		return TriedCall{VendorTest: VendorTest{Outcome: "client_auth"}}
	}
	addr := s.Status().Addr
	if addr == "" {
		return TriedCall{VendorTest: VendorTest{Outcome: string(ledger.Network), Reason: s.Status().Problem}}
	}
	ctx, cancel := context.WithTimeout(ctx, triedFor)
	defer cancel()
	session := "try-" + rand.Text()
	started := time.Now()
	status, body, err := s.post(ctx, triedURL(addr), model, session)
	t := TriedCall{VendorTest: VendorTest{Model: model, Took: time.Since(started), Status: status}}
	r, known := s.callOf(session)
	if known {
		t.Vendor, t.Model = s.titleOf(r.Vendor), cmp.Or(r.VendorModel, model)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		t.Outcome, t.Reason = string(ledger.Timeout), fmt.Sprintf("no answer within %v", triedFor)
	case err != nil:
		t.Outcome, t.Reason = string(ledger.Network), err.Error()
	case status == http.StatusOK:
		t.OK, t.Answer = true, triedLine(gjson.GetBytes(body, `content.#(type=="text").text`).String())
	default:
		t.Outcome = string(classOfStatus(status))
		if known && r.Class != "" && r.Class != ledger.OK {
			t.Outcome = string(r.Class)
		}
		t.Reason = triedLine(gjson.GetBytes(body, "error.message").String())
	}
	return t
}

// tryModel is a model that the first vendor of the chain that can answer knows. ok is false if none can that does not
// need credentials of the client's.
func tryModel(now *generation) (model string, ok bool) {
	for _, v := range now.vendors {
		conf := v.Conf()
		if conf.Auth == config.AuthClient || !v.Usable() {
			continue
		}
		if conf.Model(triedModel) != triedModel {
			return triedModel, true
		}
		for _, rule := range conf.Models {
			if !strings.ContainsAny(rule.Match, "*/") {
				return rule.Match, true
			}
		}
		return triedModel, true
	}
	for _, v := range now.vendors {
		if v.Conf().Auth == config.AuthClient {
			return "", false
		}
	}
	return triedModel, true // the chain says why it cannot
}

// post makes the call.
func (s *Server) post(ctx context.Context, base, model, session string) (status int, body []byte, err error) {
	ask, err := json.Marshal(map[string]any{
		"model": model, "max_tokens": triedTokens,
		"messages": []map[string]string{{"role": "user", "content": triedText}},
	})
	if err != nil {
		return 0, nil, fmt.Errorf("write request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/messages", bytes.NewReader(ask))
	if err != nil {
		return 0, nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Anthropic-Version", "2023-06-01")
	req.Header.Set("X-Claude-Code-Session-Id", session)
	if token := s.conf().Token.Reveal(); token != "" {
		req.Header.Set(tokenHeader, token)
	}
	transport := &http.Transport{} // no proxy: it is this machine
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, triedAnswer))
	if err != nil {
		return resp.StatusCode, nil, fmt.Errorf("read answer: %w", err)
	}
	return resp.StatusCode, body, nil
}

// callOf finds the record of a session's only call. It ends a moment after the client has its answer, and says why
// only then.
func (s *Server) callOf(session string) (last Call, known bool) {
	for deadline := time.Now().Add(triedEnd); ; time.Sleep(5 * time.Millisecond) {
		for _, c := range s.Calls() {
			if c.Session == session {
				last, known = c, true
			}
		}
		if !known || last.Phase == Ended || time.Now().After(deadline) {
			return last, known
		}
	}
}

// titleOf is a vendor's name for people.
func (s *Server) titleOf(vendor string) string {
	for _, v := range s.current().vendors {
		if v.Name() == vendor {
			return v.Conf().Title
		}
	}
	return vendor
}

// triedURL is where a server that listens on addr is reached from this machine.
func triedURL(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + addr
}

// triedLine is the beginning of a text, on one line.
func triedLine(text string) string {
	const most = 160
	line := strings.Join(strings.Fields(text), " ")
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return line
}
