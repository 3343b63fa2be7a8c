package config

import (
	"strings"
	"time"
)

// Native is what a native path leads to: an API that a client calls with its own credentials.
type Native struct {
	Enabled bool
	BaseURL string
	Timeout time.Duration // longest wait for an answer to begin, once the request is sent
	Connect time.Duration // longest wait for a connection
}

type nativesFile struct {
	OpenAI    nativeFile `toml:"openai"`
	Gemini    nativeFile `toml:"gemini"`
	Anthropic nativeFile `toml:"anthropic"`
}

type nativeFile struct {
	// `false`: the path returns 404
	// Default: true
	Enabled *bool `toml:"enabled"`
	// the destination, over https or on this machine. The environment variables `NATIVE_OPENAI_BASE_URL`,
	// `NATIVE_GEMINI_BASE_URL` and `NATIVE_ANTHROPIC_BASE_URL` have priority unless they are blank
	// Default: `https://api.openai.com`, `https://generativelanguage.googleapis.com`, `https://api.anthropic.com`
	BaseURL *string `toml:"base_url"`
	// longest time from the request until the answer starts; at least 1 s
	// Default: "300s"
	Timeout *duration `toml:"timeout"`
	// longest time for the connection, and again for TLS; at least 500 ms
	// Default: "15s"
	Connect *duration `toml:"connect_timeout"`
}

// What is in force where a native path's table says nothing, and the least that it may say.
const (
	defaultNativeTimeout = 300 * time.Second
	minNativeTimeout     = time.Second
	minNativeConnect     = 500 * time.Millisecond
)

func (c *checker) natives(f nativesFile) map[string]Native {
	return map[string]Native{
		"openai":    c.native("openai", "https://api.openai.com", f.OpenAI),
		"gemini":    c.native("gemini", "https://generativelanguage.googleapis.com", f.Gemini),
		"anthropic": c.native("anthropic", "https://api.anthropic.com", f.Anthropic),
	}
}

// native checks one table. A variable of the environment lies over the file's URL, if it is not blank.
func (c *checker) native(name, builtin string, f nativeFile) Native {
	key, variable := "native."+name, "NATIVE_"+strings.ToUpper(name)+"_BASE_URL"
	n := Native{
		Enabled: or(f.Enabled, true),
		BaseURL: c.text(key+".base_url", f.BaseURL, builtin),
		Timeout: time.Duration(or(f.Timeout, duration(defaultNativeTimeout))),
		Connect: time.Duration(or(f.Connect, duration(defaultConnect))),
	}
	source := key + ".base_url"
	if url := strings.TrimSpace(c.getenv(variable)); url != "" {
		n.BaseURL, source = url, "environment variable "+variable
	}
	if why := urlProblem(n.BaseURL); why.Words != "" {
		c.wrong(source, why)
	}
	c.mayGo(source, Endpoint{BaseURL: n.BaseURL, Auth: AuthClient})
	if n.Timeout < minNativeTimeout {
		c.problem(key+".timeout", "expected at least %v", minNativeTimeout)
	}
	if n.Connect < minNativeConnect {
		c.problem(key+".connect_timeout", "expected at least %v", minNativeConnect)
	}
	return n
}
