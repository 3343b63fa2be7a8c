package proxy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"

	"afterglow/proxy/anthropic"
	"afterglow/proxy/config"
)

// readObject reads a control request's body; an empty one is an empty object.
func readObject(w http.ResponseWriter, r *http.Request) (gjson.Result, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
	if err != nil {
		return gjson.Result{}, err
	}
	if len(body) == 0 {
		return gjson.Parse("{}"), nil
	}
	root := gjson.ParseBytes(body)
	if !json.Valid(body) || !root.IsObject() {
		return root, errors.New("expected a JSON object")
	}
	return root, nil
}

// readOrder reads {"vendors": ["a", ["b", "c"]]}; nil if it is not given.
func readOrder(root gjson.Result) ([][]string, error) {
	list := root.Get("vendors")
	if !list.Exists() {
		return nil, nil
	}
	const expected = "vendors: expected vendor names, or lists of names for a pool"
	if !list.IsArray() {
		return nil, errors.New(expected)
	}
	order := [][]string{}
	for _, item := range list.Array() {
		var tier []string
		for _, name := range item.Array() { // of a single value, that value
			if name.Type != gjson.String || name.Str == "" || len(name.Str) > maxName {
				return nil, errors.New(expected)
			}
			tier = append(tier, name.Str)
		}
		if len(tier) == 0 {
			return nil, errors.New(expected)
		}
		order = append(order, tier)
	}
	return order, nil
}

// postReset serves POST /api/reset: every vendor that was left alone is called again. One name in
// vendors moves that vendor to the front, several give the whole order; if they cannot be taken,
// nothing is reset. A body that is not JSON is a plain reset.
func (s *Server) postReset(w http.ResponseWriter, r *http.Request) {
	answer := map[string]any{"status": "ok"}
	if root, err := readObject(w, r); err == nil {
		order, err := readOrder(root)
		if err == nil && order != nil {
			if len(order) == 1 && len(order[0]) == 1 {
				order = s.inFront(order[0][0])
			}
			err = s.SetOrder(order)
		}
		if err != nil {
			writeError(w, orderError(err))
			return
		}
		if order != nil {
			answer["tier_order"] = s.orderJSON()
		}
	}
	s.memory.Health.Reset()
	writeJSON(w, http.StatusOK, answer)
}

// inFront is the order with one vendor moved to the front, as a tier of its own.
func (s *Server) inFront(name string) [][]string {
	order := [][]string{{name}}
	found := false
	for _, tier := range s.conf().Order() {
		rest := slices.DeleteFunc(slices.Clone(tier), func(n string) bool { return n == name })
		found = found || len(rest) < len(tier)
		if len(rest) > 0 {
			order = append(order, rest)
		}
	}
	if !found {
		return [][]string{{name}, {name}} // no order has this
	}
	return order
}

// orderJSON is the order as it is given: names, and lists of names for pools.
func (s *Server) orderJSON() []any {
	list := []any{}
	for _, tier := range s.conf().Order() {
		if len(tier) == 1 {
			list = append(list, tier[0])
		} else {
			list = append(list, tier)
		}
	}
	return list
}

// putTierOrder serves PUT /api/tier-order.
func (s *Server) putTierOrder(w http.ResponseWriter, r *http.Request) {
	root, err := readObject(w, r)
	var order [][]string
	if err == nil {
		order, err = readOrder(root)
	}
	if err == nil && order == nil {
		err = errors.New("vendors: expected the names of all vendors in the chain, in their new order")
	}
	if err == nil {
		err = s.SetOrder(order)
	}
	if err != nil {
		writeError(w, orderError(err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "tier_order": s.orderJSON()})
}

// deleteTierOrder serves DELETE /api/tier-order: back to the configured order.
func (s *Server) deleteTierOrder(w http.ResponseWriter, _ *http.Request) {
	if err := s.ResetOrder(); err != nil {
		writeError(w, orderError(err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "tier_order": s.orderJSON()})
}

func orderError(err error) *anthropic.Error {
	var disk interface{ Timeout() bool } // of a file that was not written
	if errors.As(err, &disk) {
		return anthropic.Errorf(http.StatusInternalServerError, "%v", err)
	}
	return anthropic.Errorf(http.StatusBadRequest, "%v", err)
}

// getBindings serves GET /api/session-vendor: what was bound while the program ran.
func (s *Server) getBindings(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"bindings": s.memory.Sessions.Bindings()})
}

// putBinding serves PUT /api/session-vendor.
func (s *Server) putBinding(w http.ResponseWriter, r *http.Request) {
	b, err := s.readBinding(w, r)
	if err != nil {
		writeError(w, anthropic.Errorf(http.StatusBadRequest, "%v", err))
		return
	}
	s.memory.Sessions.Bind(b)
	if err := s.keepBindings(); err != nil {
		writeError(w, anthropic.Errorf(http.StatusInternalServerError, "%v", err))
		return
	}
	writeJSON(w, http.StatusOK, b)
}

func (s *Server) readBinding(w http.ResponseWriter, r *http.Request) (b config.Session, err error) {
	root, err := readObject(w, r)
	if err != nil {
		return b, err
	}
	key, vendors, strict := root.Get("session_key"), root.Get("vendors"), root.Get("strict")
	if key.Type != gjson.String || key.Str == "" {
		return b, errors.New("session_key: expected a session key")
	}
	if !vendors.IsArray() || len(vendors.Array()) == 0 {
		return b, errors.New("vendors: expected at least one vendor of the chain")
	}
	if strict.Exists() && !strict.IsBool() {
		return b, errors.New("strict: expected true or false")
	}
	b = config.Session{Match: key.Str, Strict: strict.Bool()}
	for _, v := range vendors.Array() {
		known := slices.ContainsFunc(s.conf().Vendors, func(c config.Vendor) bool { return c.Name == v.Str })
		if v.Type != gjson.String || !known {
			return b, fmt.Errorf("unknown vendor(s): %s; available: %s", v.String(), s.vendorNames())
		}
		if !slices.Contains(b.Vendors, v.Str) {
			b.Vendors = append(b.Vendors, v.Str)
		}
	}
	return b, nil
}

func (s *Server) vendorNames() (names string) {
	for i, v := range s.conf().Vendors {
		if i > 0 {
			names += ", "
		}
		names += v.Name
	}
	return names
}

// deleteBinding serves DELETE /api/session-vendor/{key}. The key may hold slashes and quotes.
func (s *Server) deleteBinding(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	if !s.memory.Sessions.Unbind(key) {
		if plain, err := url.PathUnescape(key); err != nil || !s.memory.Sessions.Unbind(plain) {
			writeJSON(w, http.StatusNotFound, map[string]string{"status": "not_found"})
			return
		}
	}
	if err := s.keepBindings(); err != nil {
		writeError(w, anthropic.Errorf(http.StatusInternalServerError, "%v", err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "removed"})
}

func (s *Server) keepBindings() error {
	if s.state == nil {
		return nil
	}
	if err := s.state.SetBindings(s.memory.Sessions.Bindings()); err != nil {
		return fmt.Errorf("keep bindings: %w", err)
	}
	return nil
}
