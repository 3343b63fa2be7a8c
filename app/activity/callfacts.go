package activity

import (
	"strconv"
	"strings"

	"afterglow/app/ui"
	"afterglow/app/viewmodel"
	"afterglow/proxy"
)

// propertiesOf are what is known of a call, without its tries.
func propertiesOf(r viewmodel.CallRow, d proxy.CallDetail) []property {
	status, first := "", ""
	if r.Status > 0 {
		status = strconv.Itoa(r.Status)
	}
	if r.First > 0 {
		first = ui.TrTook(r.First)
	}
	cached := ""
	if d.Usage.CacheRead+d.Usage.CacheCreation > 0 {
		cached = ui.TrText("call.cache_read", viewmodel.Tokens(d.Usage.CacheRead)) + " · " + ui.TrText("call.cache_written", viewmodel.Tokens(d.Usage.CacheCreation))
	}
	served := d.ModelServed
	if served == r.VendorModel {
		served = ""
	}
	return []property{
		{ui.Tr("fact.started"), r.Started.Format("15:04:05")},
		{ui.Tr("fact.queued"), ui.TrTook(r.Queued)},
		{ui.Tr("fact.first"), first},
		{ui.Tr("fact.tokens"), tokensText(r)},
		{ui.Tr("fact.cache"), cached},
		{ui.Tr("fact.cost"), r.Cost.String()},
		{ui.Tr("fact.vendor"), r.Vendor},
		{ui.Tr("fact.status"), status},
		{ui.Tr("fact.retries"), retriesText(d.Retries)},
		{ui.Tr("fact.session"), d.Session},
		{ui.Tr("fact.agent"), d.Agent},
		{ui.Tr("fact.request_id"), d.RequestID},
		{ui.Tr("fact.kind"), kindText(d.Call)},
		{ui.Tr("fact.served"), served},
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
		retries = ui.TrN("call.retries", t.Retries)
	}
	return ui.Joined(status, ui.WhyText(t.Why, t.Reason), retries)
}
