package ledger

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// exported is a row as it leaves the ledger.
type exported struct {
	Time            string           `json:"ts"`
	Kind            string           `json:"kind"`
	Operation       string           `json:"operation"`
	Endpoint        string           `json:"endpoint"`
	RequestID       string           `json:"request_id"`
	Session         string           `json:"session_key"`
	Agent           string           `json:"agent"`
	Vendor          string           `json:"vendor"`
	Model           string           `json:"model_requested"`
	VendorModel     string           `json:"vendor_model"`
	Served          string           `json:"model_served"`
	Stream          bool             `json:"stream"`
	Status          int              `json:"status"`
	Class           Class            `json:"error_class"`
	FailedFrom      string           `json:"failover_from"`
	Tiers           int              `json:"tiers"`
	Retries         int              `json:"retries"`
	Input           int64            `json:"input_tokens"`
	Output          int64            `json:"output_tokens"`
	CacheCreation   int64            `json:"cache_creation_tokens"`
	CacheCreation1h int64            `json:"cache_creation_1h_tokens"`
	CacheRead       int64            `json:"cache_read_tokens"`
	Reasoning       int64            `json:"reasoning_tokens"`
	QueueMS         int64            `json:"queue_ms"`
	FirstMS         int64            `json:"first_ms"`
	DurationMS      int64            `json:"duration_ms"`
	Cost            *float64         `json:"cost"`
	Currency        string           `json:"currency"`
	PricedBy        string           `json:"priced_by"`
	Adaptations     []string         `json:"adaptations,omitempty"`
	Details         map[string]int64 `json:"extra_usage,omitempty"`
}

func export(c Call) exported {
	cost, currency := costOf(c)
	u := c.Usage
	return exported{
		Stamp(c.Time), c.Kind, c.Operation, c.Endpoint, c.RequestID, c.Session, c.Agent, c.Vendor, c.Model, c.VendorModel, c.Served, c.Stream, c.Status, c.Class,
		c.FailedFrom, c.Tiers, c.Retries, u.Input, u.Output, u.CacheCreation, u.CacheCreation1h, u.CacheRead, u.Reasoning,
		c.Queued.Milliseconds(), c.First.Milliseconds(), c.Took.Milliseconds(), cost, currency, c.PricedBy, c.Adaptations, c.Details,
	}
}

// costOf is what a call cost when it ended, with the currency's code; nil if it had no price.
func costOf(c Call) (*float64, string) {
	switch {
	case c.PricedBy == "":
		return nil, ""
	case c.Cost.Yuan > 0:
		return &c.Cost.Yuan, "CNY"
	}
	return &c.Cost.Dollars, "USD"
}

// ExportJSON writes the rows of a range as a JSON array, the oldest first.
func (l *Ledger) ExportJSON(ctx context.Context, q Query, w io.Writer) error {
	out := bufio.NewWriter(w)
	separator := "["
	err := l.Each(ctx, q, func(c Call) error {
		text, err := json.Marshal(export(c))
		if err != nil {
			return err
		}
		out.WriteString(separator)
		out.WriteByte('\n')
		separator = ","
		_, err = out.Write(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if separator == "[" {
		out.WriteString(separator)
	}
	out.WriteString("\n]\n")
	return out.Flush()
}

// csvHead names ExportCSV's columns.
const csvHead = "ts,kind,operation,endpoint,request_id,session_key,agent,vendor,model_requested,vendor_model,model_served,stream,status,error_class,failover_from,tiers,retries," +
	"input_tokens,output_tokens,cache_creation_tokens,cache_creation_1h_tokens,cache_read_tokens,reasoning_tokens,queue_ms,first_ms,duration_ms,cost,currency,priced_by,adaptations"

// ExportCSV writes the rows of a range with a head, the oldest first. A text that a spreadsheet would take for a
// formula has an apostrophe before it.
func (l *Ledger) ExportCSV(ctx context.Context, q Query, w io.Writer) error {
	out := csv.NewWriter(w)
	err := out.Write(strings.Split(csvHead, ","))
	if err == nil {
		err = l.Each(ctx, q, func(c Call) error { return out.Write(record(export(c))) })
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}

func record(e exported) []string {
	list := []string{
		e.Time, e.Kind, e.Operation, e.Endpoint, e.RequestID, e.Session, e.Agent, e.Vendor, e.Model, e.VendorModel, e.Served,
		strconv.FormatBool(e.Stream), strconv.Itoa(e.Status), string(e.Class), e.FailedFrom, strconv.Itoa(e.Tiers), strconv.Itoa(e.Retries),
	}
	for _, n := range []int64{e.Input, e.Output, e.CacheCreation, e.CacheCreation1h, e.CacheRead, e.Reasoning, e.QueueMS, e.FirstMS, e.DurationMS} {
		list = append(list, strconv.FormatInt(n, 10))
	}
	cost := ""
	if e.Cost != nil {
		cost = strconv.FormatFloat(*e.Cost, 'f', -1, 64)
	}
	list = append(list, cost, e.Currency, e.PricedBy)
	list = append(list, strings.Join(e.Adaptations, " "))
	for i, text := range list {
		if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
			list[i] = "'" + text
		}
	}
	return list
}
