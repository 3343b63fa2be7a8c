package app

import (
	"strconv"
	"strings"

	"afterglow/app/viewmodel"
	"afterglow/proxy"
)

// factsOf are what is known of a call beside its tries.
func factsOf(r viewmodel.CallRow, d proxy.CallDetail) []fact {
	status, first := "", ""
	if r.Status > 0 {
		status = strconv.Itoa(r.Status)
	}
	if r.First > 0 {
		first = trTook(r.First)
	}
	cached := ""
	if d.Usage.CacheRead+d.Usage.CacheCreation > 0 {
		cached = trText("call.cache_read", viewmodel.Tokens(d.Usage.CacheRead)) + " · " + trText("call.cache_written", viewmodel.Tokens(d.Usage.CacheCreation))
	}
	served := d.ModelServed
	if served == r.VendorModel {
		served = ""
	}
	return []fact{
		{tr("fact.started"), r.Started.Format("15:04:05")},
		{tr("fact.queued"), trTook(r.Queued)},
		{tr("fact.first"), first},
		{tr("fact.tokens"), tokensText(r)},
		{tr("fact.cache"), cached},
		{tr("fact.cost"), r.Cost.String()},
		{tr("fact.vendor"), r.Vendor},
		{tr("fact.status"), status},
		{tr("fact.retries"), retriesText(d.Retries)},
		{tr("fact.session"), d.Session},
		{tr("fact.agent"), d.Agent},
		{tr("fact.request_id"), d.RequestID},
		{tr("fact.kind"), kindText(d.Call)},
		{tr("fact.served"), served},
	}
}

func retriesText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// kindText names what was called: "messages", or with an operation "native · models".
func kindText(c proxy.Call) string {
	if c.Operation == "" || c.Operation == c.Kind {
		return c.Kind
	}
	return c.Kind + " · " + c.Operation
}

// tryText is why a vendor's part ended as it did, with its status and the retries within it.
func tryText(t proxy.Try) string {
	status, retries := "", ""
	if t.Status > 0 {
		status = strconv.Itoa(t.Status)
	}
	if strings.HasPrefix(t.Reason, status+" ") { // a vendor's refusal begins with it
		status = ""
	}
	if t.Retries > 0 {
		retries = trN("call.retries", t.Retries)
	}
	return joined(status, whyText(t.Why, t.Reason), retries)
}
