package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"afterglow/cmd/cli"
	"afterglow/proxy/nesting"
)

// calls asks for the calls with higher numbers than after, the latest first.
func (c *client) calls(ctx context.Context, after int) ([]call, error) {
	path := "/api/calls"
	if after > 0 {
		path += "?after=" + strconv.Itoa(after)
	}
	var answer struct {
		Calls []json.RawMessage `json:"calls"`
	}
	if err := c.get(ctx, path, &answer); err != nil {
		return nil, err
	}
	var list []call
	for _, raw := range answer.Calls {
		one := call{raw: raw}
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, fmt.Errorf("read calls: %w", err)
		}
		if one.Number > after {
			list = append(list, one)
		}
	}
	slices.SortStableFunc(list, func(a, b call) int { return cmp.Compare(b.Number, a.Number) })
	return list, nil
}

// callFilter chooses calls.
type callFilter struct {
	last                   int // how many
	vendor, model, session string
	failed                 bool
}

func (f *callFilter) match(c *call) bool {
	tried := c.Vendor == f.vendor || slices.ContainsFunc(c.Tries, func(t try) bool { return t.Vendor == f.vendor && t.Verdict != "skipped" })
	return (f.vendor == "" || tried) &&
		(f.model == "" || c.Model == f.model || c.VendorModel == f.model) &&
		(strings.HasPrefix(c.Session, f.session) || strings.HasPrefix(sessionID(c.Session), f.session)) &&
		(!f.failed || c.failed())
}

// choose keeps the first calls that match, the latest.
func (f *callFilter) choose(list []call) []call {
	list = slices.DeleteFunc(list, func(c call) bool { return !f.match(&c) })
	return list[:min(len(list), f.last)]
}

// sessionID is the part of a session's key that tells sessions apart: clients may send an object.
func sessionID(key string) string {
	if strings.HasPrefix(key, "{") && nesting.Valid(key) {
		if id := gjson.Get(key, "session_id"); id.Type == gjson.String && id.Str != "" {
			return id.Str
		}
	}
	return key
}

// short is how much of a session's or an agent's id is shown.
const short = 8

func shorten(id string) string {
	if runes := []rune(id); len(runes) > short {
		return string(runes[:short])
	}
	return id
}

// callHeaders and the cells of callCells are the same columns.
var callHeaders = []string{"NO", "TIME", "SESSION", "AGENT", "MODEL", "VENDOR", "PHASE", "QUEUED", "FIRST", "TOOK", "TOKENS", "COST", "STATUS", "OUTCOME"}

func callCells(c *call) []string {
	model := c.Model
	if c.VendorModel != "" && c.VendorModel != c.Model {
		model += " -> " + c.VendorModel
	}
	phase, status, outcome := cmp.Or(c.Phase, "ended"), "", ""
	if c.ended() {
		outcome = c.Outcome
	}
	if c.Place > 0 {
		phase += " " + strconv.Itoa(c.Place)
	}
	if c.Status != 0 {
		status = strconv.Itoa(c.Status)
	}
	tokens := ""
	if n := c.tokens(); n > 0 {
		tokens = cli.Thousands(n)
	}
	return []string{
		strconv.Itoa(c.Number), clock(c.Started), shorten(sessionID(c.Session)), shorten(c.Agent), model, c.Vendor, phase,
		span(c.QueuedMS), span(c.FirstMS), span(c.TookMS), tokens, c.Cost, status, outcome,
	}
}

func callTable(list []call) *cli.Table {
	table := cli.NewTable(callHeaders...).Right(0, 7, 8, 9, 10, 11)
	for _, c := range list {
		table.Row(callCells(&c)...)
	}
	return table
}
