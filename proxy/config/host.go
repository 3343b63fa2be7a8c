package config

import (
	"net/url"
	"slices"
)

// OriginOf is a base URL's scheme, host and port, "" where it has no host.
func OriginOf(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// IsBuiltInOrigin reports whether a built-in vendor is called there.
func IsBuiltInOrigin(origin string) bool {
	own, err := builtIn()
	return err == nil && origin != "" && slices.ContainsFunc(own.Vendors, func(row vendorFile) bool { return OriginOf(or(row.BaseURL, "")) == origin })
}
