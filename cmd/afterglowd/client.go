package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/config"
)

// client calls the control API of an instance. Make it with newClient.
type client struct {
	address string
	token   config.Secret
	broken  error // why the configuration, and with it the token, is not known
	http    *http.Client
}

// tokenHeader carries the token past headers that are for a vendor.
const tokenHeader = "X-Afterglow-Token"

// answerTimeout is how long an instance may take to answer.
const answerTimeout = 30 * time.Second

// longestAnswer bounds what is read of an answer, in bytes; 500 calls are about 1 MB.
const longestAnswer = 64 << 20

func newClient(address string, token config.Secret, broken error) *client {
	return &client{address: address, token: token, broken: broken, http: &http.Client{
		Timeout:       answerTimeout,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment}, // which never applies to this machine
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// refusal is an answer that is not 2xx.
type refusal struct {
	status  int
	message string
}

// Error implements error.
func (r *refusal) Error() string { return r.message }

// refused reports whether an error is the instance's answer with a status.
func refused(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.status == status
}

// do sends a request and returns the answer's JSON. body is nil for none. The error is a *refusal where the
// instance refused.
func (c *client) do(ctx context.Context, method, path string, body any) ([]byte, error) {
	var sent []byte
	if body != nil {
		var err error
		if sent, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.address+path, bytes.NewReader(sent))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set(tokenHeader, c.token.Reveal())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("connect to the running instance: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the response of the running instance: %w", err)
	}
	return answer, c.judge(resp.StatusCode, answer)
}

// judge turns an answer that is none of the control API's good ones into an error.
func (c *client) judge(status int, answer []byte) error {
	switch root := gjson.ParseBytes(answer); {
	case !json.Valid(answer) || !root.IsObject():
		return fmt.Errorf("another program is answering at %s (status %d). Check the port, or pass --address", c.address, status)
	case status == http.StatusUnauthorized && c.broken != nil:
		return fmt.Errorf("the running instance requires a token, but the configuration that holds it could not be read: %w", c.broken)
	case status < 200 || status > 299:
		message := cmp.Or(root.Get("error.message").Str, root.Get("status").Str, "rejected")
		return &refusal{status, fmt.Sprintf("%s (status %d)", message, status)}
	}
	return nil
}

// get decodes the answer to a GET.
func (c *client) get(ctx context.Context, path string, into any) error {
	answer, err := c.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("read the answer to %s: %w", path, err)
	}
	return nil
}
