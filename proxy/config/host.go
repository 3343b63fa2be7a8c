package config

import (
	"net/url"
	"slices"
)

// HostOf is a base URL's host and port, "" where it has none.
func HostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// IsBuiltInHost reports whether a built-in vendor is called at a host.
func IsBuiltInHost(host string) bool {
	own, err := builtIn()
	return err == nil && host != "" && slices.ContainsFunc(own.Vendors, func(row vendorFile) bool { return HostOf(or(row.BaseURL, "")) == host })
}
