package route

import (
	"cmp"
	"maps"
	"net/http"

	"afterglow/proxy/config"
	"afterglow/proxy/normalize"
	"afterglow/proxy/upstream"
)

// adapter makes calls acceptable to one vendor.
type adapter struct {
	target normalize.Target
	betas  bool // some may have to go
}

func newAdapter(conf config.Vendor, thoughts *normalize.Provenance) *adapter {
	accepts := normalize.Accepts(conf.Accepts)
	return &adapter{
		target: normalize.Target{Vendor: maker(conf), Accepts: accepts, Provenance: thoughts},
		betas:  len(accepts.Betas) != 1 || accepts.Betas[0] != "*",
	}
}

// maker is whose models a vendor has: its accounts take each other's signatures.
func maker(conf config.Vendor) string { return cmp.Or(conf.Preset, conf.Name) }

// adapt returns the call as the vendor takes it, and the labels of what was changed. The call itself
// stays as it is, for the next vendor.
func (a *adapter) adapt(call *upstream.Call, session Session) (upstream.Call, []string) {
	to := a.target
	to.Session = session.Key
	mended := *call
	var labels []string
	mended.Request, labels = normalize.Mend(call.Request, to)
	if a.betas {
		mended.Header = withBetas(call.Header, to.Accepts.Betas)
	}
	return mended, labels
}

// withBetas returns the header with only the betas that a vendor knows.
func withBetas(client http.Header, known []string) http.Header {
	values := client["Anthropic-Beta"]
	if len(values) == 0 {
		return client
	}
	h := maps.Clone(client)
	delete(h, "Anthropic-Beta")
	for _, v := range values {
		if kept := normalize.FilterBetas(v, known); kept != "" {
			h["Anthropic-Beta"] = append(h["Anthropic-Beta"], kept)
		}
	}
	return h
}
