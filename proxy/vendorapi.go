package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
	"afterglow/proxy/reason"
)

// vendorJSON is a draft. In a request, what is not named stays as it is.
type vendorJSON struct {
	Name         string         `json:"name"`
	Preset       string         `json:"preset"`
	Title        string         `json:"title"`
	Dialect      string         `json:"dialect"`
	BaseURL      string         `json:"base_url"`
	Auth         string         `json:"auth"`
	Key          string         `json:"key"` // "none", "variable", "keyring" or "file"
	KeyVar       string         `json:"key_variable"`
	DefaultModel string         `json:"default_model"`
	Models       []ruleJSON     `json:"models"`
	Limit        draftLimitJSON `json:"limit"`
	Enabled      bool           `json:"enabled"`
	Written      bool           `json:"written"`
}

type ruleJSON struct {
	Match string `json:"match"`
	To    string `json:"to"`
}

type draftLimitJSON struct {
	Default    int            `json:"default"` // 0 = none
	Total      int            `json:"total"`
	Max        int            `json:"max"`
	MaxPending int            `json:"max_pending"`
	MaxWait    float64        `json:"max_wait_seconds"`
	Next       bool           `json:"overflow_to_next"`
	Adaptive   bool           `json:"adaptive"`
	Fair       bool           `json:"fair"`
	Models     map[string]int `json:"models"`
}

var keyPlaces = [...]string{config.KeyNone: "none", config.KeyInVariable: "variable", config.KeyInKeyring: "keyring", config.KeyInFile: "file"}

func vendorOf(d config.Draft) vendorJSON {
	j := vendorJSON{
		Name: d.Name, Preset: d.Preset, Title: d.Title, Dialect: d.Dialect, BaseURL: d.BaseURL, Auth: string(d.Auth),
		Key: keyPlaces[d.Key], KeyVar: d.KeyVar, DefaultModel: d.DefaultModel, Models: []ruleJSON{}, Enabled: d.Enabled, Written: d.Written,
		Limit: draftLimitJSON{d.Limit.Default, d.Limit.Total, d.Limit.Max, d.Limit.MaxPending, d.Limit.MaxWait.Seconds(), d.Limit.Overflow, d.Limit.Adaptive, d.Limit.Fair, d.Limit.Models},
	}
	if j.Limit.Models == nil {
		j.Limit.Models = map[string]int{}
	}
	for _, r := range d.Models {
		j.Models = append(j.Models, ruleJSON{r.Match, r.To})
	}
	return j
}

func vendorsOf(drafts []config.Draft) []vendorJSON {
	list := []vendorJSON{}
	for _, d := range drafts {
		list = append(list, vendorOf(d))
	}
	return list
}

// draft is what a request says of a vendor.
func (j vendorJSON) draft() (config.Draft, error) {
	d := config.Draft{
		Name: j.Name, Preset: j.Preset, Title: j.Title, Dialect: j.Dialect, BaseURL: j.BaseURL, Auth: config.Auth(j.Auth),
		KeyVar: j.KeyVar, DefaultModel: j.DefaultModel, Enabled: j.Enabled,
		Limit: config.Limit{
			Default: j.Limit.Default, Total: j.Limit.Total, Max: j.Limit.Max, MaxPending: j.Limit.MaxPending,
			MaxWait: time.Duration(j.Limit.MaxWait * float64(time.Second)), Overflow: j.Limit.Next, Adaptive: j.Limit.Adaptive, Fair: j.Limit.Fair, Models: j.Limit.Models,
		},
	}
	if len(d.Limit.Models) == 0 {
		d.Limit.Models = nil
	}
	for _, r := range j.Models {
		d.Models = append(d.Models, config.Rule{Match: r.Match, To: r.To})
	}
	for place, name := range keyPlaces {
		if name == j.Key {
			d.Key = config.KeyPlace(place)
			return d, nil
		}
	}
	return d, fmt.Errorf(`key: expected "none", "variable", "keyring" or "file". To set the key itself, use PUT /api/vendors/{name}/key`)
}

// getVendors serves GET /api/vendors.
func (s *Server) getVendors(w http.ResponseWriter, _ *http.Request) {
	f, err := s.readFile()
	if err != nil {
		writeError(w, editError(err))
		return
	}
	list, err := s.listOf(f)
	if err != nil {
		writeError(w, editError(err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"file": list.File, "exists": list.Exists, "live": list.Live, "keys": list.Keys, "tiers": list.Tiers,
		"vendors": vendorsOf(list.Drafts), "presets": vendorsOf(list.Presets),
	})
}

// onVendor makes a change of the file for a request about one vendor, and answers with the vendor. It reads the file
// for itself, and people who look at it meanwhile have not seen what comes of it.
func (s *Server) onVendor(w http.ResponseWriter, name string, change func(f config.File, all config.Drafts) (string, error)) {
	s.editing.mu.Lock()
	defer s.editing.mu.Unlock()
	f, all, err := s.readDrafts()
	if err == nil {
		name, err = change(f, all)
	}
	if err == nil {
		_, all, err = s.readDrafts()
	}
	if err != nil {
		writeError(w, editError(err))
		return
	}
	if d, ok := all.Draft(name); ok {
		writeJSON(w, http.StatusOK, vendorOf(d))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "removed"})
}

// putVendor serves PUT /api/vendors/{name}: what the body names changes. A vendor that is not there is made, from the
// built-in one that "preset" names or whose name it is.
func (s *Server) putVendor(w http.ResponseWriter, r *http.Request) {
	root, err := readObject(w, r)
	if err != nil {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, "%v", err))
		return
	}
	s.onVendor(w, r.PathValue("name"), func(f config.File, all config.Drafts) (string, error) {
		name, d, err := mergedDraft(all, r.PathValue("name"), root)
		if err != nil {
			return "", err
		}
		return d.Name, s.saveVendor(f, all, saving{config.ByRequest, name, d, ""})
	})
}

// mergedDraft is a vendor as it is, with what a request says; name is "" for a new one.
func mergedDraft(all config.Drafts, name string, root gjson.Result) (string, config.Draft, error) {
	d, there := all.Draft(name)
	if !there {
		from := name
		if preset := root.Get("preset").Str; preset != "" {
			from = preset
		}
		var ok bool
		if d, ok = all.Preset(from); !ok {
			d, _ = all.Draft(from)
			d.Name, d.Title, d.Preset = name, "", root.Get("preset").Str
		}
		d.Enabled = true
		if d.Name != name {
			d.Name, d.Title = name, ""
		}
	}
	j := vendorOf(d)
	if root.Get("models").Exists() {
		j.Models = nil
	}
	if root.Get("limit.models").Exists() {
		j.Limit.Models = nil
	}
	if err := decodeOnly([]byte(root.Raw), &j); err != nil {
		return "", d, err
	}
	merged, err := j.draft()
	if !there {
		name = ""
	}
	return name, merged, err
}

// decodeOnly decodes a request's object, in which nothing may be that is not known.
func decodeOnly(text []byte, into any) error {
	decode := json.NewDecoder(bytes.NewReader(text))
	decode.DisallowUnknownFields()
	err := decode.Decode(into)
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s: expected a value of type %s", kind.Field, kind.Type)
	}
	return err
}

// deleteVendor serves DELETE /api/vendors/{name}.
func (s *Server) deleteVendor(w http.ResponseWriter, r *http.Request) {
	s.onVendor(w, r.PathValue("name"), func(f config.File, all config.Drafts) (string, error) {
		if _, ok := all.Draft(r.PathValue("name")); !ok {
			return "", errNoVendor
		}
		return "", s.removeVendor(f, all, r.PathValue("name"))
	})
}

// putVendorKey serves PUT /api/vendors/{name}/key: {"key":"…"}. No answer ever has it.
func (s *Server) putVendorKey(w http.ResponseWriter, r *http.Request) {
	root, err := readObject(w, r)
	key := root.Get("key")
	if err == nil && (key.Type != gjson.String || key.Str == "") {
		err = errors.New("key: expected an API key")
	}
	if err != nil {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, "%v", err))
		return
	}
	s.onVendor(w, r.PathValue("name"), func(f config.File, all config.Drafts) (string, error) {
		d, ok := draftOrPreset(all, r.PathValue("name"))
		if !ok {
			return "", errNoVendor
		}
		return d.Name, s.saveVendor(f, all, saving{config.ByRequest, d.Name, d, config.Secret(key.Str)})
	})
}

// draftOrPreset is a vendor of the file, or a built-in one that is not in it.
func draftOrPreset(all config.Drafts, name string) (config.Draft, bool) {
	if d, ok := all.Draft(name); ok {
		return d, true
	}
	return all.Preset(name)
}

type vendorTestJSON struct {
	OK      bool   `json:"ok"`
	Model   string `json:"model"`
	Answer  string `json:"answer"`
	Took    int64  `json:"took_ms"`
	Outcome string `json:"outcome"`
	Status  int    `json:"status"`
	Reason  string `json:"reason"`
}

// postVendorTest serves POST /api/vendors/{name}/test: of the vendor as it is in the file.
func (s *Server) postVendorTest(w http.ResponseWriter, r *http.Request) {
	_, all, err := s.readDrafts()
	d, ok := draftOrPreset(all, r.PathValue("name"))
	if err == nil && !ok {
		err = errNoVendor
	}
	if err != nil {
		writeError(w, editError(err))
		return
	}
	t := s.TestVendor(r.Context(), d, "")
	writeJSON(w, http.StatusOK, vendorTestJSON{t.OK, t.Model, t.Answer, t.Took.Milliseconds(), t.Outcome, t.Status, t.Reason})
}

// errNoVendor says that the file has no such vendor.
var errNoVendor = errors.New("there is no such vendor in the configuration. GET /api/vendors lists them")

// editError gives what can be wrong with a change of the file its status.
func editError(err error) *anthropic.Error {
	var to *config.DestinationError
	var wrong *config.Error
	switch {
	case errors.As(err, &to), errors.As(err, &wrong) && wrong.Has(reason.PlainHTTP):
		return anthropic.Errorf(http.StatusForbidden, "%v", err)
	case errors.Is(err, errNoVendor):
		return anthropic.Errorf(http.StatusNotFound, "%v", err)
	case errors.Is(err, config.ErrChanged):
		return anthropic.Errorf(http.StatusConflict, "%v", err)
	}
	return orderError(err)
}
