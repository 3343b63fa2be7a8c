package proxy

import (
	"context"
	"errors"
	"time"

	"afterglow/proxy/config"
)

// VendorList is what can be edited of the vendors: what the configuration file says at this moment.
type VendorList struct {
	File    string         // the configuration file; it may not exist yet
	Exists  bool           // it does
	Live    bool           // what is saved is in force at once; false in a demo, which has vendors of its own
	Keys    string         // where keys are kept, for people
	Tiers   [][]string     // the chain, by the vendors' names
	Drafts  []config.Draft // the chain's in its order, then those that are not in it
	Presets []config.Draft // the built-in vendors that are not among the drafts
}

// VendorTest is how a small call to a vendor went.
type VendorTest struct {
	OK      bool
	Model   string        // the vendor model that was asked for
	Answer  string        // the beginning of what it said, one line
	Took    time.Duration // until the last byte
	Outcome string        // "" when OK; else why not: a ledger class, "no_key", "sign_in" or "invalid"
	Status  int           // the HTTP status; 0 if there was none
	Reason  string        // what the vendor or the network said, one line, without secrets
}

var errNotYet = errors.New("not built yet")

// Vendors reads the configuration file.
func (s *Server) Vendors() (VendorList, error) { return VendorList{}, errNotYet }

// SaveVendor writes a vendor's row into the configuration file: that of name, or with "" a new one. The file's comments,
// its order and whatever the draft does not hold stay. A key that is not "" goes to the credentials, and the row says so.
// The error is a *config.Error where the result would be no valid configuration; the file is then as it was.
func (s *Server) SaveVendor(name string, d config.Draft, key config.Secret) error { return errNotYet }

// RemoveVendor takes a vendor's row out of the file, and its name out of the chain; its kept key goes too.
func (s *Server) RemoveVendor(name string) error { return errNotYet }

// SetTiers writes the chain into the file. It takes back an order that was set while running.
func (s *Server) SetTiers(tiers [][]string) error { return errNotYet }

// TestVendor makes a small call to a vendor as the draft describes it, saved or not; key is one not saved yet, or "" for
// the one there is. It takes a slot like any call, and its tokens count.
func (s *Server) TestVendor(ctx context.Context, d config.Draft, key config.Secret) VendorTest {
	return VendorTest{Outcome: "invalid", Reason: errNotYet.Error()}
}
