package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"

	"afterglow/cmd/cli"
	"afterglow/proxy"
)

func callsShow(set *proxy.Setup) *cobra.Command {
	r := &remote{set: set}
	cmd := &cobra.Command{
		Use:   "show N",
		Short: "Show the details of a call: attempts, changes to the request, headers",
		Long: `Show the details of a call: every attempt with its reason, the changes made to the request, the headers, and
the bodies if they were captured. With --json it prints the answer to GET /api/calls/N.`,
		Args:              callNumberOnly,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := callNumber(args)
			if err != nil {
				return err
			}
			err = r.ask(cmd, http.MethodGet, "/api/calls/"+strconv.Itoa(n), nil, showCall)
			if refused(err, http.StatusNotFound) {
				return fmt.Errorf("call %d was not found. Only recent calls are kept. List them with: afterglowd calls", n)
			}
			return err
		},
	}
	return r.flags(cmd)
}

// showCall prints a record.
func showCall(w io.Writer, answer []byte) error {
	var c call
	if err := json.Unmarshal(answer, &c); err != nil {
		return fmt.Errorf("read call: %w", err)
	}
	for _, line := range callFacts(&c) {
		if line[1] != "" {
			fmt.Fprintf(w, "%-12s %s\n", line[0], cli.Safe(line[1]))
		}
	}
	if len(c.Tries) > 0 {
		fmt.Fprintln(w)
		table := cli.NewTable("VENDOR", "MODEL", "VERDICT", "STATUS", "QUEUED", "TOOK", "REASON").Right(4, 5)
		for _, t := range c.Tries {
			status := ""
			if t.Status != 0 {
				status = strconv.Itoa(t.Status)
			}
			table.Row(t.Vendor, t.Model, t.Verdict, status, span(t.QueuedMS), span(t.TookMS), t.Reason)
		}
		if _, err := table.WriteTo(w); err != nil {
			return err
		}
	}
	record := gjson.ParseBytes(answer)
	printHeader(w, "request header", record.Get("request_header"))
	printHeader(w, "response header", record.Get("answer_header"))
	printBody(w, "request body", record.Get("bodies.request"))
	printBody(w, "response body", record.Get("bodies.answer"))
	return nil
}

func callFacts(c *call) [][2]string {
	usage := ""
	if c.tokens() > 0 {
		usage = fmt.Sprintf("%s input, %s output, %s cache read, %s cache write",
			cli.Thousands(c.Usage.Input), cli.Thousands(c.Usage.Output), cli.Thousands(c.Usage.CacheRead), cli.Thousands(c.Usage.CacheCreation))
	}
	cells := map[string]string{}
	for i, cell := range callCells(c) {
		cells[callHeaders[i]] = cell
	}
	kind := c.Kind
	if c.Operation != c.Kind {
		kind += ", " + c.Operation
	}
	retries := ""
	if c.Retries > 0 {
		retries = strconv.Itoa(c.Retries)
	}
	return [][2]string{
		{"call", cells["NO"]}, {"time", cells["TIME"]}, {"kind", kind}, {"request ID", c.RequestID}, {"session", c.Session},
		{"agent", c.Agent}, {"model", cells["MODEL"]}, {"vendor", c.Vendor}, {"phase", cells["PHASE"]}, {"status", cells["STATUS"]},
		{"outcome", cells["OUTCOME"]}, {"class", c.Class}, {"retries", retries}, {"queued", cells["QUEUED"]}, {"first event", cells["FIRST"]},
		{"took", cells["TOOK"]}, {"tokens", usage}, {"cost", c.Cost}, {"adaptations", strings.Join(c.Adaptations, ", ")},
	}
}

func printHeader(w io.Writer, title string, header gjson.Result) {
	if !header.IsObject() {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	header.ForEach(func(name, given gjson.Result) bool {
		for _, v := range given.Array() {
			fmt.Fprintf(w, "  %s: %s\n", cli.Safe(name.Str), cli.Safe(v.String()))
		}
		return true
	})
}

// printBody prints a body that was captured, its lines as they are.
func printBody(w io.Writer, title string, body gjson.Result) {
	if body.Str == "" {
		return
	}
	fmt.Fprintf(w, "\n%s\n", title)
	for line := range strings.Lines(body.Str) {
		fmt.Fprintf(w, "  %s\n", cli.Safe(strings.TrimRight(line, "\r\n")))
	}
}
