package ledger

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// callColumns are those of usage_log that a row fills, in the order of Call.values.
var callColumns = strings.Fields(`ts vendor model_requested model_served input_tokens output_tokens
	cache_creation_tokens cache_read_tokens duration_ms success failover failover_from request_id client_category
	operation endpoint extra_usage_json session_key kind vendor_model status error_class queue_ms first_ms retries
	tiers stream adaptations agent cache_creation_1h_tokens reasoning_tokens priced_by dollars yuan`)

// together is how many rows one statement writes: that costs a third less than a statement a row.
const together = 32

// insertStatement writes n rows.
func insertStatement(n int) string {
	row := "(" + strings.Repeat("?,", len(callColumns)-1) + "?)"
	return "INSERT INTO usage_log (" + strings.Join(callColumns, ",") + ") VALUES " + strings.Repeat(row+",", n-1) + row
}

const insertEvidence = `INSERT INTO usage_evidence (ts, vendor, request_id, model_served, evidence_kind, raw_usage_json,
	parsed_input_tokens, parsed_output_tokens, parsed_cache_creation_tokens, parsed_cache_read_tokens, cache_signal_present)
	VALUES (?,?,?,?,?,?,?,?,?,?,?)`

// insertCalls writes rows, and adds them to the sums of their days.
func insertCalls(tx *sql.Tx, calls []Call) error {
	if len(calls) == 0 {
		return nil
	}
	statement, err := tx.Prepare(insertStatement(together))
	if err != nil {
		return err
	}
	defer statement.Close()
	days := newSums()
	args := make([]any, 0, together*len(callColumns))
	for some := range slices.Chunk(calls, together) {
		args = args[:0]
		for i := range some {
			args = some[i].values(args)
			days.add(&some[i])
		}
		if len(some) == together {
			_, err = statement.Exec(args...)
		} else {
			_, err = tx.Exec(insertStatement(len(some)), args...)
		}
		if err == nil {
			err = insertFrames(tx, some)
		}
		if err != nil {
			return err
		}
	}
	return days.write(tx)
}

// insertFrames writes the evidence of calls.
func insertFrames(tx *sql.Tx, calls []Call) error {
	for i := range calls {
		c := &calls[i]
		for _, e := range c.Evidence {
			u := e.Usage
			_, err := tx.Exec(insertEvidence, Stamp(c.Time), c.Vendor, c.RequestID, c.Served, e.Kind, string(e.Raw),
				u.Input, u.Output, u.CacheCreation, u.CacheRead, u.CacheCreation+u.CacheRead > 0)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// values adds a row's columns to args.
func (c *Call) values(args []any) []any {
	var failedFrom any
	if c.Failover() {
		failedFrom = c.FailedFrom
	}
	return append(args, Stamp(c.Time), c.Vendor, c.Model, c.Served, c.Usage.Input, c.Usage.Output,
		c.Usage.CacheCreation, c.Usage.CacheRead, c.Took.Milliseconds(), c.Class == OK, c.Failover(), failedFrom, c.RequestID, c.Category(),
		c.Operation, c.Endpoint, details(c.Details), c.Session, c.Kind, c.VendorModel, c.Status, string(c.Class), c.Queued.Milliseconds(), c.First.Milliseconds(), c.Retries,
		c.Tiers, c.Stream, adaptations(c.Adaptations), c.Agent, c.Usage.CacheCreation1h, c.Usage.Reasoning,
		c.PricedBy, c.Cost.Dollars, c.Cost.Yuan)
}

// details and adaptations are JSON, or "" for nothing, as it mostly is.
func details(d map[string]int64) string {
	if len(d) == 0 {
		return ""
	}
	text, _ := json.Marshal(d) // numbers by strings always marshal
	return string(text)
}

func adaptations(list []string) string {
	if len(list) == 0 {
		return ""
	}
	text, _ := json.Marshal(list)
	return string(text)
}

// localDay is the day on which a time is here.
func localDay(t time.Time) string { return t.Local().Format(time.DateOnly) }
