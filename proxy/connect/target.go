package connect

import (
	"encoding/json"
	"slices"
	"strings"

	"afterglow/proxy/config"
)

// Target is the Afterglow that a client shall call.
type Target struct {
	Address    string // host:port
	Token      config.Secret
	ClientAuth bool // a vendor of the chain is called with the client's own credentials
	Vendors    []config.Vendor

	// of the vendor that was chosen
	Title  string
	Path   string // of the vendor route, "/v/zhipu/openai"
	Models []string
}

func (t Target) route() string { return "http://" + t.Address + t.Path }

// To is the target that a configuration describes.
func To(address string, conf config.Config) Target {
	return Target{Address: address, Token: conf.Token, Vendors: conf.Vendors,
		ClientAuth: slices.ContainsFunc(conf.Vendors, func(v config.Vendor) bool { return v.Auth == config.AuthClient })}
}

// to is the target with a vendor chosen.
func (t Target) to(v config.Vendor, path string) Target {
	t.Title, t.Path = v.Title, path
	add := func(m string) {
		if m != "" && !slices.Contains(t.Models, m) {
			t.Models = append(t.Models, m)
		}
	}
	add(v.DefaultModel)
	for _, r := range v.Models {
		add(r.To)
	}
	return t
}

// servesChat is a vendor's path for Chat Completions.
func servesChat(v config.Vendor) (string, bool) {
	if _, ok := v.Endpoints["openai"]; ok {
		return "/v/" + v.Name + "/openai", true
	}
	return "/v/" + v.Name + "/v1", v.Dialect == "openai"
}

// servesResponses is a vendor's path for the Responses API, which of the built-in vendors OpenAI has, and else
// one that has an endpoint of that name.
func servesResponses(v config.Vendor) (string, bool) {
	if _, ok := v.Endpoints["responses"]; ok {
		return "/v/" + v.Name + "/responses", true
	}
	return "/v/" + v.Name + "/v1", v.Preset == "openai" || strings.HasPrefix(v.BaseURL, "https://api.openai.com")
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // a string always encodes
	}
	return string(text)
}
