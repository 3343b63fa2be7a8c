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
	VendorKeys bool // a vendor of the chain is called with a key that Afterglow has, or without one
	Vendors    []Vendor
}

// Vendor is one of the chain, as clients see it that call a vendor and not the chain.
type Vendor struct {
	Name      string   `json:"name"`
	Title     string   `json:"title"`
	Chat      string   `json:"chat,omitempty"`        // the path of its Chat Completions, "/v/zhipu/openai"
	Responses string   `json:"responses,omitempty"`   // the path of its Responses API
	Models    []string `json:"models,omitempty"`      // that the configuration names
	Client    bool     `json:"client_auth,omitempty"` // it is called with the client's own credentials
}

// route is a client's way through Afterglow.
type route struct {
	Vendor // none of the chain
	URL    string
}

// To is the target that a configuration describes.
func To(address string, conf config.Config) Target {
	t := Target{Address: address, Token: conf.Token, VendorKeys: conf.HasKey(), ClientAuth: TakesLogin(conf.Vendors)}
	for _, v := range conf.Vendors {
		t.Vendors = append(t.Vendors, vendorOf(v))
	}
	return t
}

// TakesLogin reports whether one of some vendors is called with the client's own credentials.
func TakesLogin(vendors []config.Vendor) bool {
	return slices.ContainsFunc(vendors, func(v config.Vendor) bool { return v.Auth == config.AuthClient })
}

func vendorOf(v config.Vendor) Vendor {
	to := Vendor{Name: v.Name, Title: v.Title, Chat: chat(v), Responses: responses(v), Client: v.Auth == config.AuthClient}
	add := func(m string) {
		if m != "" && !slices.Contains(to.Models, m) {
			to.Models = append(to.Models, m)
		}
	}
	add(v.DefaultModel)
	for _, r := range v.Models {
		add(r.To)
	}
	return to
}

// chat is a vendor's path for Chat Completions, "" if it has none.
func chat(v config.Vendor) string {
	if _, ok := v.Endpoints["openai"]; ok {
		return "/v/" + v.Name + "/openai"
	}
	if v.Dialect == "openai" {
		return "/v/" + v.Name + "/v1"
	}
	return ""
}

// responses is a vendor's path for the Responses API, which of the built-in vendors OpenAI has, and else
// one that has an endpoint of that name.
func responses(v config.Vendor) string {
	if _, ok := v.Endpoints["responses"]; ok {
		return "/v/" + v.Name + "/responses"
	}
	if v.Preset == "openai" || strings.HasPrefix(v.BaseURL, "https://api.openai.com") {
		return "/v/" + v.Name + "/v1"
	}
	return ""
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // a string always encodes
	}
	return string(text)
}

func unquote(raw string) (s string, err error) {
	err = json.Unmarshal([]byte(raw), &s)
	return s, err
}
