package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// KeyPlace is where a vendor's key is.
type KeyPlace uint8

const (
	KeyNone       KeyPlace = iota // the vendor has none: the client's own, a sign-in, or nothing
	KeyInVariable                 // key = "${NAME}"
	KeyInKeyring                  // key = "keyring": with the credentials, under the vendor's name
	KeyInFile                     // written in the configuration itself
)

// Draft is a vendor as people edit it. Its fields are what is in force: the row's, or its preset's where the row says
// nothing. What a row holds beside them is not part of it and stays as it is written.
type Draft struct {
	Name         string
	Preset       string // the built-in vendor that the row starts from; "" if none
	Title        string
	Dialect      string
	BaseURL      string
	Auth         Auth
	Key          KeyPlace
	KeyVar       string // the variable's name, with KeyInVariable
	DefaultModel string
	OwnModels    []string // no edit changes them
	Models       []Rule
	Limit        Limit
	Enabled      bool // it is in the chain
	Written      bool // it has a row of its own; a built-in vendor may be in the chain without one

	// Base stands for what the vendor was when it was read, and stays when the draft is edited: by it somebody else's
	// change meanwhile is noticed. "" = whatever is there may be changed.
	Base string

	// Confirmed is the origin, scheme, host and port, to which the user has let the client's own credentials go.
	Confirmed string
}

// fingerprint is the same for vendors that are, and of no use for anything else.
func (d Draft) fingerprint() string {
	d.Base, d.Confirmed = "", ""
	text, err := json.Marshal(d)
	if err != nil {
		panic(err) // nothing in it cannot be encoded
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Since reports whether the vendor is another now than the one that a draft was made from.
func (d Draft) Since(made Draft) bool { return made.Base != "" && made.Base != d.Base }

// Model is the name that the vendor would be asked for. The error is that of a rule that cannot be read.
func (d Draft) Model(name string) (string, error) {
	v := Vendor{DefaultModel: d.DefaultModel, OwnModels: d.OwnModels, Models: append([]Rule(nil), d.Models...)}
	for i := range v.Models {
		if err := v.Models[i].compile(); err != nil {
			return "", err
		}
	}
	return v.Model(name), nil
}
